"""Agencies' reports, admitted: the same event with its private fields sealed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from contracts.event import Event


@cache
def private_fields(cls: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields whose text is private (`x-private` in the schema), alone or in a list."""
    return frozenset(
        name
        for name, info in cls.model_fields.items()
        if _marked(info) or any(map(_marked, info.metadata)) or _private(info.annotation)
    )


def sealed(event: Event, seal: Callable[[str, bytes], str]) -> Event:
    """Return the event with every private text replaced by what `seal(field, clear)` makes of it."""
    tokens = {
        name: seal(name, text.encode())
        for name in private_fields(type(event))
        if isinstance(text := getattr(event, name), str)
    }
    return event.model_copy(update=tokens) if tokens else event


def _private(annotation: Any) -> bool:
    return any(map(_marked, getattr(annotation, "__metadata__", ()))) or any(map(_private, get_args(annotation)))


def _marked(metadata: Any) -> bool:
    extra = metadata.json_schema_extra if isinstance(metadata, FieldInfo) else None
    return isinstance(extra, dict) and bool(extra.get("x-private"))
