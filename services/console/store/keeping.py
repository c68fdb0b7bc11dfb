"""The console's files and steps in PostgreSQL: one query to load, one statement a table to save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.referrals.referral_erased import ReferralErased
from services.console.domain import OUTLASTING, File, Line, changes_a_file, key, read_file, written_file
from services.plumbing.service import Loaded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.envelope import Fact
    from services.plumbing.service import Connection

_LOAD: Final = "SELECT subject, state FROM files WHERE subject = ANY($1) ORDER BY subject FOR UPDATE"
_SAVE_FILES: Final = """
    INSERT INTO files (subject, state, open_reviews, proposed_links, waiting)
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[])
    ON CONFLICT (subject) DO UPDATE SET state = excluded.state, open_reviews = excluded.open_reviews,
        proposed_links = excluded.proposed_links, waiting = excluded.waiting
"""
_SAVE_STEPS: Final = f"""
    INSERT INTO steps ({", ".join(Line._fields)})
    SELECT * FROM unnest($1::{{schema}}.line[]) AS line
    WHERE event = ANY($2::text[]) OR (
        NOT EXISTS (SELECT FROM erased WHERE erased.id = line.referral_id)
        AND NOT EXISTS (SELECT FROM erased WHERE erased.id = line.offer_id)
    )
    ON CONFLICT (service, id) DO NOTHING
"""
_ERASE: Final = """
    WITH its AS (
        SELECT $1::text AS id
        UNION SELECT offer_id FROM steps WHERE referral_id = $1 AND offer_id IS NOT NULL
        UNION SELECT details::jsonb ->> 'review_id' FROM steps
        WHERE referral_id = $1 AND details::jsonb ? 'review_id'
    ), noted AS (
        INSERT INTO erased (id) SELECT id FROM its ON CONFLICT DO NOTHING
    )
    DELETE FROM steps WHERE event <> ALL($3::text[]) AND (
        referral_id = $1 OR (subject = $2 AND (
            offer_id IN (SELECT id FROM its) OR details::jsonb ->> 'review_id' IN (SELECT id FROM its)
            OR details::jsonb ->> 'reference' IN (SELECT id FROM its)
        ))
    )
"""
_KEPT: Final = sorted(OUTLASTING)


class ConsoleStore:
    """The console's own schema, or one that is filled beside it."""

    def __init__(self, schema: str = "console") -> None:
        """The tables are those of the connection's schema; `line`, PostgreSQL's own word too, needs its schema."""
        self._save_steps = _SAVE_STEPS.format(schema=schema)

    async def load(self, conn: Connection, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[File, None]:
        """Load the files that facts of the batch may change, locked in sorted order; most facts change none."""
        del keys
        changing = sorted({subject for fact in facts if changes_a_file(fact) and (subject := key(fact)) is not None})
        if not changing:
            return Loaded({}, None)
        rows = await conn.fetch(_LOAD, changing)
        return Loaded({row["subject"]: read_file(row["state"]) for row in rows}, None)

    async def save(
        self,
        conn: Connection,
        states: Mapping[str, File],
        shared: None,
        rows: Sequence[tuple[Fact, Line]],
    ) -> None:
        """Save the files that changed and append the steps; of a record that was erased only that it was is left."""
        del shared
        if states:
            files = sorted(states.items())
            await conn.execute(
                _SAVE_FILES,
                [subject for subject, _ in files],
                [written_file(file) for _, file in files],
                [file.open_reviews for _, file in files],
                [file.proposed_links for _, file in files],
                [file.waiting for _, file in files],
            )
        if rows:
            await conn.execute(self._save_steps, [line for _, line in rows], _KEPT)
            for _, line in rows:
                if line.event == ReferralErased.name:
                    await conn.execute(_ERASE, line.referral_id, line.subject, _KEPT)
