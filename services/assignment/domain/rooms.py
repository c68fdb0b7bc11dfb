"""What an agency and the program office say of the agency's places. Kept one row an agency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from contracts.catalogue import AgencyResumed, AgencySuspended, CapacityReported
from contracts.words import Door

if TYPE_CHECKING:
    from contracts.envelope import Fact

OF_AGENCIES: Final = (CapacityReported, AgencySuspended, AgencyResumed)
_PREFIX: Final = "agency/"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was said, and under which id; the latest counts."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Room:
    """Places and doors as the agency last reported them, and whether it is cut off for a while."""

    places: int | None = None
    """None: never reported; the site's own number counts."""
    doors: tuple[Door, ...] | None = None
    reported: Stamp | None = None
    suspended: bool = False
    switched: Stamp | None = None
    opened_at: datetime | None = None
    """When it last made room: more places, another door, or back from suspension."""


def room_key(agency: str) -> str:
    """Return the key of what is kept of an agency."""
    return f"{_PREFIX}{agency}"


def agency_of(key: str) -> str | None:
    """Return the agency whose key it is, or None for a person's key."""
    return key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else None


def about(fact: Fact) -> str | None:
    """Return which agency the fact is about, or None where it is about a person."""
    event = fact.event
    if isinstance(event, CapacityReported):
        return fact.agency
    return event.agency if isinstance(event, AgencySuspended | AgencyResumed) else None


def evolve_room(room: Room, fact: Fact) -> Room:
    """Return what is kept of the agency after the fact; an older word never undoes a newer one."""
    event, stamp = fact.event, Stamp(at=fact.at, id=fact.id)
    if isinstance(event, CapacityReported):
        if not _newer(stamp, room.reported):
            return room
        more = event.places > (room.places or 0) or bool(set(event.doors) - set(room.doors or ()))
        return replace(
            room,
            places=event.places,
            doors=event.doors,
            reported=stamp,
            opened_at=_later(room.opened_at, fact.at) if more else room.opened_at,
        )
    if not _newer(stamp, room.switched):
        return room
    back = isinstance(event, AgencyResumed)
    return replace(
        room,
        suspended=not back,
        switched=stamp,
        opened_at=_later(room.opened_at, fact.at) if back else room.opened_at,
    )


def _newer(stamp: Stamp, than: Stamp | None) -> bool:
    return than is None or (stamp.at, stamp.id) > (than.at, than.id)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
