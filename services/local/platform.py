"""PostgreSQL and Kafka together: the ground that the hub stands on when it runs on one machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Self

from services.local.kafka import CLASSES, Kafka
from services.local.postgres import Postgres
from services.local.progress import Progress, quiet
from services.local.settings import LocalSettings
from services.local.state import State
from services.plumbing.access import KafkaAccess


class Platform:
    """Both servers of one state folder. What runs and how to reach it is also in its `hub.json`."""

    def __init__(self, state: State, postgres: Postgres, kafka: Kafka) -> None:
        """Use `started`, which also stops."""
        self.state = state
        self._postgres = postgres
        self._kafka = kafka
        self.postgres = ""
        """The superuser's address of the database `postgres`; make roles and databases from it."""

    @classmethod
    @asynccontextmanager
    async def started(
        cls, folder: Path | None = None, *, progress: Progress = quiet, settings: LocalSettings | None = None
    ) -> AsyncIterator[Self]:
        """Both servers, running; stopped at the end, also when the start itself fails half way.

        `folder` is the state folder; the settings' own when None. Raises one of `services.local.errors`.
        """
        settings = settings or LocalSettings()
        state = State(folder or settings.state)
        await asyncio.to_thread(state.prepare)
        state.lock()
        try:
            kafka = Kafka(state, await jars_of(settings, progress), classes=settings.cache / CLASSES)
            platform = cls(state, Postgres(state), kafka)
            try:
                await platform._start(progress)
                yield platform
            finally:
                await platform.stop()
        finally:
            state.unlock()

    @property
    def kafka(self) -> str:
        """The address of the hub's own door."""
        return self._kafka.hub.bootstrap

    @property
    def agency_kafka(self) -> str:
        """The address of the agencies' door."""
        return self._kafka.agencies

    @property
    def hub_access(self) -> KafkaAccess:
        """The hub's own door with the user who may do everything."""
        return self._kafka.hub

    @property
    def secrets(self) -> Path:
        """The folder of the hub's passwords; those of agencies are in its folder `agencies`."""
        return self.state.secrets

    async def stop(self) -> None:
        """Stop both; again does nothing. Never leaves one running because the other made trouble."""
        self.state.note(ready=False)
        both = (asyncio.to_thread(self._kafka.stop), asyncio.to_thread(self._postgres.stop))
        # Cancelling the wait would leave servers half stopped: Ctrl-C twice must not do that.
        results = await asyncio.shield(asyncio.gather(*both, return_exceptions=True))
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def kill_kafka(self) -> None:
        """Kill -9 the broker."""
        await asyncio.to_thread(self._kafka.kill)

    async def restart_kafka(self) -> None:
        """Start the broker again, on the same ports if nobody took them meanwhile; stops it first if it runs."""
        await asyncio.to_thread(self._kafka.stop)
        await asyncio.to_thread(self._kafka.start)

    async def kill_postgres(self) -> None:
        """Kill -9 the postmaster."""
        await asyncio.to_thread(self._postgres.kill)

    async def restart_postgres(self) -> None:
        """Start PostgreSQL again at the same address; stops it first if it runs."""
        await asyncio.to_thread(self._postgres.stop)
        await asyncio.to_thread(self._postgres.start)

    async def _start(self, progress: Progress) -> None:
        step, started = "starting PostgreSQL and Kafka", 0
        progress(step, started, 2)

        async def one(server: Postgres | Kafka) -> str | None:
            nonlocal started
            address = await asyncio.to_thread(server.start)
            started += 1
            progress(step, started, 2)
            return address

        both = asyncio.gather(one(self._postgres), one(self._kafka), return_exceptions=True)
        try:
            results = await asyncio.shield(both)
        except asyncio.CancelledError:
            # A thread cannot be stopped half way: what is starting is first up, then stopped as always.
            await both
            raise
        for result in results:
            if isinstance(result, BaseException):
                raise result
        self.postgres = str(results[0])
        self.state.note(ready=True)


async def jars_of(settings: LocalSettings, progress: Progress) -> list[Path]:
    """Kafka's jars; when cancelled, the fetching ends soon instead of going on behind the scenes."""
    from services.local import jars  # noqa: PLC0415  # a server image has no embedded platform, and starts sooner

    abandoned = Event()
    try:
        return await asyncio.to_thread(
            jars.ready,
            settings.cache,
            repository=settings.maven_repository,
            progress=progress,
            abandoned=abandoned,
        )
    finally:
        abandoned.set()
