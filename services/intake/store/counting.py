"""By what reports count people: read by reports alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.plumbing.service import Connection

_ALL: Final = "SELECT * FROM intake.demographics"
_REFERRAL: Final = "referral_id"


async def groups_told(conn: Connection) -> dict[str, dict[str, str]]:
    """Return, by referral, the codes that were told; what was not told is missing."""
    return {
        row[_REFERRAL]: {name: code for name, code in row.items() if name != _REFERRAL and code is not None}
        for row in await conn.fetch(_ALL)
    }
