"""Who is being told of just now, under a consent: while it is being sent, nobody folds that they took it back.

A hold is a shared lock of a connection of its own, taken while the dossiers are still locked and let go after what was
told is entered; a batch that folds an end waits for it. It goes with its process, so that nobody waits for the dead.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from services.plumbing.database import waits_out
from services.plumbing.tables import joined

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from services.plumbing.service import Connection

_OF_EACH: Final = """(hashtextextended('hub.notification.told ' || person, 0))
FROM unnest(string_to_array($1, chr(31))) AS person ORDER BY person
"""
_HOLD: Final = f"SELECT pg_advisory_lock_shared{_OF_EACH}"
_LET_GO: Final = f"SELECT pg_advisory_unlock_shared{_OF_EACH}"
_WAIT: Final = f"SELECT pg_advisory_xact_lock{_OF_EACH}"


class OwnConnection(Protocol):
    """Where a connection comes from that is nobody else's."""

    async def alone(self) -> Any:
        """Return a connection of its own."""
        ...


class Holds:
    """All holds of one carrier."""

    def __init__(self, database: OwnConnection) -> None:
        """Connects with the first hold, and anew when the connection was lost."""
        self._database = database
        self._conn: Any = None
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def over(self, persons: Collection[str]) -> AsyncIterator[None]:
        """Hold these people until the end of the block; their dossiers are locked when it begins."""
        if not persons:
            yield
            return
        those = joined(sorted(persons))
        conn = await self._asked(_HOLD, those)
        try:
            yield
        finally:
            await self._let_go(conn, those)

    async def close(self) -> None:
        """Let go of everything."""
        conn, self._conn = self._conn, None
        if conn is not None:
            await conn.close(timeout=5)

    async def _asked(self, sql: str, persons: str) -> Any:
        async with self._one_at_a_time:
            if self._conn is None or self._conn.is_closed():
                self._conn = await self._database.alone()
            await self._conn.execute(sql, persons)
            return self._conn

    async def _let_go(self, conn: Any, persons: str) -> None:
        """A connection that was lost meanwhile took its holds with it."""
        async with self._one_at_a_time:
            try:
                await conn.execute(_LET_GO, persons)
            except Exception as error:
                if not waits_out(error):
                    raise
                conn.terminate()


async def when_told(conn: Connection, persons: Collection[str]) -> None:
    """Wait until nothing is being sent that a consent of these people allows; until the commit nothing else is."""
    if persons:
        await conn.execute(_WAIT, joined(sorted(persons)))
