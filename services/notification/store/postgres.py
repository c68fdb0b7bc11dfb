"""Dossiers, and what waits for the lanes: one statement each way for a batch, and the carrier's own steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.notification.domain.lanes import ConsentEnded, LaneRow
from services.notification.domain.ledger import being_told, told_of
from services.notification.domain.recalling import ENDS_TELLING, takes_back
from services.notification.domain.rows import RECALL, agency_key, keys_of_agency
from services.notification.domain.writing import (
    read_dossier,
    read_row,
    read_verdict,
    written_dossier,
    written_row,
    written_verdict,
)
from services.notification.store.holds import when_told
from services.notification.store.lanes import LaneAlarm, LaneReport, Taken, Waiting
from services.plumbing.ledger import PostgresLedger
from services.plumbing.service import Loaded
from services.plumbing.tables import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.domain.answers import Verdict
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.ledger import ToldTo
    from services.plumbing.service import Connection

LEAD: Final = "SELECT pg_try_advisory_lock(hashtextextended('hub.notification.carrier', 0))"
"""Asks for the lead of all carriers; held as long as the connection."""

_LOAD: Final = "SELECT key, state FROM dossiers WHERE key = ANY(string_to_array($1, chr(31))) ORDER BY key FOR UPDATE"
_LOOK: Final = "SELECT key, state FROM dossiers WHERE key = ANY(string_to_array($1, chr(31))) ORDER BY key FOR SHARE"
_BEING_CARRIED: Final = """
SELECT key, reference, verdict FROM lane_rows
WHERE state = 'carrying' AND key = ANY(string_to_array($1, chr(31))) ORDER BY id
"""
_SAVE: Final = """
INSERT INTO dossiers (key, state, held)
SELECT * FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)), $3::boolean[])
ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state, held = EXCLUDED.held
"""
_ENTER: Final = """
INSERT INTO lane_rows (agency, message_id, key, rests_on, reference)
SELECT agency, message_id, key, nullif(rests_on, ''), reference
FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)), string_to_array($3, chr(31)),
            string_to_array($4, chr(31)), string_to_array($5, chr(31))) WITH ORDINALITY
     AS entered (agency, message_id, key, rests_on, reference, place)
ORDER BY place
ON CONFLICT (message_id) DO NOTHING
"""
_WITHDRAW: Final = "UPDATE lane_rows SET state = 'withdrawn' WHERE state = 'waiting' AND rests_on = ANY($1::text[])"
_LANES: Final = """
SELECT rows.agency, lanes.state, lanes.retry_at
FROM (SELECT DISTINCT agency FROM lane_rows) AS rows LEFT JOIN lanes USING (agency)
"""
_NEXT: Final = """
SELECT id, key, (SELECT EXISTS (SELECT FROM dead_letters WHERE settled_at IS NULL)) AS parked,
       (SELECT EXISTS (SELECT FROM dead_letters WHERE settled_at IS NULL AND key = ANY($3::text[]))) AS closed
FROM lane_rows AS candidate
WHERE agency = $1 AND NOT EXISTS (
    SELECT FROM dead_letters WHERE settled_at IS NULL AND dead_letters.key = candidate.key
) AND NOT EXISTS (
    SELECT FROM dossiers WHERE dossiers.key = candidate.key AND held AND candidate.reference::json ->> 'message' <> $4
)
ORDER BY id LIMIT $2
"""
_ROWS: Final = """
SELECT id, state, reference, verdict, carrying_at FROM lane_rows AS kept
WHERE id = ANY(string_to_array($1, chr(31))::bigint[]) AND NOT EXISTS (
    SELECT FROM dead_letters
    WHERE settled_at IS NULL AND (dead_letters.key = kept.key OR dead_letters.key = ANY($2::text[]))
)
ORDER BY id
"""
_NOTE_ALL: Final = """
UPDATE lane_rows AS held SET noted = $2 WHERE agency = $1 AND noted IS DISTINCT FROM $2 AND state = 'waiting'
AND NOT EXISTS (SELECT FROM dead_letters WHERE settled_at IS NULL AND dead_letters.key = held.key)
RETURNING reference
"""
_NOTE_PARKED: Final = """
UPDATE lane_rows SET noted = $2 WHERE agency = $1 AND noted IS DISTINCT FROM $2 AND state = 'waiting'
AND key IN (SELECT key FROM dead_letters WHERE settled_at IS NULL) RETURNING reference
"""
_ANY_PARKED: Final = """
SELECT EXISTS (SELECT FROM lane_rows JOIN dead_letters USING (key) WHERE agency = $1 AND settled_at IS NULL)
"""
_CARRY: Final = """
UPDATE lane_rows SET state = 'carrying', verdict = judged.verdict, carrying_at = $3
FROM unnest(string_to_array($1, chr(31))::bigint[], string_to_array($2, chr(31))) AS judged (id, verdict)
WHERE lane_rows.id = judged.id
"""
_BACK: Final = """
UPDATE lane_rows SET state = 'waiting', verdict = NULL, carrying_at = NULL WHERE id = ANY($1::bigint[])"""
_AGAIN: Final = """
UPDATE lane_rows SET state = 'waiting', verdict = NULL, carrying_at = NULL, message_id = again.message_id,
                     reference = again.reference
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS again (id, message_id, reference) WHERE lane_rows.id = again.id
"""
_DELETE: Final = "DELETE FROM lane_rows WHERE id = ANY(string_to_array($1, chr(31))::bigint[])"
_LANE: Final = """
INSERT INTO lanes (agency, state, reason, since, waiting, attempts, retry_at)
VALUES ($1, $2, $3, $4, (SELECT count(*) FROM lane_rows WHERE agency = $1), $5, $6)
ON CONFLICT (agency) DO UPDATE SET
    state = EXCLUDED.state, reason = EXCLUDED.reason, waiting = EXCLUDED.waiting, attempts = EXCLUDED.attempts,
    retry_at = EXCLUDED.retry_at,
    since = CASE WHEN lanes.state = EXCLUDED.state AND lanes.reason IS NOT DISTINCT FROM EXCLUDED.reason
                 THEN lanes.since ELSE EXCLUDED.since END
"""
_ATTEMPTS: Final = "SELECT attempts FROM lanes WHERE agency = $1"
_ALARMS: Final = "SELECT agency, state, reason, since, waiting FROM lanes WHERE state <> 'open' ORDER BY agency"


class PostgresStore:
    """Everything in the service's own schema; what was told is read from the ledger."""

    def __init__(self) -> None:
        """It keeps nothing itself."""
        self._ledger = PostgresLedger()

    async def load(self, conn: Connection, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[Dossier, ToldTo]:
        """Load and lock the dossiers; and what was told of the people whose consent ends in this batch."""
        dossiers = _dossiers(await conn.fetch(_LOAD, joined(keys)))
        await when_told(conn, _whose(facts, ENDS_TELLING))
        persons = sorted({fact.subject for fact in facts if fact.subject and takes_back(fact)})
        return Loaded(dossiers, await self._told(conn, persons) if persons else {})

    async def _told(self, conn: Connection, persons: Sequence[str]) -> ToldTo:
        """Return what they were told of by person; what is being carried counts.

        What is being carried is read first: what is told meanwhile leaves it for the ledger, and is found there.
        """
        carrying = await conn.fetch(_BEING_CARRIED, joined(persons))
        told = {person: [*told_of(await self._ledger.of_subjects(conn, [person]))] for person in persons}
        for row in carrying:
            known = told[row["key"]]
            known += being_told(read_row(row["reference"]), read_verdict(row["verdict"]), known)
        return told

    async def save(
        self, conn: Connection, states: Mapping[str, Dossier], _shared: ToldTo, rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        """Save the dossiers, enter the rows, mark what rested on an ended consent."""
        if states:
            written = joined([*map(written_dossier, states.values())])
            await conn.execute(_SAVE, joined(list(states)), written, [state.revoking for state in states.values()])
        entered = [row for _, row in rows if isinstance(row, LaneRow)]
        if entered:
            await conn.execute(
                _ENTER,
                joined([row.agency for row in entered]),
                joined([row.message_id for row in entered]),
                joined([row.key for row in entered]),
                joined([row.rests_on or "" for row in entered]),
                joined([written_row(row) for row in entered]),
            )
        ended = [row.consent_id for _, row in rows if isinstance(row, ConsentEnded)]
        if ended:
            await conn.execute(_WITHDRAW, ended)

    async def busy(self, conn: Connection, now: datetime) -> list[str]:
        """See `LaneStore`."""
        rows = await conn.fetch(_LANES)
        return [row["agency"] for row in rows if row["retry_at"] is None or row["retry_at"] <= now]

    async def take(self, conn: Connection, agency: str, most: int) -> Taken:
        """See `LaneStore`. Dossiers are locked before rows are read: a withdrawal comes before or after."""
        of_the_agency = keys_of_agency(agency)
        candidates = await conn.fetch(_NEXT, agency, most, of_the_agency, RECALL)
        keys = sorted({row["key"] for row in candidates} | {agency_key(agency)})
        dossiers = _dossiers(await conn.fetch(_LOOK, joined(keys)))
        if not candidates:
            return Taken([], dossiers, held=True)
        # Asked once more what is parked: it may have happened while the dossiers were waited for.
        rows = await conn.fetch(_ROWS, _ids(row["id"] for row in candidates), of_the_agency)
        held = candidates[0]["parked"] or len(rows) < len(candidates)
        return Taken([_waiting(row) for row in rows], dossiers, held=held, closed=candidates[0]["closed"])

    async def note(self, conn: Connection, agency: str, why: str) -> list[LaneRow]:
        """See `LaneStore`."""
        rows = await conn.fetch(_NOTE_PARKED if why == "parked" else _NOTE_ALL, agency, why)
        return [read_row(row["reference"]) for row in rows]

    async def anything_parked(self, conn: Connection, agency: str) -> bool:
        """See `LaneStore`."""
        return bool(await conn.fetchval(_ANY_PARKED, agency))

    async def carry(self, conn: Connection, judged: Sequence[tuple[int, Verdict]], now: datetime) -> None:
        """See `LaneStore`."""
        verdicts = [written_verdict(verdict) for _, verdict in judged]
        await conn.execute(_CARRY, _ids(one for one, _ in judged), joined(verdicts), now)

    async def put_back(self, conn: Connection, ids: Sequence[int]) -> None:
        """See `LaneStore`."""
        await conn.execute(_BACK, list(ids))

    async def say_anew(self, conn: Connection, rows: Sequence[tuple[int, LaneRow]]) -> None:
        """See `LaneStore`."""
        await conn.execute(
            _AGAIN, [one for one, _ in rows], [row.message_id for _, row in rows], [written_row(row) for _, row in rows]
        )

    async def settle(self, conn: Connection, ids: Sequence[int]) -> None:
        """See `LaneStore`."""
        await conn.execute(_DELETE, _ids(ids))

    async def report(self, conn: Connection, lane: LaneReport) -> None:
        """See `LaneStore`."""
        await conn.execute(_LANE, lane.agency, lane.state, lane.reason, lane.at, lane.attempts, lane.retry_at)

    async def attempts(self, conn: Connection, agency: str) -> int:
        """See `LaneStore`."""
        return await conn.fetchval(_ATTEMPTS, agency) or 0

    async def alarms(self, conn: Connection) -> list[LaneAlarm]:
        """See `LaneStore`."""
        return [LaneAlarm(**dict(row)) for row in await conn.fetch(_ALARMS)]


def _ids(ids: Iterable[int]) -> str:
    return joined([str(one) for one in ids])


def _dossiers(rows: Sequence[Any]) -> dict[str, Dossier]:
    return {row["key"]: read_dossier(row["state"]) for row in rows}


def _whose(facts: Sequence[Fact], kinds: tuple[type[Event], ...]) -> list[str]:
    return sorted({fact.subject for fact in facts if fact.subject and isinstance(fact.event, kinds)})


def _waiting(row: Any) -> Waiting:
    verdict = None if row["verdict"] is None else read_verdict(row["verdict"])
    return Waiting(row["id"], read_row(row["reference"]), row["state"], verdict, row["carrying_at"])
