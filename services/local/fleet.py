"""Each service in a process of its own: started with the settings of this hub, started again when it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts import topics
from services.local.supervised import Supervised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.local.ground import Ground

ROOT: Final = Path(__file__).resolve().parents[2]
CLOCK: Final = "clock"
MEMBERS: Final = (*topics.SERVICES, CLOCK)
_AGAIN_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.25


class Fleet:
    """The processes. None of them outlives this one, however it ends."""

    def __init__(self, ground: Ground, environment: Mapping[str, str] | None = None) -> None:
        """Nothing is started yet. `environment` holds more of the services' settings."""
        self._ground = ground
        self._environment = {
            "HUB_KAFKA": ground.kafka,
            "HUB_POSTGRES": ground.database,
            "HUB_SECRETS": str(ground.secrets),
            "HUB_SITE": ground.site.slug,
            "HUB_REALM": ground.realm,
            "HUB_MINUTE_SECONDS": str(ground.site.clocks.minute_seconds),
            "HUB_HEARTBEAT_SECONDS": "1",
            "PYTHONPATH": str(ROOT),
        } | dict(environment or {})
        self._running: dict[str, Supervised] = {}
        self._keeping: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Start all; return at once. Whether they are ready their heartbeats tell."""
        for name in MEMBERS:
            self._running[name] = await asyncio.to_thread(self._launch, name)
            self._keeping.append(asyncio.create_task(self._keep(name)))
        self._note()

    async def stop(self) -> None:
        """Ask all to stop, and wait until they have."""
        self._stopping = True
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        stops = (asyncio.to_thread(one.stop) for one in self._running.values())
        await asyncio.shield(asyncio.gather(*stops, return_exceptions=True))
        self._running.clear()

    def pids(self) -> dict[str, int]:
        """Return the process number of each service."""
        return {name: one.pid for name, one in self._running.items()}

    async def _keep(self, name: str) -> None:
        while not self._stopping:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._running[name].running():
                continue
            # What ended is let go of: its pipes would stay open as long as the hub.
            await asyncio.to_thread(self._running[name].stop)
            await asyncio.sleep(_AGAIN_SECONDS)
            self._running[name] = await asyncio.to_thread(self._launch, name)
            self._note()

    def _launch(self, name: str) -> Supervised:
        module = "services.plumbing.clock" if name == CLOCK else f"services.{name}"
        command = [sys.executable, "-m", module]
        with_ours = ["/usr/bin/env", *(f"{key}={value}" for key, value in self._environment.items()), *command]
        log = self._ground.state.logs / f"{name}.log"
        return Supervised(with_ours, log=log, stop_with=signal.SIGTERM)

    def _note(self) -> None:
        self._ground.state.note(service_pids=self.pids(), hub_pid=os.getpid())
