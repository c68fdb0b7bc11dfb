"""The pipes on real servers: topics, roles and the example service, each test with names of its own."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from confluent_kafka.admin import AdminClient

from contracts import topics
from contracts.envelope import Fact, written
from contracts.reading import read
from services.local.platform import Platform
from services.plumbing import roles
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import SILENT
from services.plumbing.migrations import ordered
from services.plumbing.runner import Runner
from services.plumbing.settings import PipesSettings
from services.plumbing.standing import database_made
from tests.platform.embedded import fresh_folder
from tests.plumbing.example import PostgresTallies, tally_service

PARTITIONS = 4


@dataclass
class Ground:
    """Servers with topics and roles for the example, and what a test asks of them."""

    access: KafkaAccess
    dsn: str
    platform: Any = None

    def settings(self, **changes: Any) -> PipesSettings:
        return PipesSettings(
            **{
                "kafka": self.access.bootstrap, "kafka_user": self.access.user, "kafka_password": self.access.password,
                "postgres": self.dsn, "heartbeat_seconds": 0.2, "session_timeout_milliseconds": 6_000,
                "request_timeout_milliseconds": 5_000, "instance": "one", "lane_retry_seconds": 1,
                "retry_most_seconds": 1, "metadata_age_milliseconds": 1_000,
            } | changes
        )  # fmt: skip

    def runner(self, service: Any = None, **changes: Any) -> Runner:
        options = {name: changes.pop(name) for name in ("beside", "wrap", "unwrap") if name in changes}
        migrations = ordered(PostgresTallies.migrations)
        made = service or tally_service(PostgresTallies())
        return Runner(made, self.settings(**changes), migrations=migrations, log=Quiet(), **options)

    @asynccontextmanager
    async def running(self, service: Any = None, **changes: Any) -> AsyncIterator[Runner]:
        runner = self.runner(service, **changes)
        try:
            await runner.start()
            yield runner
        finally:
            await runner.stop()

    async def publish(self, topic: str, *facts: Fact) -> None:
        producer = AIOKafkaProducer(acks="all", enable_idempotence=True, **self.access.for_aiokafka())
        await producer.start()
        try:
            futures = []
            for fact in facts:
                body, headers = written(fact)
                key = (fact.subject or fact.source).encode()
                futures.append(await producer.send(topic, body, key=key, headers=headers))
            await asyncio.gather(*futures)
        finally:
            await producer.stop()

    async def facts(self, topic: str) -> list[Fact]:
        return [read(record.headers, record.value) for record in await self.records(topic)]

    async def records(self, topic: str) -> list[Any]:
        consumer = AIOKafkaConsumer(topic, auto_offset_reset="earliest", **self.access.for_looking())
        await consumer.start()
        try:
            partitions = consumer.assignment()
            ends = await consumer.end_offsets(partitions)
            found = []
            while any([await consumer.position(one) < ends[one] for one in partitions]):
                fetched = await consumer.getmany(timeout_ms=200)
                found += [record for of_partition in fetched.values() for record in of_partition]
            return found
        finally:
            await consumer.stop()

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        conn = await asyncpg.connect(self.dsn)
        try:
            return list(await conn.fetch(sql, *values))
        finally:
            await conn.close()

    async def create(self, names: Sequence[str], partitions: int = PARTITIONS) -> None:
        async with self.admin() as admin:
            there = await admin.list_topics()
            new = [NewTopic(name, partitions, 1) for name in names if name not in there]
            if new:
                await admin.create_topics(new)

    async def remove(self, *names: str) -> None:
        async with self.admin() as admin:
            await admin.delete_topics(list(names))

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self.access.for_aiokafka())
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()


class Quiet:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def _keep(self, event: str, **values: Any) -> None:
        self.lines.append((event, values))

    debug = info = warning = error = _keep


async def until(true: Callable[[], Awaitable[Any]], seconds: float = 30) -> Any:
    """Ask again until the answer is true; the test fails when the time is over."""
    async with asyncio.timeout(seconds):
        while not (answer := await true()):  # a server is asked, there is no event
            await asyncio.sleep(0.05)
        return answer


async def laid(access: KafkaAccess, dsn: str, services: Sequence[str] = ("tally",)) -> Ground:
    """Make topics and roles."""
    ground = Ground(access, dsn)
    await ground.create([*topics.HUB_TOPICS, *(topics.redelivery(name) for name in services)])
    conn = await asyncpg.connect(dsn)
    try:
        await roles.prepare(conn, services)
    finally:
        await conn.close()
    return ground


@pytest.fixture(scope="package")
def servers() -> Iterator[Platform]:
    """A platform for these tests alone, to kill and restart; it outlives each test's event loop."""
    with fresh_folder() as folder, asyncio.Runner(loop_factory=asyncio.new_event_loop) as loop:
        starting = Platform.started(folder)
        platform = loop.run(starting.__aenter__())
        try:
            yield platform
        finally:
            loop.run(starting.__aexit__(None, None, None))


@pytest.fixture
async def ground(servers) -> Ground:
    """Topics with fixed names and a database, new for each test."""
    await asyncio.to_thread(_emptied, servers.hub_access)
    dsn = await database_made(servers.postgres, f"tallies_{secrets.token_hex(4)}")
    ground = await laid(servers.hub_access, dsn)
    ground.platform = servers
    return ground


def _emptied(access: KafkaAccess) -> None:
    """Remove all topics, and the consumer groups with what they had read."""
    admin = AdminClient(access.for_librdkafka(), logger=SILENT)
    named = [name for name in admin.list_topics(timeout=30).topics if not name.startswith("__")]
    groups = [one.group_id for one in admin.list_consumer_groups().result(30).valid]
    for answer in admin.delete_topics(named).values() if named else ():
        answer.result(30)
    for answer in admin.delete_consumer_groups(groups).values() if groups else ():
        answer.result(30)
    # Until the broker has heard of it, too, what is gone is still listed, and would not be made anew.
    until = time.monotonic() + 30
    while set(named) & admin.list_topics(timeout=30).topics.keys():
        assert time.monotonic() < until, "the topics did not go"
        time.sleep(0.05)
