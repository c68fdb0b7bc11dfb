"""The steps of a referral, one above the other: who came to a step came to all below it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.console.domain import Journey

STEPS: Final = ("referred", "screened", "eligible", "offered", "accepted", "met", "enrolled")
"""In order. `eligible`: by the policy or by a person who decided, at any time. `met`: case manager and person."""
CLOSED: Final = "closed"
"""Withdrawn, closed, or the participation ended: however far it had come."""
COLUMNS: Final = (*STEPS, CLOSED)

Place = tuple[int, bool]
"""How far a referral came, as a place in STEPS, and whether it is closed."""
PLACES: Final = tuple((step, closed) for step in range(len(STEPS)) for closed in (False, True))


def place_of(journey: Journey) -> Place:
    """Return how far a referral came, and whether it is closed."""
    if journey.enrolled:
        return STEPS.index("enrolled"), journey.is_over
    reached = (number for number, name in enumerate(STEPS) if name in journey.first)
    return max(reached, default=0), journey.is_over


def places_of(journeys: Iterable[Journey]) -> Counter[Place]:
    """Return how many referrals are at each place."""
    return Counter(map(place_of, journeys))


def belongs(place: Place, column: str) -> bool:
    """Whether who is at a place counts in a column of a table."""
    step, closed = place
    return closed if column == CLOSED else step >= STEPS.index(column)
