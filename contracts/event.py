"""How an event is written down: one frozen class per version, the newest of which code meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Published = TypeVar("_Published", bound="type[Event]")


class Event(BaseModel):
    """One version of one event. Facts only: ids, times and cause are in the envelope.

    What the hub writes is strict: an unknown field is an error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601", defer_build=True)

    name: ClassVar[str] = ""
    version: ClassVar[int] = 0
    topic: ClassVar[str] = ""
    """The topic on which the event is said, or `TO_HUB`/`FROM_HUB` for an agency's own topics."""
    dataschema: ClassVar[str] = ""
    """The CloudEvents `dataschema` of this version, for example `hub:referral.submitted/2`."""


class AgencyEvent(Event):
    """What an agency says. Read leniently: unknown fields are kept out (and counted), never fatal."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Part(BaseModel):
    """A piece of the hub's own events; strict."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AgencyPart(BaseModel):
    """A piece of an agency's event; lenient as the event is."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


_shelf: dict[str, tuple[type[Event], ...]] = {}
"""All versions of each event, oldest first."""


class NotPublishable(TypeError):
    """The versions of an event count up from 1 without a gap, and each later one says how to upcast the one before."""


def published(name: str, *, version: int, on: str) -> Callable[[_Published], _Published]:
    """Put a class on the shelf as `version` of the event `name`, said on the topic `on`.

    Raises:
        NotPublishable: the version is out of order, or a later version has no `upcast` of its own.
    """

    def put(cls: _Published) -> _Published:
        before = versions(name)
        if version != len(before) + 1 or (version > 1 and "upcast" not in vars(cls)):
            raise NotPublishable(f"{NotPublishable.__doc__} ({name}/{version})")
        cls.name, cls.version, cls.topic, cls.dataschema = name, version, on, f"hub:{name}/{version}"
        _shelf[name] = (*before, cls)
        return cls

    return put


def versions(name: str) -> tuple[type[Event], ...]:
    """Return all versions of the event, oldest first; empty for an event that nobody has published."""
    return _shelf.get(name, ())


def newest(name: str) -> type[Event]:
    """Return the newest version of the event.

    Raises:
        KeyError: no contract has this name.
    """
    return _shelf[name][-1]


def shelf() -> Iterator[type[Event]]:
    """Iterate over every version of every event, by name and then oldest first."""
    for name in sorted(_shelf):
        yield from _shelf[name]


def brought_up(old: Event) -> Event:
    """Return the same fact in its newest form, by the typed steps of its own history."""
    known = _shelf[old.name]
    if old.version == len(known):
        return old
    for later in known[old.version :]:
        step: Any = later
        old = step.upcast(old)
    return old


def json_of(event: Event) -> bytes:
    """Return the JSON data of the event, as it travels."""
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)
