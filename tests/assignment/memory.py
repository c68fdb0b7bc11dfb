"""The twin of assignment's store, in memory: rows as in PostgreSQL, without the locks."""

from __future__ import annotations

from services.assignment.domain import (
    Board,
    Desk,
    Placement,
    Room,
    State,
    Waiting,
    agency_of,
    gathered,
    linked_with,
    read_placement,
    room_key,
    turns,
    written_placement,
)
from services.plumbing.service import Loaded


class MemoryPlacements:
    """Keeps JSON and no objects, so that what cannot be written down does not survive here either."""

    def __init__(self, site):
        self._site = site
        self._placements: dict[str, str] = {}
        self._desks: dict[str, Desk] = {}
        self._waiting: list[Waiting] = []

    def placement(self, person: str) -> Placement:
        """Return what is kept of the person."""
        return read_placement(self._placements[person])

    def placements(self) -> dict[str, Placement]:
        """Return what is kept of everybody."""
        return {person: self.placement(person) for person in self._placements}

    def taken(self, agency: str) -> int:
        """Return how many places of the agency are taken."""
        return self._desks[agency].tally.taken if agency in self._desks else 0

    def desks(self) -> dict[str, Desk]:
        """Return what each agency said of its places, and how many are taken."""
        return dict(self._desks)

    def waiting(self) -> list[Waiting]:
        """Return the waiting list, in turn."""
        return sorted(self._waiting, key=lambda one: one.turn)

    async def load(self, _conn, keys, facts) -> Loaded[State, Board]:
        states: dict[str, State] = {key: self.placement(key) for key in keys if key in self._placements}
        states |= {key: desk.room for agency, desk in self._desks.items() if (key := room_key(agency)) in keys}
        enrolled = {
            person: self.placement(person).enrolled_with
            for person in linked_with(states, facts)
            if person in self._placements
        }
        desks = dict(self._desks)
        for key in keys:
            if (agency := agency_of(key)) is not None:
                desks.setdefault(agency, Desk(Room()))
        return Loaded(states, gathered(self._site, states, desks, enrolled, self._waiting))

    async def save(self, _conn, states, shared, _rows) -> None:
        for person, state in states.items():
            if isinstance(state, Placement):
                self._placements[person] = written_placement(state)
                self._waiting = [one for one in self._waiting if one.person != person]
                self._waiting += turns(self._site, shared, state)
        for agency in shared.touched:
            self._desks[agency] = Desk(shared.room(agency), shared.tally(agency))
