"""What the door has put aside and an operator corrects: the message as it was sent is opened, and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import topics
from services.intake.domain import Letter
from services.plumbing.tables import WRAPS, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.domain import Correction
    from services.plumbing.sealing import Wrapping
    from services.plumbing.service import Connection

_LETTERS: Final = """
SELECT id, topic, partition, record_offset, appended_at, content, key, reason, settled_at IS NOT NULL AS settled,
       corrected_as IS NOT NULL AS corrected,
       EXISTS (SELECT FROM intake.inbox
               WHERE inbox.source = letter.source AND inbox.id = letter.event_id AND inbox.delivery = '') AS handled
FROM intake.dead_letters AS letter WHERE id = ANY($1::bigint[]) AND wrapped ORDER BY id FOR UPDATE
"""
_CORRECT: Final = """
UPDATE intake.dead_letters
SET correction = $2, corrected_as = $3, put_away_as = NULL, retry_asked_at = now()
WHERE id = $1 AND settled_at IS NULL
"""


async def letters_of(conn: Connection, wanted: Sequence[int], wrapping: Wrapping | None) -> dict[int, Letter]:
    """Return those of the letters that agencies sent, opened.

    Of one that is settled nothing may be kept any more: it is known by its place alone.

    Raises:
        KeyAway: it is wrapped under a key that is not here.
    """
    if not wanted or wrapping is None:
        return {}
    found = {}
    for row in await conn.fetch(_LETTERS, list(wanted)):
        if topics.agency_of(row["topic"]) is None:
            continue
        place = (row["topic"], row["partition"], row["record_offset"], row["appended_at"])
        clear = b'{"key": null, "headers": [], "body": null}' if row["settled"] else wrapping.unwrap(row["content"])
        states = (row["key"], row["reason"], row["settled"], row["corrected"], row["handled"])
        found[row["id"]] = Letter(row["id"], unpacked(clear, *place), *states)
    return found


async def keep_corrections(conn: Connection, corrections: Sequence[Correction], wrapping: Wrapping | None) -> None:
    """Keep each beside its letter, wrapped, and have that tried again."""
    for one in corrections:
        if wrapping is not None:
            await conn.execute(WRAPS)
            await conn.execute(_CORRECT, one.letter, wrapping.wrap(one.content), one.word)
