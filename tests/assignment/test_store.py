"""PostgreSQL keeps what the twin in memory keeps, and two instances of the service never give a place twice."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from contracts import topics
from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    CapacityReported,
    OfferDeclined,
    ParticipationEnded,
    PersonLinked,
)
from contracts.envelope import agency_source, headers_in, service_source, written
from contracts.reading import read
from contracts.words import Door, EndReason
from services import assignment
from services.assignment import app
from services.assignment.domain import Placement, read_placement
from services.assignment.store import Placements
from services.plumbing.arrivals import Reader
from services.plumbing.batch import work
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare, role_of
from services.plumbing.service import Record
from services.plumbing.tables import PostgresTables
from tests.assignment.examples import (
    BEGIN,
    HILL,
    NAMING,
    OFFICE,
    RIVER,
    Town,
    fact,
    person,
    received,
    referral,
    screened,
    town,
)

MIGRATIONS = Path(assignment.__file__).parent / "migrations"


@pytest.fixture
async def own(database):
    """An opener of connections as the service's own role, on its empty tables."""
    async with _as(database, None) as conn:
        await prepare(conn, ["assignment"])
    async with _as(database, "assignment") as conn:
        await migrate(conn, "assignment", from_folder(MIGRATIONS))
        await conn.execute("TRUNCATE placements, rooms, waiting, inbox, outbox, deadlines")
    return lambda: _as(database, "assignment")


@asynccontextmanager
async def _as(dsn, service):
    options = {"user": role_of(service), "server_settings": {"search_path": service}} if service else {}
    conn = await asyncpg.connect(dsn, **options)
    try:
        yield conn
    finally:
        await conn.close()


class Kept:
    """The store over one connection, with a transaction for each batch as the pipes have it."""

    def __init__(self, site, conn):
        self._store, self._conn, self._transaction = Placements(site), conn, None

    async def load(self, _conn, keys, facts):
        self._transaction = self._conn.transaction()
        await self._transaction.start()
        loaded = await self._store.load(self._conn, keys, facts)
        await self._transaction.commit()
        return loaded

    async def save(self, _conn, states, shared, rows):
        async with self._conn.transaction():
            await self._store.save(self._conn, states, shared, rows)


async def _a_busy_week(place: Town) -> None:
    await place.enrol(1, door=Door.COMMUNITY)
    for number, door in enumerate((Door.COMMUNITY, Door.SOCIAL_CONTACT, Door.ARREST_DIVERSION), start=2):
        await place.refer(number, door=door)
    await place.tell(OFFICE, AgencySuspended(agency=RIVER, operator="ada"))
    await place.passes(2000)
    await place.capacity(HILL, 3)
    await place.hear(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), who=9)
    await place.refer(9)
    await place.tell(OFFICE, AgencyResumed(agency=RIVER, operator="ada"))
    await place.report(HILL, ParticipationEnded(reason=EndReason.MOVED), who=1)
    await place.capacity(RIVER, 1, Door.ARREST_DIVERSION)
    await place.decline(3)
    await place.passes(3000)


async def test_both_stores_come_to_the_same_end(own):
    site = town(river_house=0, hill_house=1)
    twin = Town(site)
    await _a_busy_week(twin)
    async with own() as conn:
        place = Town(site, Kept(site, conn))
        await _a_busy_week(place)
        assert place.events() == twin.events()
        kept = {
            row["person"]: read_placement(row["state"])
            for row in await conn.fetch("SELECT person, state FROM placements")
        }
        assert {one: _unnumbered(state) for one, state in kept.items()} == {
            one: _unnumbered(state) for one, state in twin.store.placements().items()
        }
        assert {row["agency"]: row["taken"] for row in await conn.fetch("SELECT agency, taken FROM rooms")} == {
            agency: twin.store.taken(agency) for agency in (RIVER, HILL, "youth-house")
        }
        line = await conn.fetch("SELECT agency, referral_id FROM waiting")
        assert sorted(map(tuple, line)) == sorted((one.agency, one.referral_id) for one in twin.store.waiting())


def _unnumbered(state: Placement):
    """What two towns can have alike: message ids are counted through the whole run."""
    referrals = {
        number: replace(one, ruling=one.ruling and replace(one.ruling, id=""))
        for number, one in state.referrals.items()
    }
    return referrals, sorted(state.links), list(state.attempts.values())


class Instances:
    """Two instances of the service on one database; persons are dealt to them as partitions are."""

    def __init__(self, site, own):
        self._own, self._service = own, app.service(site, NAMING)
        self._queues = defaultdict(list)
        self._offset = 0

    def give(self, event, who, source):
        """Put a fact before the instance that has the person."""
        about = fact(event, who, source)
        body, headers = written(about)
        self._put(event.topic if event.topic != topics.TO_HUB else topics.REPORTS, who or source, headers, body)

    async def run(self, seed):
        """Let both work at the same time, in batches by chance, until nothing is left to read."""
        while any(self._queues.values()):
            await asyncio.gather(*(self._instance(one, random.Random(seed + one)) for one in (0, 1)))

    async def _instance(self, number, chance):
        async with self._own() as conn:
            while queue := self._queues[number]:
                size = chance.randint(1, 4)
                batch, queue[:] = queue[:size], queue[size:]
                async with conn.transaction():
                    arrivals = Reader(self._service).read(batch)
                    await work(self._service, PostgresTables(conn), conn, arrivals, condemned={})
                    rows = await conn.fetch("DELETE FROM outbox RETURNING id, topic, key, headers, body")
                    assert not await conn.fetchval("SELECT count(*) FROM dead_letters")
                for row in sorted(rows, key=lambda row: row["id"]):
                    self._put(row["topic"], row["key"], headers_in(row["headers"]), row["body"])

    def _put(self, topic, key, headers, body):
        self._offset += 1
        number = int(key[-1], 16) % 2 if key.startswith("per-") else 0
        self._queues[number].append(Record(topic, 0, self._offset, BEGIN, tuple(headers), key.encode(), body))
        self.said = [*getattr(self, "said", []), read(headers, body).event]


@pytest.mark.parametrize("seed", range(3))
async def test_two_instances_never_give_a_place_twice_and_forget_nobody(own, seed):
    site = town(river_house=3, hill_house=4)
    both = Instances(site, own)
    for number in range(1, 25):
        event = received(number, door=Door.COMMUNITY)
        both.give(event, person(number), service_source("intake"))
        both.give(screened(number), person(number), service_source("eligibility"))
    await both.run(seed)
    async with own() as conn:
        assert await _open_offers(conn) == {RIVER: 3, HILL: 4}
        for offer in [one for one in both.said if one.name == "assignment.offered"][:4]:
            who = person(int(offer.referral_id[-2:], 16))
            both.give(OfferDeclined(offer_id=offer.offer_id, reason="safety"), who, agency_source(offer.agency))
        both.give(CapacityReported(places=6), None, agency_source(RIVER))
        await both.run(seed)
        assert await _open_offers(conn) == {RIVER: 6, HILL: 4}
        taken = await conn.fetch("SELECT agency, taken FROM rooms WHERE taken > 0")
        assert {row["agency"]: row["taken"] for row in taken} == {RIVER: 6, HILL: 4}
        assert await conn.fetchval("SELECT count(DISTINCT referral_id) FROM waiting") == 24 - 10


async def _open_offers(conn) -> dict[str, int]:
    count: defaultdict[str, int] = defaultdict(int)
    for row in await conn.fetch("SELECT state FROM placements"):
        for number, _, offer in read_placement(row["state"]).live:
            assert number.startswith(referral()[:4])
            count[offer.agency] += 1
    return dict(count)
