# ruff: noqa: ARG002  # what is asked of the stand-ins does not matter here
"""Who leads carries once everything is read, and looks as soon as something is committed, whatever is under way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
        self.cut_off = False

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


class Unread:
    """What is on the service's topics; each question waits until the test says that it is read."""

    def __init__(self) -> None:
        self.questions: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def read(self) -> None:
        done = asyncio.Event()
        self.questions.put_nowait(done)
        await done.wait()


async def nothing() -> None:
    """Everything is read."""


@asynccontextmanager
async def led(lanes: Lanes, read: Callable[[], Awaitable[None]]) -> AsyncIterator[asyncio.Event]:
    """Somebody leads; yields the event that wakes them."""
    committed, stopping = asyncio.Event(), asyncio.Event()
    leading = Leading(lanes, lanes, committed=committed, stopping=stopping, read=read, settings=NEVER_BY_ITSELF)  # type: ignore[arg-type]
    running = asyncio.create_task(leading.run())
    async with asyncio.timeout(10):
        yield committed
    stopping.set()
    committed.set()
    await running


async def test_what_is_committed_while_its_lane_is_being_carried_does_not_wait_for_the_next_look():
    lanes = Lanes()
    async with led(lanes, nothing) as committed:
        await lanes.asked.wait()
        lanes.asked.clear()
        committed.set()
        await lanes.asked.wait()
        lanes.first.set()
        await lanes.second.wait()


async def test_who_takes_the_lead_carries_nothing_before_the_service_has_read_what_was_there():
    lanes, unread = Lanes(), Unread()
    async with led(lanes, unread.read) as committed:
        done = await unread.questions.get()
        committed.set()
        await settled()
        assert (lanes.asked.is_set(), lanes.passes) == (False, 0)
        done.set()
        lanes.first.set()
        committed.set()
        await lanes.asked.wait()
        await settled()
        assert lanes.passes > 0


async def test_after_a_server_was_away_what_was_said_meanwhile_is_read_before_anything_goes():
    lanes, unread = Lanes(), Unread()
    async with led(lanes, unread.read) as committed:
        (await unread.questions.get()).set()
        await lanes.asked.wait()
        await settled()
        lanes.cut_off = True
        lanes.first.set()
        committed.set()
        done = await unread.questions.get()
        committed.set()
        await settled()
        assert lanes.passes == 1
        done.set()
        committed.set()
        await lanes.second.wait()


async def settled() -> None:
    """Everything that can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)
