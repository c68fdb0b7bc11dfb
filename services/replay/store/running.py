"""What the runner reads and writes: who runs a replay, its items, how far each pass is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.replaying import ReplayPass
from services.replay.store.keeping import Replays, read_replay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.plumbing.service import Connection
    from services.replay.domain import Asked, Replay

MOST_AT_ONCE: Final = 100
"""Items of one person that are asked for in one message."""
_TAKE: Final = """
INSERT INTO replay.leases AS lease (replay_id, fence, holder, until)
VALUES ($1, 1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (replay_id) DO UPDATE SET
    fence = lease.fence + CASE WHEN lease.holder = EXCLUDED.holder THEN 0 ELSE 1 END,
    holder = EXCLUDED.holder, until = EXCLUDED.until
WHERE lease.holder = EXCLUDED.holder OR lease.until < clock_timestamp()
RETURNING fence
"""
_HOLDS: Final = "SELECT 1 FROM replay.leases WHERE replay_id = $1 AND holder = $2 AND fence = $3 FOR UPDATE"
_AT_WORK: Final = "SELECT replay_id FROM replay.replays WHERE works ORDER BY replay_id"
_HELD: Final = "SELECT state FROM replay.replays WHERE replay_id = $1 FOR UPDATE"
_SELECT_LANE: Final = """
WITH chosen AS (
    SELECT *, row_number() OVER (PARTITION BY person ORDER BY made_at, message_id) AS nth
    FROM replay.told
    WHERE agency = $2 AND original_id IS NULL AND made_at >= $3 AND made_at < $4
      AND (cardinality($5::text[]) = 0 OR referral_id = ANY($5)) AND (cardinality($6::text[]) = 0 OR person = ANY($6))
)
INSERT INTO replay.items
    (replay_id, number, chunk, original_id, person, message_type, referral_id, reference, content, made_at)
SELECT $1, row_number() OVER (ORDER BY person, made_at, message_id),
       dense_rank() OVER (ORDER BY person, (nth - 1) / $7::int),
       message_id, person, message_type, referral_id, reference, content, made_at
FROM chosen
"""
_TOTAL: Final = {
    ReplayPass.RECALL: (
        "SELECT count(*) FROM replay.items WHERE replay_id = $1 AND told_as IS NOT NULL "
        "AND message_type <> 'information.recalled'"
    )
}
_TELLABLE: Final = "SELECT count(*) FROM replay.items WHERE replay_id = $1 AND reference IS NOT NULL"
_BEGIN: Final = (
    "INSERT INTO replay.passes (replay_id, mode, total, began_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
)
_COURSE: Final = (
    "SELECT cursor, ordered, answered, total FROM replay.passes WHERE replay_id = $1 AND mode = $2 FOR UPDATE"
)
_CHUNK: Final = """
SELECT chunk, original_id, coalesce(told_as, original_id) AS told_as, person, message_type, reference, content
FROM replay.items
WHERE replay_id = $1 AND chunk = (
    SELECT min(chunk) FROM replay.items
    WHERE replay_id = $1 AND chunk > $2 AND reference IS NOT NULL
      AND (NOT $3 OR (told_as IS NOT NULL AND message_type <> 'information.recalled'))
) AND reference IS NOT NULL AND (NOT $3 OR (told_as IS NOT NULL AND message_type <> 'information.recalled'))
ORDER BY number
"""
_MOVE: Final = "UPDATE replay.passes SET cursor = $3, ordered = ordered + $4 WHERE replay_id = $1 AND mode = $2"


class Fenced(Exception):
    """Another runner has taken the replay over: this one puts out nothing more of it."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far one pass is."""

    cursor: int
    ordered: int
    answered: int
    total: int

    @property
    def outstanding(self) -> int:
        """How many items wait for their answer."""
        return self.ordered - self.answered


class Leases:
    """Who runs which replay; `holder` is one life of one runner."""

    def __init__(self, holder: str, seconds: float) -> None:
        """A replay is kept for so many seconds after each sign of life."""
        self.holder, self._seconds = holder, seconds

    async def take(self, conn: Connection, replay_id: str) -> int | None:
        """Return the fence under which this runner has the replay now; None while another has it."""
        fence: int | None = await conn.fetchval(_TAKE, replay_id, self.holder, self._seconds)
        return fence

    async def require(self, conn: Connection, replay_id: str, fence: int) -> None:
        """See that nobody has taken it over; nobody can until the transaction ends.

        Raises:
            Fenced: somebody has.
        """
        if await conn.fetchval(_HOLDS, replay_id, self.holder, fence) is None:
            raise Fenced(Fenced.__doc__)


class Work(Replays):
    """What one runner does, in its transactions."""

    async def at_work(self, conn: Connection) -> list[str]:
        """Return the replays for which there is something to do."""
        return [row["replay_id"] for row in await conn.fetch(_AT_WORK)]

    async def held(self, conn: Connection, replay_id: str) -> Replay | None:
        """Return the replay, locked until the transaction ends."""
        text = await conn.fetchval(_HELD, replay_id)
        return None if text is None else read_replay(text)

    async def select_lane(self, conn: Connection, replay_id: str, asked: Asked) -> None:
        """Write down the items of a lane, in their order."""
        await conn.execute(
            _SELECT_LANE, replay_id, asked.agency, asked.since, asked.until, list(asked.referrals), list(asked.persons),
            MOST_AT_ONCE,
        )  # fmt: skip

    async def begin(self, conn: Connection, replay_id: str, mode: ReplayPass, now: datetime) -> int:
        """Begin a pass; return over how many items it goes."""
        total: int = await conn.fetchval(_TOTAL.get(mode, _TELLABLE), replay_id)
        await conn.execute(_BEGIN, replay_id, mode.value, total, now)
        return total

    async def course(self, conn: Connection, replay_id: str, mode: ReplayPass) -> Course | None:
        """Return how far the pass is, locked; None where it has not begun."""
        row = await conn.fetchrow(_COURSE, replay_id, mode.value)
        return None if row is None else Course(*row)

    async def chunk(self, conn: Connection, replay_id: str, mode: ReplayPass, after: int) -> Sequence[Any]:
        """Return the items of the next chunk; none at the end."""
        rows: Sequence[Any] = await conn.fetch(_CHUNK, replay_id, after, mode is ReplayPass.RECALL)
        return rows

    async def move(self, conn: Connection, replay_id: str, mode: ReplayPass, cursor: int, ordered: int) -> None:
        """Move the cursor: so many items more were asked for."""
        await conn.execute(_MOVE, replay_id, mode.value, cursor, ordered)
