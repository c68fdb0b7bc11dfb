"""What the service folds and writes down of a batch: one statement for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.replaying import Foreseen
from services.plumbing.service import Connection, Loaded
from services.replay.domain import OFFICES, Answered, Ground, Moved, Replay, Stands, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.envelope import Fact

_PREFIX: Final = "rpl-"
_LOAD: Final = "SELECT replay_id, state FROM replay.replays WHERE replay_id = ANY($1::text[]) ORDER BY 1 FOR UPDATE"
_SAVE: Final = """
INSERT INTO replay.replays (replay_id, state, works, asked_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::timestamptz[])
ON CONFLICT (replay_id) DO UPDATE SET state = EXCLUDED.state, works = EXCLUDED.works, asked_at = EXCLUDED.asked_at
"""
_SUSPENDED: Final = "SELECT agency FROM replay.standings WHERE suspended"
_GROUND: Final = """
SELECT items.replay_id, count(DISTINCT items.person) AS moved
FROM replay.items
JOIN replay.ends ON ends.replay_id = items.replay_id AND ends.mode = 'foresee' AND ends.original_id = items.original_id
JOIN replay.moved ON moved.key = items.person AND moved.at > ends.at
WHERE items.replay_id = ANY($1::text[]) GROUP BY 1
"""
_TOLD: Final = """
INSERT INTO replay.told AS known
    (message_id, agency, person, message_type, referral_id, reference, content, made_at, original_id, replay_id)
SELECT message_id, min(agency), min(person), min(message_type), min(referral_id), min(reference), min(content),
       min(made_at), min(original_id), CASE WHEN bool_or(replay_id IS NULL) THEN NULL ELSE min(replay_id) END
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
            $9::text[], $10::text[])
    AS said (message_id, agency, person, message_type, referral_id, reference, content, made_at, original_id, replay_id)
GROUP BY message_id ORDER BY message_id
ON CONFLICT (message_id) DO UPDATE SET
    referral_id = coalesce(least(known.referral_id, EXCLUDED.referral_id), known.referral_id, EXCLUDED.referral_id),
    reference = coalesce(least(known.reference, EXCLUDED.reference), known.reference, EXCLUDED.reference),
    content = coalesce(least(known.content, EXCLUDED.content), known.content, EXCLUDED.content),
    made_at = least(known.made_at, EXCLUDED.made_at),
    replay_id = CASE WHEN known.replay_id IS NULL OR EXCLUDED.replay_id IS NULL THEN NULL
                     ELSE least(known.replay_id, EXCLUDED.replay_id) END
"""
_ANSWERED: Final = """
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                         $8::boolean[])
        AS said (replay_id, mode, original_id, identity, answer, message_id, at, told)
), placed AS (
    SELECT given.replay_id, given.identity, given.answer, given.message_id, given.at, given.told, items.original_id,
           CASE WHEN given.mode = 'recall' AND items.message_type = 'information.recalled' THEN 'send'
                ELSE given.mode END AS mode
    FROM given JOIN replay.items ON items.replay_id = given.replay_id
        AND (items.original_id = given.original_id OR (given.mode = 'recall' AND items.told_as = given.original_id))
), kept AS (
    INSERT INTO replay.answers (replay_id, mode, original_id, identity, answer)
    SELECT replay_id, mode, original_id, identity, answer FROM placed ON CONFLICT DO NOTHING
), told AS (
    UPDATE replay.items SET told_as = said.message_id
    FROM (SELECT replay_id, original_id, min(message_id) AS message_id FROM placed WHERE told AND mode = 'send'
          GROUP BY 1, 2) AS said
    WHERE items.replay_id = said.replay_id AND items.original_id = said.original_id
), ended AS (
    INSERT INTO replay.ends (replay_id, mode, original_id, at)
    SELECT replay_id, mode, original_id, min(at) FROM placed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING RETURNING replay_id, mode
)
UPDATE replay.passes SET answered = passes.answered + newly.count
FROM (SELECT replay_id, mode, count(*)::int AS count FROM ended GROUP BY 1, 2 ORDER BY 1, 2) AS newly
WHERE passes.replay_id = newly.replay_id AND passes.mode = newly.mode
"""
_MOVED: Final = """
INSERT INTO replay.moved (key, what, at)
SELECT key, what, max(at) FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS said (key, what, at)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (key, what) DO UPDATE SET at = greatest(moved.at, EXCLUDED.at)
"""
_STANDS: Final = """
INSERT INTO replay.standings (agency, suspended, at)
SELECT DISTINCT ON (agency) agency, suspended, at
FROM unnest($1::text[], $2::boolean[], $3::timestamptz[]) AS said (agency, suspended, at)
ORDER BY agency, at DESC, suspended DESC
ON CONFLICT (agency) DO UPDATE SET suspended = EXCLUDED.suspended, at = EXCLUDED.at WHERE standings.at < EXCLUDED.at
"""


class Replays:
    """The service's own schema."""

    async def load(self, conn: Connection, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[Replay, Ground]:
        """Load the replays among the keys, locked in sorted order; their ground only where an operator speaks."""
        asked = [key for key in keys if key.startswith(_PREFIX)]
        if not asked:
            return Loaded({}, Ground())
        rows = await conn.fetch(_LOAD, asked)
        states = {row["replay_id"]: read_replay(row["state"]) for row in rows}
        if not any(isinstance(fact.event, OFFICES) for fact in facts):
            return Loaded(states, Ground())
        suspended = frozenset(row["agency"] for row in await conn.fetch(_SUSPENDED))
        moved = {row["replay_id"]: row["moved"] for row in await conn.fetch(_GROUND, asked)}
        return Loaded(states, Ground(moved, suspended))

    async def save(
        self, conn: Connection, states: Mapping[str, Replay], _shared: Ground, rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        """Save the replays that changed, and every row by its kind."""
        if states:
            await self.keep(conn, [states[key] for key in sorted(states)])
        await _each(conn, _TOLD, _of(rows, Told))
        await _each(conn, _MOVED, _of(rows, Moved))
        await _each(conn, _STANDS, _of(rows, Stands))
        answered: list[Answered] = _of(rows, Answered)
        await _each(conn, _ANSWERED, [_written(one) for one in answered])

    async def keep(self, conn: Connection, replays: Sequence[Replay]) -> None:
        """Save these replays."""
        await conn.execute(
            _SAVE,
            [one.replay_id for one in replays],
            [written_replay(one) for one in replays],
            [one.works for one in replays],
            [one.asked and one.asked.at for one in replays],
        )


def read_replay(text: str) -> Replay:
    """Return a replay as it was written."""
    return Replay.model_validate_json(text)


def written_replay(replay: Replay) -> str:
    """Return a replay as text; what is as at the beginning is left out."""
    return replay.model_dump_json(exclude_defaults=True)


def _of(rows: Sequence[tuple[Fact, Any]], kind: type[Any]) -> list[Any]:
    return [content for _, content in rows if isinstance(content, kind)]


def _written(one: Answered) -> tuple[Any, ...]:
    told = one.answer.outcome in {Foreseen.SAME, Foreseen.CHANGED}
    return (
        one.replay_id, one.mode.value, one.original_id, one.identity, one.answer.model_dump_json(exclude_defaults=True),
        one.answer.message_id, one.answer.at, told,
    )  # fmt: skip


async def _each(conn: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        await conn.execute(statement, *(list(column) for column in zip(*rows, strict=True)))
