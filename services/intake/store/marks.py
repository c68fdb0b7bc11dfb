"""Who bears a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.intake.domain import Marked
from services.intake.domain.register import MOST_MATCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.plumbing.service import Connection

MARKS: Final = """
SELECT asked.hash, found.person, found.birth, found.record FROM unnest($1::text[]) AS asked (hash)
CROSS JOIN LATERAL (
    SELECT person, birth, split_part(records, ' ', -1) AS record FROM intake.marks
    WHERE marks.hash = asked.hash ORDER BY place LIMIT $2
) AS found
"""


async def marks_of(conn: Connection, hashes: Sequence[str]) -> dict[str, tuple[Marked, ...]]:
    """Return who bears each of these marks, the first noted first."""
    marks: dict[str, tuple[Marked, ...]] = {}
    if hashes:
        # One more than counts, for the person may be one of them.
        for row in await conn.fetch(MARKS, list(hashes), MOST_MATCHES + 1):
            marks[row["hash"]] = (*marks.get(row["hash"], ()), Marked(row["person"], row["birth"], row["record"]))
    return marks
