"""Where placements, places and the waiting list are kept: one batch loads and saves each of them once.

The rows of all agencies are locked, in sorted order, before anything shared is read: so two instances of the service
take turns at the places and never give one twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.assignment.domain import (
    Board,
    CaseManagers,
    Desk,
    Placement,
    State,
    Tally,
    Waiting,
    agency_of,
    gathered,
    linked_with,
    read_placement,
    read_room,
    room_key,
    turns,
    written_placement,
    written_room,
)
from services.plumbing.service import Connection, Loaded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.envelope import Fact
    from services.sites import Site

LONGEST_LINE: Final = 500
"""How many of those who wait at an agency one batch sees: as many as a batch has facts."""

_PLACEMENTS: Final = """
SELECT person, state, guest_at FROM placements WHERE person = ANY($1::text[]) ORDER BY person FOR UPDATE
"""
_ROOMS: Final = "SELECT agency, state, taken, opened_at FROM rooms ORDER BY agency FOR UPDATE"
_NEW_ROOMS: Final = (
    "INSERT INTO rooms (agency, state, taken) SELECT agency, '{}', 0 FROM unnest($1::text[]) AS agency "
    "ORDER BY agency ON CONFLICT DO NOTHING"
)
_WAITING: Final = """
SELECT line.* FROM unnest($1::text[]) AS asked (agency) CROSS JOIN LATERAL (
    SELECT agency, priority, waiting_since, referral_id, person, asked_at FROM waiting
    WHERE waiting.agency = asked.agency ORDER BY priority, waiting_since, referral_id LIMIT $2
) AS line
"""
_ENROLLED: Final = (
    "SELECT person, enrolled_with FROM placements WHERE person = ANY($1::text[]) AND enrolled_with <> '{}'"
)
_SAVE_PLACEMENTS: Final = """
INSERT INTO placements (person, state, enrolled_with, guest_at)
SELECT person, state, string_to_array(agencies, ' '), string_to_array(guest_at, ' ')
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS saved (person, state, agencies, guest_at)
ON CONFLICT (person) DO UPDATE
SET state = excluded.state, enrolled_with = excluded.enrolled_with, guest_at = excluded.guest_at
"""
_SAVE_ROOMS: Final = """
INSERT INTO rooms (agency, state, taken, opened_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[])
ON CONFLICT (agency) DO UPDATE SET state = excluded.state, taken = excluded.taken, opened_at = excluded.opened_at
"""
_LEFT: Final = "DELETE FROM waiting WHERE person = ANY($1::text[])"
_JOINED: Final = """
INSERT INTO waiting (agency, priority, waiting_since, referral_id, person, asked_at)
SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::timestamptz[])
"""


class Placements:
    """The service's own schema, for one site."""

    def __init__(self, site: Site) -> None:
        """The site says which agencies there are."""
        self._site = site
        self._case_managers = CaseManagers(site)

    async def load(self, conn: Connection, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[State, Board]:
        """Load the persons of the batch, then lock the places, then read who waits for them."""
        rows = await conn.fetch(_PLACEMENTS, [key for key in keys if agency_of(key) is None])
        states: dict[str, State] = {person: read_placement(state) for person, state, _ in rows}
        desks = await self._desks(conn, [agency for key in keys if (agency := agency_of(key)) is not None])
        states |= {key: desk.room for agency, desk in desks.items() if (key := room_key(agency)) in keys}
        line = await conn.fetch(_WAITING, [agency.slug for agency in self._site.case_management], LONGEST_LINE)
        others = linked_with(states, facts)
        enrolled = await conn.fetch(_ENROLLED, sorted(others)) if others else ()
        board = gathered(
            self._site,
            states,
            desks,
            {row["person"]: tuple(row["enrolled_with"]) for row in enrolled},
            [Waiting(row[0], (row[1], row[2], row[3]), row[4], row[5]) for row in line],
            [(person, agency) for person, _, agencies in rows for agency in agencies],
        )
        return Loaded(states, board)

    async def save(
        self, conn: Connection, states: Mapping[str, State], shared: Board, _rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        """Save the persons that changed, where they wait, and the places that were taken or freed."""
        placements = [state for _, state in sorted(states.items()) if isinstance(state, Placement)]
        if placements:
            persons = [one.person for one in placements]
            await conn.execute(
                _SAVE_PLACEMENTS,
                persons,
                [written_placement(one) for one in placements],
                [" ".join(one.enrolled_with) for one in placements],
                [" ".join(shared.guest_at(person)) for person in persons],
            )
            await self._wait(conn, [one for one in placements if one.ever_waited or one.erased], shared)
        if shared.touched:
            agencies = sorted(shared.touched)
            await conn.execute(
                _SAVE_ROOMS,
                agencies,
                [written_room(shared.room(agency)) for agency in agencies],
                [shared.tally(agency).taken for agency in agencies],
                [shared.tally(agency).opened_at for agency in agencies],
            )

    async def _wait(self, conn: Connection, placements: Sequence[Placement], shared: Board) -> None:
        """Write anew where these persons wait; whoever never waited has nothing there."""
        if placements:
            await conn.execute(_LEFT, [one.person for one in placements])
        line = [waiting for one in placements for waiting in turns(self._case_managers, shared, one)]
        if line:
            await conn.execute(_JOINED, *_columns(line))

    async def _desks(self, conn: Connection, heard: Sequence[str]) -> dict[str, Desk]:
        """Lock the rows of all agencies; the first time, make those that are missing."""
        rows = await conn.fetch(_ROOMS)
        wanted = {agency.slug for agency in self._site.case_management} | set(heard)
        missing = wanted - {row["agency"] for row in rows}
        if missing:
            await conn.execute(_NEW_ROOMS, sorted(missing))
            rows = await conn.fetch(_ROOMS)
        return {row["agency"]: Desk(read_room(row["state"]), Tally(row["taken"], row["opened_at"])) for row in rows}


def _columns(line: Sequence[Waiting]) -> tuple[list[Any], ...]:
    return (
        [one.agency for one in line],
        [one.turn[0] for one in line],
        [one.turn[1] for one in line],
        [one.referral_id for one in line],
        [one.person for one in line],
        [one.asked_at for one in line],
    )
