"""Time passing is a fact, and an answer beats its deadline by the broker's clock, not by order of arrival."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
from aiokafka.admin import NewTopic

from contracts import topics
from contracts.envelope import Fact, readdressed
from contracts.event import Event
from contracts.reading import read
from contracts.to_hub.contact_attempted import ContactAttempted
from contracts.to_hub.person_agreed import PersonAgreed
from services.plumbing import roles
from services.plumbing.clock import Clock
from services.plumbing.service import Deadline, Loaded, Said, Service
from services.plumbing.tidying import tidied
from tests.plumbing.conftest import Ground, Quiet, until
from tests.plumbing.example import PostgresTallies, Tally, attempt, person, said_by_agency, tally_service

LANE = topics.to_hub("sample-agency")
SOON = timedelta(seconds=2)


class Nothing:
    """A store that keeps nothing."""

    async def load(self, _conn, _keys, _facts) -> Loaded:
        return Loaded({}, None)

    async def save(self, _conn, _states, _shared, _rows) -> None:
        return None


def door_service() -> Service:
    """The example's door: admits what it reads, at the time at which the broker appended it."""

    def door(record) -> Fact:
        return readdressed(read(record.headers, record.body), admitted_at=record.appended_at)

    hears: tuple[type[Event], ...] = (PersonAgreed, ContactAttempted)
    return Service(
        name="intake", hears=hears, key=lambda fact: fact.subject, evolve=lambda _state, fact: fact.id,
        decide=lambda _before, _after, fact, _shared: [Said(fact.event, admitted=True)],
        store=Nothing(), door=door, pattern=topics.EVERY_TO_HUB,
    )  # fmt: skip


def quick(store, soon: timedelta = SOON) -> Service:
    """The example with a deadline of two seconds, or another."""

    def decide(before, after, fact, _shared):
        if isinstance(fact.event, ContactAttempted) and before != after:
            yield Deadline("agreement", fact.subject, fact.at + soon)

    return tally_service(store, decide=decide)


@asynccontextmanager
async def time_kept(ground: Ground):
    clock = Clock(ground.settings(), log=Quiet())
    running = asyncio.create_task(clock.run())
    try:
        yield clock
    finally:
        await clock.stop()
        await running


async def lane(ground: Ground) -> None:
    conn = await asyncpg.connect(ground.dsn)
    try:
        await roles.prepare(conn, ["tally", "intake"])
    finally:
        await conn.close()
    async with ground.admin() as admin:
        await admin.create_topics(
            [NewTopic(LANE, 1, 1, topic_configs={"message.timestamp.type": "LogAppendTime"}),
             NewTopic(topics.redelivery("intake"), 1, 1)]
        )  # fmt: skip


async def state_of(ground: Ground, subject: int) -> Tally | None:
    rows = await ground.rows("SELECT state FROM tally.tallies WHERE person = $1", person(subject))
    return Tally.model_validate_json(rows[0][0]) if rows else None


def spoken(fact: Fact) -> Fact:
    """A fact as the agency says it: nobody has admitted it yet."""
    return readdressed(fact, admitted_at=None)


async def test_an_answer_given_in_time_beats_its_deadline_even_when_everything_was_away(ground: Ground):
    await lane(ground)
    began = datetime.now(UTC)
    doors = ground.runner(door_service())
    doors._migrations = []
    async with ground.running(quick(PostgresTallies(), timedelta(hours=1))):
        await doors.start()
        await ground.publish(LANE, *(spoken(attempt(1, subject)) for subject in (1, 2)))

        async def set_():
            return len(await ground.rows("SELECT 1 FROM tally.deadlines")) == 2

        await until(set_)
        await doors.stop()
        # The door is away when the answer comes, and stays away until long after the deadline.
        await ground.publish(LANE, spoken(said_by_agency(PersonAgreed(), "in time", person(1), began)))
        await ground.rows("UPDATE tally.deadlines SET due_at = now() + interval '0.2 seconds'")
        async with time_kept(ground) as clock:
            await asyncio.sleep(2)
            assert clock.fired == 0
            again = ground.runner(door_service())
            again._migrations = []
            await again.start()

            async def reached():
                two = await state_of(ground, 2)
                return two is not None and two.lapsed

            await until(reached)

            async def removed():
                return not await ground.rows("SELECT 1 FROM tally.deadlines")

            await until(removed)
            one = await state_of(ground, 1)
            await again.stop()
    assert one is not None
    assert one.agreed_at is not None
    assert not one.lapsed
    assert await tidied(ground.access, "intake") == 1
    assert await ground.records(LANE) == []
    await ground.publish(LANE, spoken(attempt(9, 9)))
    assert len(await ground.records(LANE)) == 1
    facts = await ground.facts(topics.DEADLINES)
    assert {(fact.source, fact.subject) for fact in facts} == {("/hub/clock", person(1)), ("/hub/clock", person(2))}
    assert all(fact.at == fact.event.due_at for fact in facts)


async def test_a_clock_that_dies_between_saying_and_removing_says_the_same_again(ground: Ground):
    await lane(ground)
    async with ground.running(quick(PostgresTallies())):
        await ground.publish(topics.REPORTS, attempt(1, 1, at=datetime.now(UTC)))

        async def set_():
            return await ground.rows("SELECT * FROM tally.deadlines")

        rows = await until(set_)
        async with time_kept(ground):
            await until(lambda: ground.facts(topics.DEADLINES))
        conn = await asyncpg.connect(ground.dsn)
        await conn.execute(
            "INSERT INTO tally.deadlines (key, name, reference, due_at, subject, correlation_id, causation_id, set_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            *(rows[0][column] for column in
              ("key", "name", "reference", "due_at", "subject", "correlation_id", "causation_id", "set_at")),
        )  # fmt: skip
        await conn.close()
        async with time_kept(ground):

            async def twice():
                return len(await ground.facts(topics.DEADLINES)) == 2

            await until(twice)
    facts = await ground.facts(topics.DEADLINES)
    assert facts[0] == facts[1]
    inbox = await ground.rows("SELECT 1 FROM tally.inbox WHERE source = '/hub/clock'")
    assert len(inbox) == 1


async def test_a_deadline_says_when_it_was_set(ground: Ground):
    await lane(ground)
    began = datetime.now(UTC)
    async with ground.running(quick(PostgresTallies())), time_kept(ground):
        await ground.publish(topics.REPORTS, attempt(1, 1, at=began))

        async def reached():
            return await ground.facts(topics.DEADLINES)

        [deadline] = await until(reached)
    assert began <= deadline.event.set_at <= datetime.now(UTC)
