"""The values in an event, one by one, and the fields that no contract knows. What a class holds is looked up once."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from pydantic import BaseModel

from services.intake.domain.reports import private_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

_TELL_NOTHING: Final = (Enum, int, float, Decimal, NoneType)


class Leaf(NamedTuple):
    """One text, day or time in an event: its dotted path, its field's name, whether it is private, and itself."""

    path: str
    name: str
    private: bool
    value: Any


def leaves(model: BaseModel, path: str = "") -> Iterator[Leaf]:
    """Iterate over every text, day and time in the event, parts and lists opened; codes and numbers are left out."""
    for name, private in _telling(type(model)):
        value = getattr(model, name)
        if value is None:
            continue
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{path}{name}.")
        elif isinstance(value, tuple):
            for place, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from leaves(item, f"{path}{name}.{place}.")
                else:
                    yield Leaf(f"{path}{name}.{place}", name, private, item)
        else:
            yield Leaf(f"{path}{name}", name, private, value)


def unknown_fields(cls: type[BaseModel], data: Any) -> int:
    """Count the fields in an agency's data that the contract does not know and that reading therefore left out."""
    if isinstance(data, list):
        return sum(unknown_fields(cls, item) for item in data)
    if not isinstance(data, dict):
        return 0
    known = _inner_models(cls)
    count = 0
    for name, value in data.items():
        if name not in known:
            count += 1
        elif (inner := known[name]) is not None:
            count += unknown_fields(inner, value)
    return count


@cache
def _telling(cls: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """The fields that can hold a text, a day, a time or a part, and whether each is private."""
    private = private_fields(cls)
    return tuple((name, name in private) for name, info in cls.model_fields.items() if _tells(info.annotation))


def _tells(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return not issubclass(annotation, _TELL_NOTHING)
    return any(map(_tells, get_args(annotation)))


@cache
def _inner_models(cls: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    return {name: _model_in(info.annotation) for name, info in cls.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
