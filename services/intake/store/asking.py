"""What operators ask of the door, and the keys that they register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.intake.domain import DESTRUCTION, Erasure, Erasures
from services.intake.domain.register import MOST_MATCHES
from services.intake.store.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.plumbing.service import Connection

_ERASURES: Final = (
    "SELECT referral_id, erased_at, ground, erased_by FROM intake.erasures ORDER BY erased_at, referral_id"
)
_DAYS: Final = "SELECT count(*) AS waiting, min(due_at) AS next FROM intake.deadlines WHERE name = $1"
_UNREAD: Final = "SELECT count(*) FROM intake.dead_letters WHERE settled_at IS NULL"
_COUNTED: Final = "SELECT agency, event, fields FROM intake.unknown_fields ORDER BY agency, event"
_SUSPENDED: Final = "SELECT agency FROM intake.suspensions"
_REVOKE: Final = "UPDATE intake.operators SET revoked_at = now() WHERE operator = $1 AND revoked_at IS NULL"
_REGISTER: Final = "INSERT INTO intake.operators (operator, public_key) VALUES ($1, $2)"


async def erasures(conn: Connection) -> Erasures:
    """Return what was erased, oldest first, and what waits."""
    done = tuple(Erasure(*row) for row in await conn.fetch(_ERASURES))
    waiting, next_at = await conn.fetchrow(_DAYS, DESTRUCTION)
    return Erasures(done, waiting, next_at, await conn.fetchval(_UNREAD))


async def register_operator(conn: Connection, operator: str, public_key: str) -> None:
    """Register an operator's public key in place of the one before; from the first one on, decisions must be signed."""
    async with conn.transaction():
        await conn.execute(_REVOKE, operator)
        await conn.execute(_REGISTER, operator, public_key)


async def remove_operator(conn: Connection, operator: str) -> None:
    """Take the operator's key back: nothing signed with it is admitted any more."""
    await conn.execute(_REVOKE, operator)


async def suspended(conn: Connection) -> frozenset[str]:
    """Return which agencies are suspended now."""
    return frozenset(row["agency"] for row in await conn.fetch(_SUSPENDED))


async def unknown_fields(conn: Connection) -> dict[str, dict[str, int]]:
    """Return how many fields that no contract knows were left out, by agency and event."""
    counted: dict[str, dict[str, int]] = {}
    for agency, event, fields in await conn.fetch(_COUNTED):
        counted.setdefault(agency, {})[event] = fields
    return counted


async def bearing(conn: Connection, hashes: Sequence[str]) -> list[str]:
    """Return the people who bear one of these marks, for an operator's search; at most MOST_MATCHES of each mark."""
    rows = await conn.fetch(MARKS, list(hashes), MOST_MATCHES)
    return sorted({row["person"] for row in rows})
