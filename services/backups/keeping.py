"""Beside a running hub: the key copy is brought in step whenever something was destroyed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from services.backups import store
from services.backups.errors import AnotherHub, BackupTrouble
from services.plumbing import log as logs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from services.backups.keycopy import KeyCopy

LOOK_SECONDS: Final = 2.0


@asynccontextmanager
async def kept_in_step(
    postgres: str, copy: KeyCopy, noted: Callable[[str | None], None]
) -> AsyncIterator[asyncio.Task[None]]:
    """Keep the copy in step until the end, and once more then; `noted` hears of trouble, and None when it is over.

    What keeps it is given: it never ends by itself.

    `postgres` is an administrator's address of the hub's database. A copy that is away for a while is waited for.

    Raises:
        AnotherHub: the folder is of another hub.
    """
    keeper = _Keeper(postgres, copy, noted)
    await keeper.look()
    if isinstance(keeper.trouble, AnotherHub):
        raise keeper.trouble
    keeping = asyncio.create_task(keeper.run())
    try:
        yield keeping
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await keeper.look()


async def stepped(postgres: str, copy: KeyCopy) -> None:
    """Bring the copy in step now.

    Raises:
        AnotherHub, NotInStep: as they say.
    """
    conn: Any = await asyncpg.connect(postgres)
    try:
        await copy.in_step(conn)
    finally:
        await conn.close()


class _Keeper:
    def __init__(self, postgres: str, copy: KeyCopy, noted: Callable[[str | None], None]) -> None:
        self.trouble: Exception | None = None
        self._postgres = postgres
        self._copy = copy
        self._noted = noted
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        try:
            await self._stepped()
            trouble = None
        except Exception as error:  # noqa: BLE001  # whatever stands in the way, it is looked again, and said
            trouble = error
        if type(trouble) is not type(self.trouble):
            self._noted(None if trouble is None else _words(trouble))
            if trouble is not None:
                logs.logger().warning("the key copy is out of step", trouble=_words(trouble))
        self.trouble = trouble

    async def _stepped(self) -> None:
        conn: Any = await asyncpg.connect(self._postgres)
        try:
            seen = await store.changes(conn)
            if seen != self._seen:
                await self._copy.in_step(conn)
                self._seen = seen
        finally:
            await conn.close()


def _words(trouble: Exception) -> str:
    return str(trouble).partition("\n")[0] if isinstance(trouble, BackupTrouble) else type(trouble).__name__
