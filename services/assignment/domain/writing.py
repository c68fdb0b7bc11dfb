"""How what is kept is written down and read again: JSON, without what is as at the beginning."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from services.assignment.domain.placement import Placement
from services.assignment.domain.rooms import Room

_PLACEMENTS: Final = TypeAdapter(Placement)
_LATELY: Final[dict[str, Placement]] = {}
_MOST: Final = 600
"""How many placements are remembered by what was written of them: most people are heard of again soon."""
_ROOMS: Final = TypeAdapter(Room)


def written_placement(placement: Placement) -> str:
    """Return a placement as JSON."""
    text = _PLACEMENTS.dump_json(placement, exclude_defaults=True).decode()
    _LATELY.pop(text, None)
    _LATELY[text] = placement
    if len(_LATELY) > _MOST:
        del _LATELY[next(iter(_LATELY))]
    return text


def read_placement(text: str) -> Placement:
    """Return the placement that was written down; what was written lately is not taken apart again."""
    known = _LATELY.get(text)
    return _PLACEMENTS.validate_json(text) if known is None else known


def written_room(room: Room) -> str:
    """Return a room as JSON."""
    return _ROOMS.dump_json(room, exclude_defaults=True).decode()


def read_room(text: str) -> Room:
    """Return the room that was written down."""
    return _ROOMS.validate_json(text)
