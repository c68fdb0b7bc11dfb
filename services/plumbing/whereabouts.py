"""What became of one message at a service: was it handled before, is it parked? Asked as the service's own role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_HANDLED: Final = "SELECT id FROM inbox WHERE source = $1 AND id = ANY($2::text[]) AND delivery = ''"
_PARKED: Final = """
SELECT reason FROM dead_letters
WHERE topic = $1 AND partition = $2 AND record_offset = $3 AND settled_at IS NULL ORDER BY id LIMIT 1
"""


async def handled(conn: Any, source: str, ids: Iterable[str]) -> set[str]:
    """Return which of these ids of one source the service has handled."""
    return {row["id"] for row in await conn.fetch(_HANDLED, source, list(ids))}


async def parked(conn: Any, topic: str, partition: int, offset: int) -> str | None:
    """Return why the record at this place is parked; None where it is not, or no longer."""
    reason: str | None = await conn.fetchval(_PARKED, topic, partition, offset)
    return reason
