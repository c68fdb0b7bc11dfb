"""One-time codes and wrong tries. Each method is inside the transaction of its caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from services.console.domain.codes import same

if TYPE_CHECKING:
    from datetime import datetime

    from services.plumbing.service import Connection

_ISSUE: Final = """
INSERT INTO console.receipt_codes (hash, person, issued_by, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)
"""
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('hub.console.receipt codes', 0))"
_FORGET: Final = "DELETE FROM console.receipt_tries WHERE tried_at <= $1"
_COUNT: Final = """
SELECT count(*) FILTER (WHERE caller = $1) AS of_caller, count(*) AS of_all FROM console.receipt_tries
"""
_TRIED: Final = "INSERT INTO console.receipt_tries (tried_at, caller) VALUES ($1, $2)"
_FIND: Final = "SELECT hash, person, expires_at, used_at FROM console.receipt_codes WHERE hash = $1"
_USE: Final = "UPDATE console.receipt_codes SET used_at = $2 WHERE hash = $1"
_NOTHING: Final = "0" * 64


class Tries(NamedTuple):
    """How many wrong codes count now."""

    of_caller: int
    of_all: int


async def issue(conn: Connection, mark: str, person: str, operator: str, at: datetime, until: datetime) -> None:
    """Keep a new code, good until that moment, as its keyed hash."""
    await conn.execute(_ISSUE, mark, person, operator, at, until)


async def tries(conn: Connection, caller: str, since: datetime) -> Tries:
    """Return how many wrong codes were typed after `since`; until the transaction ends, nobody else is asked."""
    await conn.execute(_ONE_AT_A_TIME)
    await conn.execute(_FORGET, since)
    return Tries(*await conn.fetchrow(_COUNT, caller))


async def tried(conn: Connection, caller: str, at: datetime) -> None:
    """Count a wrong code."""
    await conn.execute(_TRIED, at, caller)


async def used(conn: Connection, mark: str, at: datetime) -> str | None:
    """Use the code up and return whose it is; None where there is none, or it was used, or has expired."""
    row = await conn.fetchrow(_FIND, mark)
    known = same(mark, _NOTHING if row is None else row["hash"])
    if row is None or not known or row["used_at"] is not None or row["expires_at"] <= at:
        return None
    await conn.execute(_USE, mark, at)
    return str(row["person"])
