"""The texts, days and times in an event, one by one. What a class can hold is looked up once."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from pydantic import BaseModel

from services.intake.domain.reports import private_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CODES: Final = (Enum, int, float, Decimal, NoneType)


class Leaf(NamedTuple):
    """One value in an event: its dotted path, its field's name, whether it is private, and itself."""

    path: str
    name: str
    private: bool
    value: Any


def texts(event: BaseModel) -> Iterator[Leaf]:
    """Iterate over every text in the event, parts and lists opened; codes are left out."""
    return _leaves(event, _is_text, "")


def moments(event: BaseModel) -> Iterator[Leaf]:
    """Iterate over every day and time in the event, parts and lists opened."""
    return _leaves(event, _is_moment, "")


def _leaves(model: BaseModel, is_meant: Callable[[type], bool], path: str) -> Iterator[Leaf]:
    values = model.__dict__
    for name, private in _fields(type(model), is_meant):
        value = values[name]
        if value is None:
            continue
        if isinstance(value, tuple):
            for place, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _leaves(item, is_meant, f"{path}{name}.{place}.")
                else:
                    yield Leaf(f"{path}{name}.{place}", name, private, item)
        elif isinstance(value, BaseModel):
            yield from _leaves(value, is_meant, f"{path}{name}.")
        else:
            yield Leaf(f"{path}{name}", name, private, value)


@cache
def _fields(cls: type[BaseModel], is_meant: Callable[[type], bool]) -> tuple[tuple[str, bool], ...]:
    """The fields that can hold what is meant, or a part that can, and whether each is private."""
    private = private_fields(cls)
    return tuple(
        (name, name in private) for name, info in cls.model_fields.items() if _holds(info.annotation, is_meant)
    )


def _holds(annotation: Any, is_meant: Callable[[type], bool]) -> bool:
    if not isinstance(annotation, type):
        return any(_holds(inner, is_meant) for inner in get_args(annotation))
    return bool(_fields(annotation, is_meant)) if issubclass(annotation, BaseModel) else is_meant(annotation)


def _is_text(kind: type) -> bool:
    return issubclass(kind, str) and not issubclass(kind, Enum)


def _is_moment(kind: type) -> bool:
    return not issubclass(kind, (*_CODES, str))
