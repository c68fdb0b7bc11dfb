"""How what is kept is written down and read again: JSON, without what is as at the beginning."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from services.assignment.domain.placement import Placement
from services.assignment.domain.rooms import Room
from services.plumbing.lately import Lately

_PLACEMENTS: Final = TypeAdapter(Placement)
_ROOMS: Final = TypeAdapter(Room)


def _written(placement: Placement) -> str:
    return _PLACEMENTS.serializer.to_json(placement, exclude_defaults=True).decode()


_LATELY: Final = Lately(_written, _PLACEMENTS.validate_json)
"""Most people are heard of again soon."""


def written_placement(placement: Placement) -> str:
    """Return a placement as JSON."""
    return _LATELY.written(placement)


def read_placement(text: str) -> Placement:
    """Return the placement that was written down."""
    return _LATELY.read(text)


def written_room(room: Room) -> str:
    """Return a room as JSON."""
    return _ROOMS.dump_json(room, exclude_defaults=True).decode()


def read_room(text: str) -> Room:
    """Return the room that was written down."""
    return _ROOMS.validate_json(text)
