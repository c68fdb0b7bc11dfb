"""The site's key is exchanged while everything runs: what it wrapped is wrapped anew, a few rows at a time.

Each batch is a transaction of its own, and what is done shows by the key that a row names: whoever is stopped at any
moment begins again and finds only the rest. Services read old and new all the while, for their ring holds both keys.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from services.plumbing.ring import PARKED, RECORDS
from services.plumbing.tables import EXCHANGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.plumbing.ring import Ring

Wrapped = Counter[bytes | None]
"""How many things are wrapped, by the id of the key; None where they name none, as in the first form."""
Advanced = Callable[[int], None]
"""Hears after each batch how many rows it was."""

_TRIES: Final = 5
_PATIENCE: Final = "SET LOCAL lock_timeout = '5s'"
_ALONE: Final = "SELECT pg_try_advisory_lock(hashtextextended('exchanging the key of the site', 0))"
_DESTROYED: Final = "SELECT count(*) FROM keys.record_keys WHERE wrapped IS NULL"
_COUNT: Final = """
SELECT CASE WHEN substr({column}, 1, 1) = '\\x02'::bytea THEN substr({column}, 2, 8) END, count(*)
FROM {table} WHERE {where} GROUP BY 1
"""
_UNNAMED: Final = """
SELECT {id}, {column} FROM {table} WHERE {where} AND substr({column}, 1, 1) = '\\x01'::bytea LIMIT 1
"""
_TAKE: Final = """
SELECT {id}, {column} FROM {table}
WHERE {where} AND {id} > $1 AND substr({column}, 1, 9) <> $2 ORDER BY {id} LIMIT {rows} FOR UPDATE
"""
_PUT: Final = """
UPDATE {table} AS kept SET {column} = anew.content
FROM unnest($1::{id_type}[], $2::bytea[]) AS anew (id, content) WHERE kept.{id} = anew.id
"""


class UnderAnotherKey(Exception):
    """Something is wrapped under a key that is not in the ring, so that nothing was exchanged.

    Next: bring back the `site.key` (or HUB_SITE_KEY) that holds it; `hub keys status` names the key by its id.
    """


class AlreadyExchanging(Exception):
    """Another exchange of the site's key is under way. Next: wait for its end; `hub keys` shows how far it is."""


class NotAtRest(Exception):
    """A transaction that wrapped something has been under way for long. Next: see `hub status`, then run this again."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where wrapped things are: a table with an id, a wrapped column, and which rows of it are wrapped."""

    table: str
    id: str
    id_type: str
    column: str
    where: str
    use: bytes
    rows: int
    """How many rows one batch takes: what is parked may be large."""
    first: Any
    """Less than every id."""

    def spelled(self, statement: str) -> str:
        """Return the statement with this shelf's names."""
        return statement.format(
            table=self.table, id=self.id, id_type=self.id_type, column=self.column, where=self.where, rows=self.rows
        )

    def about(self, row_id: Any) -> bytes:
        """Return what a row's content is bound to: a record's key to its record."""
        return str(row_id).encode() if self.use == RECORDS else b""


RECORD_KEYS: Final = Shelf(
    "keys.record_keys", "record_id", "text", "wrapped", "wrapped IS NOT NULL", RECORDS, rows=500, first=""
)
"""The keys of records; seen by the role that owns the schema."""
DEAD_LETTERS: Final = Shelf(
    "dead_letters", "id", "bigint", "content", "wrapped AND content <> ''", PARKED, rows=20, first=-1
)
"""What one service has parked, and what was corrected of it; seen by that service's role. Of the rest that is settled
nothing is kept."""
CORRECTIONS: Final = replace(DEAD_LETTERS, column="correction", where="wrapped AND correction IS NOT NULL")
"""How letters are corrected that wait to be tried again so."""


@asynccontextmanager
async def alone(conn: Any) -> AsyncIterator[None]:
    """Keep every other exchange out for as long as the connection lives.

    Raises:
        AlreadyExchanging: another one is under way.
    """
    if not await conn.fetchval(_ALONE):
        raise AlreadyExchanging(AlreadyExchanging.__doc__)
    yield


async def count(conn: Any, shelf: Shelf) -> Wrapped:
    """Return how many things of a shelf are wrapped under each key."""
    rows = await conn.fetch(shelf.spelled(_COUNT))
    return Counter({row[0]: row[1] for row in rows})


async def destroyed(conn: Any) -> int:
    """Return how many records were erased: their keys are gone for good."""
    number: int = await conn.fetchval(_DESTROYED)
    return number


def require_known(ring: Ring, *counted: Wrapped) -> None:
    """See that every key that is named is in the ring.

    Raises:
        UnderAnotherKey: one is not.
    """
    known = {key.id for key in ring.keys}
    away = {key for one in counted for key in one if key is not None and key not in known}
    if away:
        raise UnderAnotherKey(f"{UnderAnotherKey.__doc__} ({', '.join(sorted(key.hex() for key in away))})")


async def require_opening(conn: Any, shelf: Shelf, ring: Ring) -> None:
    """See that what names no key opens under one of the ring: one row of it is tried.

    Raises:
        KeyAway: it does not.
    """
    row = await conn.fetchrow(shelf.spelled(_UNNAMED))
    if row is not None:
        ring.unwrap(shelf.use, row[1], shelf.about(row[0]))


def under_others(ring: Ring, counted: Wrapped) -> int:
    """Return how many of them are wrapped under another key than the ring's newest."""
    return counted.total() - counted[ring.keys[0].id]


async def at_rest(conn: Any) -> None:
    """Wait until nothing is under way that was wrapped before: from then on all is wrapped under the ring's newest key.

    Call it after the new key was written into the ring's file. Services look there once they hold the lock that is
    waited for here, so that none can come late.

    Raises:
        NotAtRest: something was under way for too long.
    """

    async def attempt() -> None:
        async with conn.transaction():
            await conn.execute(_PATIENCE)
            await conn.execute(EXCHANGES)

    try:
        await _tried(attempt)
    except asyncpg.LockNotAvailableError:
        raise NotAtRest(NotAtRest.__doc__) from None


async def wrapped_anew(conn: Any, shelf: Shelf, ring: Ring, advanced: Advanced | None = None) -> int:
    """Wrap everything of a shelf under the ring's newest key, batch by batch; return how many rows that were.

    Raises:
        KeyAway: something is wrapped under a key that is not in the ring; what was done until then stays.
        NotSealed: a row was changed.
    """
    after, done = shelf.first, 0

    async def attempt() -> tuple[Any, int]:
        return await _batch(conn, shelf, ring, after)

    while True:
        after, rows = await _tried(attempt)
        if not rows:
            return done
        done += rows
        if advanced is not None:
            advanced(rows)


async def _batch(conn: Any, shelf: Shelf, ring: Ring, after: Any) -> tuple[Any, int]:
    """Wrap the next few rows anew in one transaction; return the last one's id and how many they were."""
    async with conn.transaction():
        await conn.execute(_PATIENCE)
        rows = await conn.fetch(shelf.spelled(_TAKE), after, ring.keys[0].head)
        if not rows:
            return after, 0
        anew = [(row_id, _anew(shelf, ring, row_id, content)) for row_id, content in rows]
        ids, contents = [row_id for row_id, _ in anew], [content for _, content in anew]
        await conn.execute(shelf.spelled(_PUT), ids, contents)
        return rows[-1][0], len(rows)


def _anew(shelf: Shelf, ring: Ring, row_id: Any, content: bytes) -> bytes:
    about = shelf.about(row_id)
    return ring.wrap(shelf.use, ring.unwrap(shelf.use, content, about), about)


async def _tried(attempt: Callable[[], Any]) -> Any:
    """Try again after a collision with somebody's work; each try is a transaction of its own."""
    for left in range(_TRIES - 1, -1, -1):
        try:
            return await attempt()
        except (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError):
            if not left:
                raise
            await asyncio.sleep(0.2)
    return None
