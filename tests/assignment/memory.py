"""The twin of assignment's store, in memory: rows as in PostgreSQL, without the locks."""

from __future__ import annotations

from services.assignment.domain import (
    Board,
    CaseManagers,
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
        self._guests: set[tuple[str, str]] = set()

    def placement(self, person: str) -> Placement:
        """Return what is kept of the person."""
        # The line break: what is kept is taken apart anew each time, as after a restart.
        return read_placement(self._placements[person] + "\n")

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
        return Loaded(states, gathered(self._site, states, desks, enrolled, self._waiting, self._guests))

    async def save(self, _conn, states, shared, _rows) -> None:
        for person, state in states.items():
            if isinstance(state, Placement):
                self._placements[person] = written_placement(state)
                self._guests = {one for one in self._guests if one[0] != person}
                self._guests |= {(person, agency) for agency in shared.guest_at(person)}
                self._waiting = [one for one in self._waiting if one.person != person]
                self._waiting += turns(CaseManagers(self._site), shared, state)
        for agency in shared.touched:
            self._desks[agency] = Desk(shared.room(agency), shared.tally(agency))
