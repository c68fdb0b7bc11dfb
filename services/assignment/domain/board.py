"""What is shared over the persons: the places of agencies, who takes them, and the waiting list. Immutable.

A person takes one place at an agency, however many of their referrals are open or held there, and none where the agency
has them under another record. What is said changes it (`following`), so that the next decision of the same batch sees
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from services.assignment.domain.rooms import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANYWHERE: Final = ""
"""Where somebody waits who joined the list in this very batch; which agencies suit is asked when their turn comes."""

_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})

Turn = tuple[int, datetime, str]
"""The order of those who wait: priority of the door (lower is sooner), since when, referral."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One referral that waits at one agency that suits it. `asked_at`: that agency was asked in this round."""

    agency: str
    turn: Turn
    person: str
    asked_at: datetime | None = None

    @property
    def referral_id(self) -> str:
        """Which referral waits."""
        return self.turn[2]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many places at an agency are taken, and when one that somebody had last came free."""

    taken: int = 0
    opened_at: datetime | None = None


class Board(NamedTuple):
    """Places and waiting list, as they are now. A tuple, for each offer makes a new one.

    `held` counts the open or held offers of each person of the batch at each agency; `enrolled` names the agencies
    whose participants the persons of the batch and those linked with them are; `touched` are the agencies whose row
    is to be saved; `links` are the other records of each person, and `guests` those (person, agency) that take no place
    of their own, because the agency had them under another record when they came.
    """

    starting: Mapping[str, int]
    rooms: Mapping[str, Room] = _NONE
    tallies: Mapping[str, Tally] = _NONE
    held: Mapping[tuple[str, str], int] = _NONE
    enrolled: Mapping[str, tuple[str, ...]] = _NONE
    waiting: Mapping[str, tuple[Waiting, ...]] = _NONE
    touched: frozenset[str] = frozenset()
    links: Mapping[str, frozenset[str]] = _NONE
    guests: frozenset[tuple[str, str]] = frozenset()
    away: frozenset[str] = frozenset()
    """Assignments of the batch's persons whose place a pause gave to others: what ends them gives none back."""

    def room(self, agency: str) -> Room:
        """Return what the agency last said of its places."""
        return self.rooms.get(agency) or Room()

    def tally(self, agency: str) -> Tally:
        """Return how many places of the agency are taken."""
        return self.tallies.get(agency) or Tally()

    def places(self, agency: str) -> int:
        """Return how many people the agency can have in all."""
        reported = self.room(agency).places
        return self.starting.get(agency, 0) if reported is None else reported

    def free(self, agency: str) -> int:
        """Return how many places are free; below zero where people were taken on although it was full."""
        return self.places(agency) - self.tally(agency).taken

    def load(self, agency: str) -> float:
        """Return which part of the places is taken."""
        return self.tally(agency).taken / max(self.places(agency), 1)

    def opened_since(self, agency: str, at: datetime) -> bool:
        """Whether the agency made room, or a place there came free, after that instant."""
        moments = (self.room(agency).opened_at, self.tally(agency).opened_at)
        return any(moment is not None and moment > at for moment in moments)

    def line(self, agency: str, *, joined_now: bool = True) -> Iterator[Waiting]:
        """Iterate over those who wait for a place at the agency, in no order."""
        for entries in self.waiting.values():
            for one in entries:
                if one.agency == ANYWHERE:
                    if joined_now:
                        yield one
                elif one.agency == agency and (one.asked_at is None or self.opened_since(agency, one.asked_at)):
                    yield one

    def first(self, agency: str, *, besides: str | None, after: Turn | None = None) -> Waiting | None:
        """Return whose turn it is at the agency, besides that person and after that turn."""
        line = (
            one for one in self.line(agency) if one.person != besides and (after is None or one.turn > after)
        )  # fmt: skip
        return min(line, key=lambda one: one.turn, default=None)

    def ahead(self, agency: str, turn: Turn, person: str) -> int:
        """Return how many others wait at the agency whose turn comes before this one."""
        return sum(one.turn < turn and one.person != person for one in self.line(agency, joined_now=False))

    def with_agencies(self, person: str) -> tuple[str, ...]:
        """Return whose participant the person is; asked of those of the batch, and of those linked with them."""
        return self.enrolled.get(person, ())

    def has_under_another_record(self, person: str, agency: str) -> bool:
        """Whether the person is the agency's participant already, as somebody with whom they are linked."""
        links = self.links.get(person)
        return links is not None and any(agency in self.with_agencies(other) for other in links)

    def guest_at(self, person: str) -> list[str]:
        """Return the agencies where the person takes no place of their own, by slug."""
        return sorted(agency for one, agency in self.guests if one == person) if self.guests else []

    def holding(self, person: str, agency: str) -> bool:
        """Whether the person takes a place at the agency already."""
        return self.held.get((person, agency), 0) > 0
