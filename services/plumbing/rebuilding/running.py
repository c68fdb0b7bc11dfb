"""A rebuild from its beginning to its end: connections, the log, and who may do what with them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from services.plumbing.access import KafkaAccess
from services.plumbing.migrations import Migration, from_folder
from services.plumbing.rebuilding import keeping, swapping
from services.plumbing.rebuilding.comparing import Comparison, compared
from services.plumbing.rebuilding.filling import MOST, Done, Filling
from services.plumbing.rebuilding.plan import Plan
from services.plumbing.rebuilding.reading import Log
from services.plumbing.roles import role_of
from services.plumbing.runner import SERVICES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from services.plumbing.rebuilding.keeping import Standing


@dataclass(frozen=True)
class Rebuilding:
    """What can be done about the rebuild of one service."""

    plan: Plan
    kafka: KafkaAccess
    postgres: str
    """An administrator's address (DSN) of the site's database."""
    password: str | None = None
    """Of the service's own role, which owns what is built."""
    migrations: Sequence[Migration] | None = None
    """Those of the service's own folder, unless others are given."""
    most: int = MOST
    """How many records one transaction takes."""

    async def standing(self) -> Standing:
        """Return how far it is.

        Raises:
            NotLaid: the service has no tables.
        """
        async with self._admin() as admin:
            return await keeping.standing(admin, self.plan)

    async def built(self, told: Callable[[int, int], None], *, anew: bool = False) -> tuple[bool, Done, Comparison]:
        """Build beside the live tables, or go on, up to the log's end; then compare.

        Returns whether an earlier rebuild went on, what was done now, and the comparison.

        Raises:
            NotLaid, OtherTables, AnotherBuilds, Shortened, Busy: as they say; what is built stays as far as it is.
        """
        own = self.migrations
        if own is None:
            own = from_folder(SERVICES / self.plan.name / "migrations")
        async with self._admin() as admin, keeping.alone(admin, self.plan), self._log() as log:
            filling = Filling(self.plan, log, self.most)
            async with self._owner() as owner:
                goes_on = await keeping.begun(admin, owner, self.plan, own, anew=anew)
                done = await filling.filled(owner, told)
            return goes_on, done, await self._compared(admin, filling, log)

    async def compared(self) -> Comparison:
        """Catch up and compare, while the service waits for a moment.

        Raises:
            NothingBuilt, HalfBuilt, OtherTables, AnotherBuilds, Shortened, Busy: as they say.
        """
        async with self._admin() as admin, keeping.alone(admin, self.plan), self._log() as log:
            await swapping.require_built(admin, self.plan)
            filling = Filling(self.plan, log, self.most)
            async with self._owner() as owner:
                await filling.filled(owner)
            return await self._compared(admin, filling, log)

    async def swapped(self, *, operator: str, despite: str | None = None) -> tuple[Comparison, str]:
        """Catch up, compare and swap; return the comparison and the former schema's name.

        Raises:
            NothingBuilt, HalfBuilt, OtherTables, AnotherBuilds, Shortened, Busy, Unexplained: nothing was swapped.
        """
        async with self._admin() as admin, self._log() as log:
            filling = Filling(self.plan, log, self.most)
            async with keeping.alone(admin, self.plan):
                await swapping.require_built(admin, self.plan)
                # What came since is folded before the service has to wait.
                async with self._owner() as owner:
                    await filling.filled(owner)
            return await swapping.swapped(admin, self.plan, filling, log, operator=operator, despite=despite)

    async def given_up(self) -> None:
        """Drop what is built.

        Raises:
            NotLaid, NothingBuilt, AnotherBuilds: as they say.
        """
        async with self._admin() as admin:
            await swapping.given_up(admin, self.plan)

    async def dropped(self) -> list[str]:
        """Drop the former schemas; return their names.

        Raises:
            NotLaid, NothingOld: as they say.
        """
        async with self._admin() as admin:
            return await swapping.dropped(admin, self.plan)

    async def _compared(self, admin: Any, filling: Filling, log: Log) -> Comparison:
        committed = await log.committed(self.plan.name)
        async with swapping.fenced(admin, self.plan, whole=False):
            await filling.caught_up(admin)
            return await compared(admin, self.plan, committed)

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[Any]:
        conn = await asyncpg.connect(self.postgres)
        try:
            yield conn
        finally:
            await conn.close()

    @asynccontextmanager
    async def _owner(self) -> AsyncIterator[Any]:
        conn = await asyncpg.connect(
            self.postgres, user=role_of(self.plan.name, self.kafka.realm), password=self.password,
            server_settings={"search_path": self.plan.schema, "application_name": f"hub.{self.plan.name} rebuild"},
        )  # fmt: skip
        try:
            yield conn
        finally:
            await conn.close()

    @asynccontextmanager
    async def _log(self) -> AsyncIterator[Log]:
        async with AsyncExitStack() as stack:
            log = Log(self.kafka)
            stack.push_async_callback(log.close)
            await log.open()
            yield log
