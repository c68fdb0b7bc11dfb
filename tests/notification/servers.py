"""Notification on real servers: its own schema, the keys', lanes under names of its own, and records really sealed."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

import services.notification
from contracts import topics
from contracts.envelope import Fact, headers_in
from contracts.reading import read
from services.notification.app import HubWorld, service
from services.notification.app.carrier import Carrier
from services.notification.domain.judging import Judge
from services.notification.gateways import KafkaLanes, Lanes
from services.notification.settings import CarrierSettings
from services.notification.store import PostgresStore
from services.plumbing import keystore, ledger
from services.plumbing.access import KafkaAccess
from services.plumbing.database import Database
from services.plumbing.identity import mark_of
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.roles import prepare
from services.plumbing.runner import Pipes
from services.plumbing.sealing import Sealer
from services.plumbing.service import Row
from services.sites import Site
from tests.notification.examples import CASEWORK, CLEAR, KEYS, POLICE, PROVIDER, whatcom

MIGRATIONS = Path(services.notification.__file__).parent / "migrations"
SERVICE = "notification"


class World(HubWorld):
    """The hub's own, with a database and a clock of the test's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        pipes = Pipes(SERVICE, None, database, None, lambda: None, None, None, _now, self._keep, None, None)  # type: ignore[arg-type]
        super().__init__(pipes, sealer, Pseudonyms(KEYS.pseudonym), KEYS.marking)
        self.alarms: dict[str, str | None] = {}

    def _keep(self, topic: str, reason: str | None) -> None:
        self.alarms[topic] = reason


class Ground:
    """One service's database, and lanes that belong to this test alone."""

    def __init__(self, dsn: str, access: KafkaAccess) -> None:
        self.dsn, self.access = dsn, access
        mark = secrets.token_hex(4)
        self.police, self.casework = f"police-{mark}", f"casework-{mark}"
        self.provider = f"provider-{mark}"
        self.site = _renamed({POLICE: self.police, CASEWORK: self.casework, PROVIDER: self.provider})
        self.database = Database(dsn, SERVICE, password=None, instance="test", timeout=30)
        self.sealer = Sealer(KEYS.site, PostgresKeyStore())
        self.world = World(self.database, self.sealer)
        self.store = PostgresStore()
        self.service = service(self.site, KEYS, self.store)
        self.lanes = KafkaLanes(access, timeout_seconds=5)

    def carrier(self, lanes: Lanes | None = None) -> Carrier:
        chosen = CarrierSettings(retry_first_milliseconds=50, retry_most_seconds=0.2)
        return Carrier(Judge(self.site), self.store, lanes or self.lanes, self.world, chosen)

    async def sealed(self, fact: Fact) -> Fact:
        """The referral with the example's private parts, sealed for life as intake does it."""
        referral, person, mark = fact.event.referral_id, fact.subject, mark_of(fact.source, fact.id)
        conn = await asyncpg.connect(self.dsn)
        try:
            seals = await self.sealer.seals(conn, [referral])
            tokens = {
                category: seals.seal(referral, category, person, mark, json.dumps(clear).encode())
                for category, clear in CLEAR.items()
            }
            await self.sealer.keep(conn, seals)
        finally:
            await conn.close()
        return Fact(fact.event.model_copy(update={"sealed": tokens}), fact.envelope)

    async def hear(self, *facts: Fact) -> None:
        for fact in facts:
            key = self.service.key(fact)
            assert key is not None
            async with self.database.transaction() as conn:
                loaded = await self.store.load(conn, [key], [fact])
                before = loaded.states.get(key)
                after = self.service.evolve(before, fact)
                decided = self.service.decide(before, after, fact, loaded.shared)
                rows = [(fact, row.content) for row in decided if isinstance(row, Row)]
                await self.store.save(conn, {key: after}, loaded.shared, rows)

    async def said(self) -> list[Fact]:
        async with self.database.connection() as conn:
            rows = await conn.fetch("SELECT headers, body FROM outbox ORDER BY id")
        return [read(headers_in(row["headers"]), row["body"]) for row in rows]

    async def waiting(self) -> list[Any]:
        async with self.database.connection() as conn:
            return list(await conn.fetch("SELECT * FROM lane_rows ORDER BY id"))

    async def make(self, *agencies: str) -> None:
        await self._administer("create_topics", [NewTopic(topics.from_hub(one), 2, 1) for one in agencies])

    async def remove(self, *agencies: str) -> None:
        await self._administer("delete_topics", [topics.from_hub(one) for one in agencies])

    async def _administer(self, what: str, things: Sequence[Any]) -> None:
        admin = AIOKafkaAdminClient(**self.access.for_aiokafka())
        await admin.start()
        try:
            await getattr(admin, what)(list(things))
        finally:
            await admin.close()

    async def on_lane(self, agency: str) -> list[Fact]:
        """What lies on the agency's lane, oldest first."""
        consumer = AIOKafkaConsumer(topics.from_hub(agency), auto_offset_reset="earliest", **self.access.for_looking())
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            facts: list[Fact] = []
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    facts += [read(record.headers, record.value) for record in records]
            return facts
        finally:
            await consumer.stop()


@asynccontextmanager
async def opened(dsn: str, access: KafkaAccess) -> AsyncIterator[Ground]:
    """A ground with empty tables."""
    conn = await asyncpg.connect(dsn)
    try:
        await empty(conn)
    finally:
        await conn.close()
    ground = Ground(dsn, access)
    await ground.database.open()
    try:
        yield ground
    finally:
        await ground.lanes.close()
        await ground.world.close()
        await ground.database.close()


async def empty(conn: asyncpg.Connection) -> None:
    """Make the schemas as their own roles, with nothing in them."""
    await prepare(conn, ["intake", SERVICE, "console", keystore.SCHEMA, ledger.SCHEMA])
    kept = ((keystore.SCHEMA, keystore.MIGRATIONS), (ledger.SCHEMA, ledger.MIGRATIONS), (SERVICE, MIGRATIONS))
    for schema, folder in kept:
        await conn.execute(f"SET ROLE hub_{schema}")
        await conn.execute(f"SET search_path TO {schema}")
        await migrate(conn, schema, from_folder(folder), pipes=schema == SERVICE)
        await conn.execute("RESET ROLE")
    tables = ("dossiers", "lane_rows", "lanes", "outbox", "dead_letters")
    await conn.execute("TRUNCATE " + ", ".join(f"{SERVICE}.{table}" for table in tables))
    await conn.execute("TRUNCATE keys.record_keys")
    await conn.execute("ALTER TABLE ledger.entries DISABLE TRIGGER USER")
    await conn.execute("TRUNCATE ledger.entries")
    await conn.execute("ALTER TABLE ledger.entries ENABLE TRIGGER USER")


def _renamed(names: dict[str, str]) -> Site:
    agencies = dict(whatcom().agencies)
    for old, new in names.items():
        agencies[new] = agencies.pop(old).model_copy(update={"slug": new})
    for slug, agency in agencies.items():
        ground: Iterable[str] = (names.get(one, one) for one in agency.jurisdiction)
        agencies[slug] = agency.model_copy(update={"jurisdiction": tuple(ground)})
    return whatcom().model_copy(update={"agencies": agencies})


def _now() -> datetime:
    return datetime.now(UTC)
