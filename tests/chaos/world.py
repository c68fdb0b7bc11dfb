"""A whole hub of real processes on servers of its own, to be broken on purpose; kept by a thread of its own."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import asyncpg

from contracts.topics import SERVICES
from services.local.fleet import MEMBERS
from services.local.hub import Hub, started
from services.local.supervised import Supervised
from services.plumbing.standing import Standing, standing

SECONDS_TO_START = 240.0
PATIENCE = 180.0
"""How long anything here may take to come about on a busy machine, in seconds."""
SHORTER = {
    "HUB_SESSION_TIMEOUT_MILLISECONDS": "6000",
    "HUB_REQUEST_TIMEOUT_MILLISECONDS": "5000",
    "HUB_LANE_RETRY_SECONDS": "1",
    "HUB_RETRY_MOST_SECONDS": "1",
    "HUB_CARRIER_RETRY_MOST_SECONDS": "1",
    "HUB_CARRIER_SEND_TIMEOUT_SECONDS": "5",
    "HUB_REPLAY_LEASE_SECONDS": "3",
}
"""Clocks of recovery, shortened: how soon a dead member counts as dead, and how soon is looked again."""


class World:
    """`with World(folder) as world`: the hub is ready. `processes`: each service in one of its own, kept alive."""

    def __init__(self, folder: Path, *, minute_seconds: float = 60.0, processes: bool = True) -> None:
        self.hub: Hub
        self._folder, self._minute, self._processes = folder, minute_seconds, processes
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._trouble: BaseException | None = None
        self._over: asyncio.Event
        self._thread = threading.Thread(target=self._live, name="the hub")

    def __enter__(self) -> Self:
        if not self._processes:
            os.environ.update(SHORTER)
        self._thread.start()
        assert self._ready.wait(SECONDS_TO_START), "The hub was not ready in time."
        if self._trouble is not None:
            raise self._trouble
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()
        if not self._processes:
            for name in SHORTER:
                os.environ.pop(name, None)

    @property
    def logs(self) -> Path:
        return self.hub.platform.state.logs

    def kill(self, name: str) -> None:
        """Kill -9. A service is started again by the fleet; a server stays away until `restart`."""
        if name in MEMBERS:
            with suppress(ProcessLookupError):
                os.kill(self.hub.facts()["pids"][name] if name in SERVICES else self._pid(name), signal.SIGKILL)
        else:
            self._do(getattr(self.hub.platform, f"kill_{name}")())

    def restart(self, name: str) -> None:
        """Start a server again."""
        self._do(getattr(self.hub.platform, f"restart_{name}")())

    @contextmanager
    def second(self, name: str) -> Iterator[Supervised]:
        """Another instance of a service, until the end of the block."""
        module = "services.plumbing.clock" if name == "clock" else f"services.{name}"
        environment = (f"{key}={value}" for key, value in self.hub._fleet._environment.items())
        command = ["/usr/bin/env", *environment, sys.executable, "-m", module]
        process = Supervised(command, log=self.logs / f"{name}-2.log", stop_with=signal.SIGTERM)
        try:
            yield process
        finally:
            process.stop()

    def standings(self) -> list[Standing]:
        """How every service stands."""

        async def asked() -> list[Standing]:
            return [await standing(self.hub.database, name) for name in SERVICES]

        return asyncio.run(asked())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        async def asked() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(self.hub.database)
            try:
                return [tuple(row) for row in await connection.fetch(sql)]
            finally:
                await connection.close()

        return asyncio.run(asked())

    def _pid(self, name: str) -> int:
        return self.hub._fleet.pids()[name]

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS_TO_START)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        except BaseException as trouble:  # noqa: BLE001  # told in the thread that asked for the hub
            self._trouble = trouble
            self._ready.set()

    async def _run(self) -> None:
        self._over = asyncio.Event()
        async with started(
            self._folder, processes=self._processes, minute_seconds=self._minute, environment=SHORTER
        ) as self.hub:
            self._ready.set()
            await self._over.wait()


def pause(chance: random.Random, least: float, most: float) -> None:
    """Let the world run on for a while."""
    time.sleep(chance.uniform(least, most))


def until(look: Callable[[], Any], words: Callable[[], str], seconds: float = PATIENCE) -> Any:
    """What `look` finds, as soon as it finds anything; else fail with `words`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, words()
        time.sleep(0.25)
    return found
