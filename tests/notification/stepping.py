"""Notification as one process that stops at any step, or ends there as by kill -9: its sockets just close."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts import topics
from contracts.envelope import Fact, written
from contracts.reading import read
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_declined import PersonDeclined
from services.notification.app import service
from services.notification.app.carrier import Carrier
from services.notification.app.telling import PostgresBook
from services.notification.domain.judging import Judge
from services.notification.domain.recalling import ENDS_TELLING
from services.notification.gateways import KafkaLanes, Sent
from services.notification.settings import CarrierSettings
from services.notification.store import PostgresStore
from services.plumbing.database import Database
from services.plumbing.handling import Handler
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.sealing import Sealer
from services.plumbing.service import Record
from services.sites import Site
from tests.notification.examples import KEYS
from tests.notification.servers import SERVICE, Ground, World

CARRYING = ("begun", "taken", "marked", "mark committed", "opened", "sent", "settled", "settle committed")
"""The carrier's steps: two transactions, and between them the message is opened and sent."""
FOLDING = ("loaded", "saved", "committed")
"""A batch's steps."""


class Killed(BaseException):
    """The process ends here."""


class Steps:
    """Where a process is to stop and wait, and where it is to end."""

    def __init__(self, *, waits: str | None = None, dies: str | None = None) -> None:
        self.waits, self.dies = waits, dies
        self.there, self.go_on = asyncio.Event(), asyncio.Event()
        self.kill: Callable[[], None] = lambda: None
        self.passed: list[str] = []

    async def at(self, step: str) -> None:
        self.passed.append(step)
        if step == self.waits:
            self.there.set()
            await self.go_on.wait()
        if step == self.dies:
            self.kill()
            raise Killed


class _Lanes(KafkaLanes):
    def __init__(self, steps: Steps, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._steps = steps

    async def send(self, agency: str, messages: Sequence[Fact]) -> list[tuple[Sent, str | None]]:
        await self._steps.at("opened")
        answers = await super().send(agency, messages)
        await self._steps.at("sent")
        return answers


class _Book(PostgresBook):
    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps

    async def put_out(self, conn: Any, facts: Sequence[Fact]) -> None:
        await super().put_out(conn, facts)
        await self._steps.at("settled")


class _World(World):
    def __init__(self, steps: Steps, *given: Any) -> None:
        super().__init__(*given)
        self._steps, self._book = steps, _Book(steps)
        self._which: Iterator[tuple[str | None, str]] = iter(())

    def begins(self) -> None:
        self._which = iter([("marked", "mark committed"), (None, "settle committed")])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        written_, committed = next(self._which, (None, ""))
        async with super().transaction() as conn:
            yield conn
            if written_:
                await self._steps.at(written_)
        await self._steps.at(committed)


class _Store(PostgresStore):
    def __init__(self, steps: Steps, loaded: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._steps, self._loaded, self._ends = steps, loaded, False

    async def take(self, conn: Any, agency: str, most: int) -> Any:
        await self._steps.at("begun")
        taken = await super().take(conn, agency, most)
        await self._steps.at("taken")
        return taken

    async def load(self, conn: Any, keys: Sequence[str], facts: Sequence[Fact]) -> Any:
        loaded = await super().load(conn, keys, facts)
        self._ends = any(isinstance(fact.event, ENDS_TELLING) for fact in facts)
        if self._ends:
            if any(isinstance(fact.event, ConsentRevoked | PersonDeclined) for fact in facts):
                await self._loaded()
            await self._steps.at("loaded")
        return loaded

    async def save(self, *given: Any) -> None:
        await super().save(*given)
        if self._ends:
            await self._steps.at("saved")


class Process:
    """One process of notification on the ground's servers: the service's batches, and the carrier's passes."""

    def __init__(self, ground: Ground, lane: Lane, steps: Steps | None = None, *, agency: str | None = None) -> None:
        self.steps = steps or Steps()
        self.steps.kill = self.kill
        self._dead = asyncio.Event()
        self._agency = agency or ground.casework
        self.database = Database(ground.dsn, SERVICE, password=None, instance="test", timeout=30)
        self._lanes = _Lanes(self.steps, ground.access, timeout_seconds=5)
        self._world = _World(self.steps, self.database, Sealer(KEYS.site, PostgresKeyStore()))
        store = _Store(self.steps, lane.note_end)
        self.carrier = Carrier(Judge(ground.site), store, self._lanes, self._world,
                               CarrierSettings(retry_first_milliseconds=50, retry_most_seconds=0.2))  # fmt: skip
        self.handler = Handler(self._service(ground.site, store), self.database, log=structlog.get_logger(),
                               interrupt=self._dead)  # fmt: skip

    def _service(self, site: Site, store: PostgresStore) -> Any:
        return service(site, KEYS, store)

    async def __aenter__(self) -> Self:
        await self.database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            await self._world.close()
        await self._lanes.close()
        await self.database.close()

    async def hear(self, *facts: Fact) -> None:
        """Fold the facts, as one batch."""
        report = await self.handler.handle([_record(fact) for fact in facts])
        assert report.parked == 0
        if any(isinstance(fact.event, ENDS_TELLING) for fact in facts):
            await self.steps.at("committed")

    async def carry(self) -> None:
        """One pass over the lane."""
        self._world.begins()
        await self.carrier.carry(self._agency)

    async def carry_all(self) -> None:
        """As many passes as it takes."""
        async with asyncio.timeout(60):
            while True:
                async with self.database.connection() as conn:
                    left = await conn.fetchval("SELECT count(*) FROM lane_rows WHERE agency = $1", self._agency)
                if not left:
                    return
                await self.carry()
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """Nothing is said any more, neither to PostgreSQL nor to Kafka."""
        self._dead.set()
        self.database._pool.terminate()
        held = self._world._holds._conn
        if held is not None:
            held.terminate()


class Lane:
    """Reads the agency's lane, and knows how long it was when the end of a consent was folded."""

    def __init__(self, ground: Ground, agency: str | None = None) -> None:
        self._topic = topics.from_hub(agency or ground.casework)
        self._consumer = AIOKafkaConsumer(auto_offset_reset="earliest", **ground.access.for_looking())
        self._places = [TopicPartition(self._topic, number) for number in range(2)]
        self._facts: list[tuple[TopicPartition, int, Fact]] = []
        self.length: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.assign(self._places)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def note_end(self) -> None:
        """From here on nothing may come that rests on the consent, if the batch that folds the word is committed."""
        while True:  # A broker that is away comes back.
            with contextlib.suppress(KafkaError, TimeoutError):
                self.length = await asyncio.wait_for(self._consumer.end_offsets(self._places), 5)
                return

    async def read(self) -> list[tuple[TopicPartition, int, Fact]]:
        """Everything that ever came: partition, offset, message."""
        ends = await self._consumer.end_offsets(self._places)
        while any([await self._consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await self._consumer.getmany(timeout_ms=200)).items():
                self._facts += [(place, record.offset, read(record.headers, record.value)) for record in records]
        return self._facts


def _record(fact: Fact) -> Record:
    body, headers = written(fact)
    topic = topics.REPORTS if type(fact.event).topic == topics.TO_HUB else type(fact.event).topic
    key = (fact.subject or fact.source).encode()
    return Record(topic, 0, 0, datetime.now(UTC), tuple(headers), key, body)
