"""Dossiers, and what waits for the lanes: one statement each way for a batch, and the carrier's own steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from services.notification.domain.answers import Verdict
from services.notification.domain.deciding import agency_key
from services.notification.domain.dossier import Dossier
from services.notification.domain.lanes import ConsentEnded, LaneRow
from services.notification.domain.writing import (
    read_dossier,
    read_row,
    read_verdict,
    written_dossier,
    written_row,
    written_verdict,
)
from services.plumbing.service import Connection, Loaded
from services.plumbing.tables import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contracts.envelope import Fact

WAITING: Final = "waiting"
CARRYING: Final = "carrying"
WITHDRAWN: Final = "withdrawn"

LEAD: Final = "SELECT pg_try_advisory_lock(hashtextextended('hub.notification.carrier', 0))"
"""Asks for the lead of all carriers; held as long as the connection."""

_LOAD: Final = "SELECT key, state FROM dossiers WHERE key = ANY(string_to_array($1, chr(31))) ORDER BY key FOR UPDATE"
_LOOK: Final = "SELECT key, state FROM dossiers WHERE key = ANY(string_to_array($1, chr(31))) ORDER BY key FOR SHARE"
_SAVE: Final = """
INSERT INTO dossiers (key, state) SELECT * FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)))
ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state
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
SELECT id, key, (SELECT EXISTS (SELECT FROM dead_letters WHERE settled_at IS NULL)) AS parked
FROM lane_rows AS candidate
WHERE agency = $1 AND NOT EXISTS (
    SELECT FROM dead_letters WHERE settled_at IS NULL AND dead_letters.key = candidate.key
)
ORDER BY id LIMIT $2
"""
_ROWS: Final = """
SELECT id, state, reference, verdict, carrying_at FROM lane_rows AS kept
WHERE id = ANY(string_to_array($1, chr(31))::bigint[]) AND NOT EXISTS (
    SELECT FROM dead_letters WHERE settled_at IS NULL AND dead_letters.key = kept.key
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row as it stands in its lane."""

    id: int
    row: LaneRow
    state: str = WAITING
    verdict: Verdict | None = None
    """What was judged when it was marked as being carried: its mark, and the disclosures that then count."""
    carrying_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The next rows of a lane, with their dossiers (and the agency's) locked against change."""

    rows: list[Waiting]
    dossiers: dict[str, Dossier]
    held: bool
    """Whether rows of people with a parked message may be in the lane."""


@dataclass(frozen=True, slots=True)
class LaneAlarm:
    """A lane that does not flow, and why."""

    agency: str
    state: str
    reason: str | None
    since: datetime
    waiting: int


class LaneStore(Protocol):
    """What the carrier does with rows; each step inside the transaction that it holds."""

    async def busy(self, conn: Connection, now: datetime) -> list[str]:
        """Return the agencies whose lane has rows and is not to be left alone until later."""
        ...

    async def take(self, conn: Connection, agency: str, most: int) -> Taken:
        """Take the next rows of the lane, in order. Rows of people with a parked message stay where they are."""
        ...

    async def note(self, conn: Connection, agency: str, why: str) -> list[LaneRow]:
        """Mark waiting rows as held back (`parked` or `suspended`) and return those that were not marked so before.

        Rows of people with a parked message are `parked`, on a suspended lane too: what has two reasons is said once.
        """
        ...

    async def anything_parked(self, conn: Connection, agency: str) -> bool:
        """Tell whether rows of people with a parked message are in the lane."""
        ...

    async def carry(self, conn: Connection, judged: Sequence[tuple[int, Verdict]], now: datetime) -> None:
        """Mark the rows as being carried; from the commit on they count as told."""
        ...

    async def put_back(self, conn: Connection, ids: Sequence[int]) -> None:
        """Let the rows wait again: it is certain that they were not sent."""
        ...

    async def say_anew(self, conn: Connection, rows: Sequence[tuple[int, LaneRow]]) -> None:
        """Let the rows wait again under new ids: what would be told has changed since they may have been sent."""
        ...

    async def settle(self, conn: Connection, ids: Sequence[int]) -> None:
        """Take the rows out of their lane: told, or withheld."""
        ...

    async def report(self, conn: Connection, lane: LaneReport) -> None:
        """Say how the lane does."""
        ...

    async def attempts(self, conn: Connection, agency: str) -> int:
        """Return how often in a row the lane was tried in vain."""
        ...

    async def alarms(self, conn: Connection) -> list[LaneAlarm]:
        """Return the lanes that do not flow."""
        ...


@dataclass(frozen=True, slots=True)
class LaneReport:
    """How a lane does: `open`, `waiting` (with the reason) or `suspended`; when to try again."""

    agency: str
    state: str
    at: datetime
    reason: str | None = None
    attempts: int = 0
    retry_at: datetime | None = None


class PostgresStore:
    """Everything in the service's own schema."""

    async def load(self, conn: Connection, keys: Sequence[str], _facts: Sequence[Fact]) -> Loaded[Dossier, None]:
        """Load and lock the dossiers."""
        return Loaded(_dossiers(await conn.fetch(_LOAD, joined(keys))), None)

    async def save(
        self, conn: Connection, states: Mapping[str, Dossier], _shared: None, rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        """Save the dossiers, enter the rows, take away what rested on an ended consent."""
        if states:
            await conn.execute(_SAVE, joined(list(states)), joined([*map(written_dossier, states.values())]))
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
        candidates = await conn.fetch(_NEXT, agency, most)
        keys = sorted({row["key"] for row in candidates} | {agency_key(agency)})
        dossiers = _dossiers(await conn.fetch(_LOOK, joined(keys)))
        if not candidates:
            return Taken([], dossiers, held=True)
        # Asked once more who is parked: it may have happened while the dossiers were waited for.
        rows = await conn.fetch(_ROWS, _ids(row["id"] for row in candidates))
        held = candidates[0]["parked"] or len(rows) < len(candidates)
        return Taken([_waiting(row) for row in rows], dossiers, held=held)

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


def _waiting(row: Any) -> Waiting:
    verdict = None if row["verdict"] is None else read_verdict(row["verdict"])
    return Waiting(row["id"], read_row(row["reference"]), row["state"], verdict, row["carrying_at"])
