"""One instance carries, and no lane is carried twice at once: a leader by an advisory lock, a task for each lane.

Nothing is carried before the service has read what was on its topics when the lead was taken: somebody may have taken a
consent back while nobody read. The same holds whenever Kafka, or the database, was away.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from aiokafka.errors import KafkaError

from services.notification.settings import CarrierSettings
from services.notification.store import LEAD
from services.plumbing.database import waits_out
from services.plumbing.log import logger
from services.plumbing.waiting import happened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.notification.app.carrier import Carrier


class OwnConnection(Protocol):
    """Where a connection comes from that lives as long as the leadership."""

    async def alone(self) -> Any:
        """Return a connection of its own."""
        ...


class Leading:
    """Runs the carrier while this instance holds the lock; another takes the lead within a second when it is gone."""

    def __init__(
        self,
        carrier: Carrier,
        database: OwnConnection,
        *,
        committed: asyncio.Event,
        stopping: asyncio.Event,
        read: Callable[[], Awaitable[None]],
        settings: CarrierSettings | None = None,
    ) -> None:
        """`committed` says that rows may be waiting; `stopping` ends `run` after what is being carried.

        `read` waits until the service has read what is on its topics now.
        """
        self._carrier, self._database = carrier, database
        self._settings = settings or CarrierSettings()
        self._wake, self._stop, self._read = committed, stopping, read
        self._behind = True
        """Whether there may be something that the service has not read, and that somebody said before now."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._log = logger(service="notification")

    async def run(self) -> None:
        """Carry until it is stopped; an outage of the database is waited out."""
        while not self._stop.is_set():
            try:
                await self._as_leader()
            except Exception as error:
                if not waits_out(error):
                    raise
                self._log.warning("carrier waits", error=type(error).__name__)
            finally:
                await self._end_tasks()
            await happened(self._stop, self._settings.leader_look_seconds)

    async def _as_leader(self) -> None:
        conn = await self._database.alone()
        try:
            if await conn.fetchval(LEAD):
                self._behind = True
                self._carrier.remember_stuck(await self._carrier.not_flowing())
                await self._lead(conn)
        finally:
            await conn.close(timeout=5)

    async def _lead(self, conn: Any) -> None:
        """Give each busy lane a task of its own; the lock's connection is asked each round, so that its loss shows."""
        poll = self._settings.poll_milliseconds / 1000
        while not self._stop.is_set():
            if self._behind or self._carrier.cut_off:
                await self._read_up()
                continue
            self._wake.clear()
            for agency in await self._carrier.busy(conn):
                if agency in self._tasks:
                    self._again.add(agency)
                else:
                    task = asyncio.create_task(self._lane(agency), name=f"lane {agency}")
                    self._tasks[agency] = task
            await happened(self._wake, poll)

    async def _read_up(self) -> None:
        """No lane begins another pass meanwhile; if Kafka goes away again, it is waited for again."""
        self._behind, self._carrier.cut_off = True, False
        self._log.info("carrier reads first")
        await self._read()
        self._behind = False

    def _may_go(self) -> bool:
        return not (self._stop.is_set() or self._behind or self._carrier.cut_off)

    async def _lane(self, agency: str) -> None:
        try:
            while self._may_go() and await self._carrier.carry(agency):
                pass
        except Exception as error:  # noqa: BLE001  # one lane's trouble is never another's; its rows are asked about again
            self._log.error("lane interrupted", agency=agency, error=type(error).__name__)
            if waits_out(error) or isinstance(error, KafkaError):
                self._carrier.cut_off = True
            await happened(self._stop, self._settings.retry_first_milliseconds / 1000)
        finally:
            self._tasks.pop(agency, None)
            if agency in self._again:
                # What came while the lane was being carried may have come too late for it: look again at once.
                self._again.discard(agency)
                self._wake.set()

    async def _end_tasks(self) -> None:
        """Let what is being sent end, but not for ever: what stays `carrying` is asked about again."""
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self._settings.send_timeout_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
