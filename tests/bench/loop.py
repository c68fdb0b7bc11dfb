"""One real service's loop on its real events, and the same bytes through the raw loop and the tutorial style."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import topics
from contracts.catalogue import ReferralReceived
from contracts.envelope import Envelope, Fact, service_source, written
from contracts.parts import AgeFact, Drug, Offence, Particulars
from contracts.words import Activity, Agreement, Door, DrugUnit, SourceKind
from services.eligibility.app import service as eligibility
from services.local import laying
from services.local.ground import DATABASE
from services.local.ground import Ground as SiteGround
from services.local.hub import pipes_settings
from services.plumbing.administration import Administration
from services.plumbing.identity import derived
from services.plumbing.passwords import Passwords
from services.plumbing.runner import Runner
from services.plumbing.standing import database_made
from tests.bench.raw import Work, raw_loop

if TYPE_CHECKING:
    from services.local.platform import Platform
    from services.sites.settings import SiteSettings
from services.sites import Site

SEALED = "1:" + "A" * 160


@dataclass(frozen=True)
class Ground:
    """A laid-out database and broker, without any service running."""

    platform: Platform
    site: Site
    database: str

    @property
    def kafka(self) -> dict[str, Any]:
        """Keyword arguments of an aiokafka client at the hub's own door."""
        access = self.platform.hub_access
        return {
            "bootstrap_servers": access.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": access.user,
            "sasl_plain_password": access.password,
        }


async def laid_out(platform: Platform, site: Site) -> Ground:
    """Make database, tables, topics."""
    database = await database_made(platform.postgres, DATABASE)
    await laying.migrated(database, platform.secrets)
    await Administration(platform.hub_access, Passwords(platform.secrets / "agencies")).apply(laying.wanted(site))
    return Ground(platform, site, database)


def received(number: int) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Return key, body and headers of one referral as intake says it."""
    now = datetime.now(UTC)
    person = derived("per-", "bench", str(number))
    event = ReferralReceived(
        referral_id=derived("ref-", "bench", str(number)),
        agency="bellingham-police",
        door=Door.ARREST_DIVERSION,
        source_kind=SourceKind.LAW_ENFORCEMENT,
        agreement=Agreement.AGREED,
        referred_at=now,
        particulars=Particulars(
            age=AgeFact(from_years=34, to_years=34),
            area="bellingham",
            offences=(Offence(nibrs="35A", statute="69.50.4013", activity=Activity.POSSESS),),
            drugs=(Drug(kind="L", quantity="1.2", unit=DrugUnit.GRAM),),
        ),
        sealed={"identity": SEALED, "contact": SEALED, "incident": SEALED},
    )
    envelope = Envelope(
        id=f"{number:032x}", source=service_source("intake"), type=event.name, at=now, subject=person,
        dataschema=event.dataschema, correlation_id=f"bench-{number}", causation_id=f"bench-{number}",
    )  # fmt: skip
    body, headers = written(Fact(event, envelope))
    return person.encode(), body, headers


async def filled(ground: Ground, first: int, count: int, topic: str = topics.REFERRALS) -> None:
    """Put `count` referrals on a topic."""
    producer = AIOKafkaProducer(linger_ms=5, max_batch_size=131_072, acks="all", **ground.kafka)
    await producer.start()
    for number in range(first, first + count):
        key, body, headers = received(number)
        await producer.send(topic, body, key=key, headers=headers)
    await producer.flush()
    await producer.stop()


async def service_loop(ground: Ground, count: int, batch: int) -> float:
    """Let eligibility handle what is on its topic; return seconds from its first batch to its last commit."""
    platform = ground.platform
    where = SiteGround(ground.site, SiteSettings(), "", platform.state, platform.kafka, ground.database)
    settings = pipes_settings(where, batch_records=batch)
    runner = Runner(eligibility(ground.site), settings)
    await runner.start()
    while runner.handler.total.heard == 0:
        await asyncio.sleep(0.001)
    began, had = time.perf_counter(), runner.handler.total.heard
    while runner.handler.total.heard < count:
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    await runner.stop()
    return seconds * count / max(1, count - had)


async def same_bytes(ground: Ground) -> Work:
    """Read back what the service keeps and says for one event."""
    conn = await asyncpg.connect(ground.database)
    state = await conn.fetchval("SELECT state::text FROM eligibility.person_files LIMIT 1")
    await conn.close()
    consumer = AIOKafkaConsumer(topics.SCREENINGS, auto_offset_reset="earliest", **ground.kafka)
    await consumer.start()
    record = await asyncio.wait_for(consumer.getone(), 60)
    await consumer.stop()
    headers = "\n".join(f"{name}:{value.decode()}" for name, value in record.headers)
    return Work(topics.REFERRALS, ReferralReceived, "bench.out", str(state), ((headers, record.value),))


async def raw_on_the_same(ground: Ground, work: Work, number: int, count: int, batch: int) -> float:
    """Let the raw loop do the same bytes on the same topic, from its beginning, in the round of this number."""
    return await raw_loop(ground.kafka, ground.database, f"raw_{number}", work, count, batch)
