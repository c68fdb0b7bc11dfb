# ruff: noqa: ARG002  # what is asked of the stand-ins does not matter here
"""Who leads looks as soon as something is committed, also at what came while its lane was under way."""

from __future__ import annotations

import asyncio
from typing import Any

from services.notification.app.leading import Leading
from services.notification.settings import CarrierSettings
from tests.notification.examples import CASEWORK

NEVER_BY_ITSELF = CarrierSettings(poll_milliseconds=3_600_000, leader_look_seconds=3_600)
"""Nothing is looked for unless somebody woke it."""


class Connection:
    """A lock that is free."""

    async def fetchval(self, query: str) -> bool:
        return True

    async def close(self, *, timeout: float) -> None:  # noqa: ASYNC109  # as asyncpg has it
        return


class Lanes:
    """A carrier with one lane; `first` ends its first pass."""

    def __init__(self) -> None:
        self.first, self.second = asyncio.Event(), asyncio.Event()
        self.asked, self.passes = asyncio.Event(), 0

    async def alone(self) -> Any:
        return Connection()

    async def not_flowing(self) -> list[str]:
        return []

    def remember_stuck(self, agencies: list[str]) -> None:
        return

    async def busy(self, conn: Any) -> list[str]:
        self.asked.set()
        return [CASEWORK] if self.passes < 2 else []

    async def carry(self, agency: str) -> bool:
        self.passes += 1
        if self.passes == 1:
            await self.first.wait()
        else:
            self.second.set()
        return False


async def test_what_is_committed_while_its_lane_is_being_carried_does_not_wait_for_the_next_look():
    lanes, committed, stopping = Lanes(), asyncio.Event(), asyncio.Event()
    leading = Leading(lanes, lanes, committed=committed, stopping=stopping, settings=NEVER_BY_ITSELF)  # type: ignore[arg-type]
    running = asyncio.create_task(leading.run())
    async with asyncio.timeout(10):
        await lanes.asked.wait()
        lanes.asked.clear()
        committed.set()
        await lanes.asked.wait()
        lanes.first.set()
        await lanes.second.wait()
    stopping.set()
    committed.set()
    await running
