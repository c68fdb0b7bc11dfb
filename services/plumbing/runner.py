"""A service that runs: its migrations, its subscriber, its relay, its heartbeat, and what it has beside them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from services.plumbing import log as logs
from services.plumbing.arrivals import cause_of, heard_topics
from services.plumbing.database import Database, waits_out
from services.plumbing.handling import Handler
from services.plumbing.health import Health, Probe, beat, served
from services.plumbing.kafka import Subscriber
from services.plumbing.loop import lean, run, steady
from services.plumbing.migrations import Migration, from_folder, migrate
from services.plumbing.positions import Backlog, Positions
from services.plumbing.relay import Relay
from services.plumbing.retrying import Retries
from services.plumbing.sending import Sender
from services.plumbing.settings import PipesSettings
from services.plumbing.tidying import tidied
from services.plumbing.turns import Turns
from services.plumbing.waiting import Patience, happened

if TYPE_CHECKING:
    from services.plumbing.service import Service

SERVICES: Final = Path(__file__).parent.parent
_FIRST_BEATS_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Pipes:
    """What something beside a service (a carrier, pages) may use of the pipes while the service runs."""

    service: str
    settings: PipesSettings
    database: Database
    sender: Callable[[], Sender]
    """Makes a producer of its own; whoever makes it stops it."""
    wake: Callable[[], None]
    """Tells the relay that something was put into the outbox; call it after the commit."""
    committed: asyncio.Event
    """Set after each commit that changed something; whoever waits for it clears it."""
    stopping: asyncio.Event
    now: Callable[[], datetime]
    alarm: Callable[[str, str | None], None]
    """Shows a parked lane (topic, reason) in the heartbeat, or takes it away (topic, None)."""
    log: Any
    read: Callable[[], Awaitable[None]]
    """Waits until the service has read all that is on its topics now, by whichever instance; see `Backlog`."""


Beside = Callable[[Pipes], Awaitable[None]]
"""Something that runs beside a service until `stopping` is set; begun again after an exception."""


class Runner:
    """Runs one service in this process. `start` waits for Kafka and PostgreSQL; `stop` loses nothing."""

    def __init__(
        self,
        service: Service[Any, Any],
        settings: PipesSettings | None = None,
        *,
        migrations: Sequence[Migration] | None = None,
        wrap: Callable[[bytes], bytes] | None = None,
        unwrap: Callable[[bytes], bytes] | None = None,
        beside: Sequence[Beside] = (),
        log: Any = None,
    ) -> None:
        """`wrap` and `unwrap` seal and open the content of dead letters; migrations are the service's own folder's."""
        self.service = service
        self.settings = settings or PipesSettings()
        self._migrations = migrations
        self._unwrap = unwrap
        self._beside = beside
        self._log = log or logs.logger()
        self._interrupt = asyncio.Event()
        self._committed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._lanes: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._started_at = datetime.now(UTC)
        chosen = self.settings
        self.database = Database(
            chosen.postgres, service.name, password=chosen.database_password(service.name),
            instance=chosen.instance, timeout=chosen.database_timeout_seconds, realm=chosen.realm,
        )  # fmt: skip
        self.handler = Handler(
            service, self.database, log=self._log, wrap=wrap, most_bytes=chosen.message_most_bytes,
            interrupt=self._interrupt,
            pauses=(chosen.retry_first_milliseconds / 1000, chosen.retry_most_seconds),
        )  # fmt: skip
        self.handler.after_commit = self._after_commit
        self.relay = Relay(
            self.database, self._sender(), log=self._log, rows=chosen.relay_rows,
            poll_seconds=chosen.relay_poll_milliseconds / 1000, lane_retry_seconds=chosen.lane_retry_seconds,
        )  # fmt: skip
        self.subscriber = Subscriber(service, chosen, self.handler, self._interrupt, self._log)
        self.retries = Retries(self.database, self.handler, unwrap)
        self._probe = Probe(chosen.stuck_after_seconds)
        self._page: asyncio.Server | None = None

    async def start(self, turns: Turns | None = None) -> None:
        """Migrate, then read and relay; waits for servers that are not there yet, with a log line.

        `turns` are shared by the services of a process; alone it has its own.

        Raises:
            MigrationChanged, NoAddress: nothing was started.
        """
        await self._when_there("PostgreSQL", self._prepare)
        self._run(self.relay.run())
        for one in self._beside:
            self._run(self._kept_going(one))
        await self._when_there("Kafka", partial(self.subscriber.start, turns or Turns()))
        self._run(self._keep_house())
        if self.service.door is not None:
            self._run(self._tidy())
        if self.settings.health_port is not None:
            self._page = await served(self.settings.health_port, self.health)
        self._log.info("service started", service=self.service.name, instance=self.settings.instance)

    async def stop(self) -> None:
        """Stop reading, end the batch under way, send what was said, and say goodbye. Again does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._page is not None:
            self._page.close()
        await self.subscriber.stop()
        await self.relay.stop()
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=self.settings.stop_most_seconds)
            for task in pending:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):
            await self._beat(await self.health())
        await self.database.close()
        self._log.info("service stopped", service=self.service.name, instance=self.settings.instance)

    async def health(self) -> Health:
        """Return how this instance is just now."""
        lag = await self.subscriber.lag()
        lanes = {**self.relay.parked_lanes, **self._lanes}
        trouble = self.handler.trouble or self.subscriber.trouble or self.relay.trouble
        handled, partitions = self.handler.total.heard, self.subscriber.partitions
        state = self._probe.state(
            alive=self.subscriber.alive, partitions=partitions, lag=lag, handled=handled, trouble=trouble
        )
        if self._stopping.is_set():
            state, partitions = "stopped", 0
        shown = tuple(f"{topic}: {reason}" for topic, reason in sorted(lanes.items()))
        return Health(state, partitions, lag, handled, shown, trouble)

    async def _prepare(self) -> None:
        own = self._migrations
        if own is None:
            own = from_folder(SERVICES / self.service.name / "migrations")
        await self.database.open()
        async with self.database.connection() as conn:
            applied = await migrate(conn, self.database.schema, list(own))
            if applied:
                self._log.info("migrated", service=self.service.name, applied=applied)
            await conn.execute(
                "DELETE FROM heard_topics WHERE topic <> ALL($1::text[])", list(heard_topics(self.service))
            )
            await conn.execute(
                "INSERT INTO heard_topics SELECT unnest($1::text[]) ON CONFLICT DO NOTHING",
                list(heard_topics(self.service)),
            )
        await self.retries.ask_known()

    async def _when_there(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        patience = Patience(0.2, 5.0, self._stopping)
        told = False
        while True:
            try:
                await step()
            except Exception as error:
                if not (waits_out(error) or type(error).__module__.startswith("aiokafka")):
                    raise
                if not told:
                    self._log.warning("waiting", service=self.service.name, for_=what, trouble=cause_of(error))
                told = True
                await self.database.close() if what == "PostgreSQL" else None
                await patience.pause()
            else:
                return

    def _run(self, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _kept_going(self, beside: Beside) -> None:
        timeout = self.settings.request_timeout_milliseconds / 1000
        positions = Positions(self.settings.access, timeout=timeout, client=f"hub.{self.service.name}")
        backlog = Backlog(
            self.service.name, heard_topics(self.service), positions, stopping=self._stopping, log=self._log
        )
        pipes = Pipes(
            self.service.name, self.settings, self.database, self._sender, self.relay.wake, self._committed,
            self._stopping, _now, self._alarm, self._log, backlog.read,
        )  # fmt: skip
        patience = Patience(0.2, 5.0, self._stopping)
        while not self._stopping.is_set():
            try:
                await beside(pipes)
            except Exception as error:  # noqa: BLE001  # what runs beside a service is begun again, whatever it trips over
                self._log.error("beside failed", service=self.service.name, trouble=cause_of(error))
                await happened(self._stopping, patience.next())
            else:
                return

    async def _keep_house(self) -> None:
        """Beat often until it reads for the first time, since others wait for that; from then on at leisure."""
        pause = min(_FIRST_BEATS_SECONDS, self.settings.heartbeat_seconds)
        while not await happened(self._stopping, pause):
            try:
                health = await self.health()
                await self._beat(health)
                if health.state == "ready":
                    pause = self.settings.heartbeat_seconds
                await self.retries.asked()
            except Exception as error:  # noqa: BLE001  # house-keeping waits for better times
                self._log.warning("heartbeat missed", service=self.service.name, trouble=cause_of(error))

    async def _tidy(self) -> None:
        while not await happened(self._stopping, self.settings.tidy_seconds):
            try:
                await tidied(self.settings.access, self.service.name)
            except Exception as error:  # noqa: BLE001  # house-keeping waits for better times
                self._log.warning("tidying waits", service=self.service.name, trouble=cause_of(error))

    async def _beat(self, health: Health) -> None:
        async with self.database.connection() as conn:
            await beat(conn, self.settings.instance, self._started_at, health)

    def _after_commit(self) -> None:
        self.relay.wake()
        self._committed.set()

    def _alarm(self, topic: str, reason: str | None) -> None:
        if reason is None:
            self._lanes.pop(topic, None)
        else:
            self._lanes[topic] = reason

    def _sender(self) -> Sender:
        timeout = self.settings.request_timeout_milliseconds / 1000
        return Sender(self.settings.access, client=f"hub.{self.service.name}", timeout=timeout)


def run_forever(service: Service[Any, Any], settings: PipesSettings | None = None, **options: Any) -> None:
    """Run one service until SIGTERM or Ctrl-C; `options` are those of `Runner`."""
    logs.configure()
    steady()
    run(_until_signal(service, settings, options))


async def _until_signal(service: Service[Any, Any], settings: PipesSettings | None, options: dict[str, Any]) -> None:
    runner = Runner(service, settings, **options)
    told = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, told.set)
    starting = asyncio.create_task(runner.start())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
    try:
        if starting.done():
            starting.result()
            async with lean():
                await waiting
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)
        await runner.stop()


def _now() -> datetime:
    return datetime.now(UTC)
