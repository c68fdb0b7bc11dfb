"""The carrier on real Kafka and PostgreSQL: real seals, real lanes, and what breaks on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from contracts.envelope import Fact
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from services.notification.app.leading import Leading
from services.notification.gateways import Sent
from services.notification.settings import CarrierSettings
from services.plumbing.access import KafkaAccess
from services.plumbing.pseudonyms import Pseudonyms
from tests.notification.examples import (
    CLEAR,
    KEYS,
    OFFICE,
    PERSON,
    REFERRAL,
    accepted,
    granted,
    heard,
    offered,
    received,
    withdrawn,
)
from tests.notification.servers import Ground, opened


@pytest.fixture
async def ground(database: str, kafka: KafkaAccess) -> AsyncIterator[Ground]:
    async with opened(database, kafka) as ground:
        yield ground


async def agreed_arrest(ground: Ground) -> list[Fact]:
    """Received, offered and accepted, with everything private sealed."""
    return [
        await ground.sealed(received(agency=ground.police)),
        offered(agency=ground.casework),
        accepted(agency=ground.casework),
    ]


class Dies:
    """Lanes whose sender dies as soon as Kafka has the messages."""

    def __init__(self, ground: Ground) -> None:
        self._lanes = ground.lanes

    async def trouble(self, agency: str) -> str | None:
        return await self._lanes.trouble(agency)

    async def send(self, agency: str, messages: Sequence[Fact]) -> list[tuple[Sent, str | None]]:
        await self._lanes.send(agency, messages)
        raise asyncio.CancelledError


async def test_a_sealed_record_reaches_the_holder_by_name_and_is_written_nowhere_in_clear(ground):
    await ground.make(ground.police, ground.casework)
    await ground.hear(*await agreed_arrest(ground))
    await ground.carrier().carry(ground.casework)
    await ground.carrier().carry(ground.police)
    [made] = await ground.on_lane(ground.casework)
    assert made.event.preferred_name == "Juno Sample"
    assert Pseudonyms(KEYS.pseudonym).person(made.subject, ground.casework) == PERSON
    [receipt, _] = await ground.on_lane(ground.police)
    assert receipt.event.incident_number == "SAMPLE-1"
    kept = await everything(ground)
    for word in ("Juno", "Juniper", "SAMPLE-1", "360-555", "Sample Street", CLEAR["safety"]["safety_code"]):
        assert word not in kept


async def everything(ground: Ground) -> str:
    """All that the service has written into its database."""
    async with ground.database.connection() as conn:
        rows = [
            await conn.fetch(f"SELECT * FROM {table}")  # noqa: S608  # names of our own tables
            for table in ("dossiers", "lane_rows", "lanes", "outbox", "inbox", "dead_letters")
        ]
    return str([[dict(row) for row in table] for table in rows])


async def test_a_removed_topic_stops_its_own_lane_alone_until_it_is_back(ground):
    await ground.make(ground.police, ground.casework)
    await ground.remove(ground.casework)
    await ground.hear(*await agreed_arrest(ground))
    carrier = ground.carrier()
    began = asyncio.get_running_loop().time()
    await asyncio.gather(carrier.carry(ground.casework), carrier.carry(ground.police))
    assert asyncio.get_running_loop().time() - began < 10
    assert len(await ground.on_lane(ground.police)) == 2
    async with ground.database.connection() as conn:
        [alarm] = await ground.store.alarms(conn)
    assert (alarm.agency, alarm.reason) == (ground.casework, "topic-missing")
    await ground.make(ground.casework)
    for _ in range(40):
        await carrier.carry(ground.casework)
        if not await ground.waiting():
            break
        await asyncio.sleep(0.1)
    assert [fact.event.name for fact in await ground.on_lane(ground.casework)] == ["assignment.made"]


async def test_killed_between_carrying_and_delete_it_sends_again_with_the_same_id_and_says_it_once(ground):
    await ground.make(ground.police, ground.casework)
    await ground.hear(*await agreed_arrest(ground))
    with pytest.raises(asyncio.CancelledError):
        await ground.carrier(Dies(ground)).carry(ground.casework)
    assert [row["state"] for row in await ground.waiting() if row["agency"] == ground.casework] == ["carrying"]
    await ground.carrier().carry(ground.casework)
    first, second = await ground.on_lane(ground.casework)
    assert (first.id, first.event) == (second.id, second.event)
    told = [fact for fact in await ground.said() if fact.event.name == "disclosure.made"]
    assert [fact.event.message_id for fact in told] == [first.id]


async def test_killed_and_then_withdrawn_nothing_more_is_sent_and_what_may_be_out_counts_as_told(ground):
    await ground.make(ground.police, ground.casework)
    await ground.hear(*await agreed_arrest(ground))
    await ground.carrier().carry(ground.casework)
    await ground.hear(granted(ground.casework))
    with pytest.raises(asyncio.CancelledError):
        await ground.carrier(Dies(ground)).carry(ground.casework)
    out = await ground.on_lane(ground.casework)
    await ground.hear(withdrawn())
    while await ground.carrier().carry(ground.casework):
        pass
    later = (await ground.on_lane(ground.casework))[len(out) :]
    assert all(fact.event.legal_name is None for fact in later)
    told = [fact.event for fact in await ground.said() if fact.event.name == "disclosure.made"]
    assert out[-1].id in {one.message_id for one in told if "consent/" in one.allowed_by}


async def test_a_suspended_agency_gets_what_waited_when_it_is_back(ground):
    await ground.make(ground.police, ground.casework)
    who = {"agency": ground.casework, "operator": "sample-operator"}
    await ground.hear(heard(AgencySuspended(**who), by=OFFICE, person=None), *await agreed_arrest(ground))
    await ground.carrier().carry(ground.casework)
    assert await ground.on_lane(ground.casework) == []
    await ground.hear(heard(AgencyResumed(**who), by=OFFICE, person=None, minutes=1))
    await ground.carrier().carry(ground.casework)
    assert [fact.event.name for fact in await ground.on_lane(ground.casework)] == ["assignment.made"]


async def test_an_erased_record_is_withheld(ground, database):
    await ground.make(ground.police, ground.casework)
    await ground.hear(*await agreed_arrest(ground))
    conn = await asyncpg.connect(database)
    try:
        assert await ground.sealer._store.destroy(conn, REFERRAL)
    finally:
        await conn.close()
    await ground.carrier().carry(ground.casework)
    assert await ground.on_lane(ground.casework) == []
    rules = {fact.event.rule for fact in await ground.said() if fact.event.name == "disclosure.withheld"}
    assert "erased" in rules


async def test_of_two_instances_one_carries_and_the_other_takes_over_when_it_is_gone(ground):
    await ground.make(ground.police, ground.casework)
    quick = CarrierSettings(leader_look_seconds=0.1, poll_milliseconds=20)
    stops = [asyncio.Event(), asyncio.Event()]
    tasks = [
        asyncio.create_task(
            Leading(
                ground.carrier(),
                ground.database,
                committed=asyncio.Event(),
                stopping=stop,
                read=nothing,
                settings=quick,
            ).run()
        )
        for stop in stops
    ]
    try:
        await ground.hear(*(await agreed_arrest(ground))[:1])
        await until_carried(ground)
        stops[0].set()
        await tasks[0]
        await ground.hear(offered(agency=ground.casework, lapses_at=datetime.now(UTC) + timedelta(hours=1)))
        await until_carried(ground)
    finally:
        for stop in stops:
            stop.set()
        await asyncio.gather(*tasks)
    assert [fact.event.name for fact in await ground.on_lane(ground.police)] == ["referral.acknowledged"]
    assert [fact.event.name for fact in await ground.on_lane(ground.casework)] == ["offer.made"]


async def nothing() -> None:
    """No service reads here, so that nothing is left to be read."""


async def until_carried(ground: Ground) -> None:
    async with asyncio.timeout(15):
        while await ground.waiting():  # it waits for another process's table
            await asyncio.sleep(0.02)
