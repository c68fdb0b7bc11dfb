"""Putting the shared board of a batch together from what was loaded; the same for every store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contracts.catalogue import PersonLinked
from services.assignment.domain.board import Board, Tally, Waiting
from services.assignment.domain.placement import Placement
from services.assignment.domain.rooms import Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contracts.envelope import Fact
    from services.assignment.domain.evolving import State
    from services.sites import Site


@dataclass(frozen=True, slots=True)
class Desk:
    """What an agency's row holds: what it said of its places, and how many are taken."""

    room: Room
    tally: Tally = field(default_factory=Tally)


def linked_with(states: Mapping[str, State], facts: Sequence[Fact]) -> set[str]:
    """Return the other records of the batch's persons, whose own rows are not in it."""
    linked = {other for state in states.values() if isinstance(state, Placement) for other in state.linked}
    linked |= {fact.event.other for fact in facts if isinstance(fact.event, PersonLinked)}
    return linked - states.keys()


def gathered(
    site: Site,
    states: Mapping[str, State],
    desks: Mapping[str, Desk],
    enrolled: Mapping[str, tuple[str, ...]],
    waiting: Iterable[Waiting],
    guests: Iterable[tuple[str, str]] = (),
) -> Board:
    """Return the board; `enrolled` are the agencies of linked persons, `waiting` the first in line at each agency."""
    placements = [state for state in states.values() if isinstance(state, Placement)]
    lines: dict[str, tuple[Waiting, ...]] = {}
    for one in waiting:
        lines[one.referral_id] = (*lines.get(one.referral_id, ()), one)
    return Board(
        starting={agency.slug: agency.starting_places for agency in site.agencies.values()},
        rooms={agency: desk.room for agency, desk in desks.items()},
        tallies={agency: desk.tally for agency, desk in desks.items()},
        held=Counter((one.person, agency) for one in placements for agency in one.places),
        enrolled={**enrolled, **{one.person: one.enrolled_with for one in placements}},
        waiting=lines,
        links={one.person: one.linked for one in placements if one.links},
        guests=frozenset(guests),
        away=frozenset(offer_id for one in placements for _, offer_id, offer in one.live if offer.away),
    )
