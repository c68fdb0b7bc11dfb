"""What breaks, and what stays true: nothing lost, nothing doubled, order per person kept."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from contracts import topics
from contracts.envelope import Fact
from tests.plumbing.conftest import Ground, until
from tests.plumbing.example import LONG, attempt, person

PEOPLE = 40


def attempts(numbers: range) -> list[Fact]:
    return [attempt(number, subject) for number in numbers for subject in range(PEOPLE)]


async def handled(ground: Ground) -> int:
    return int((await ground.rows("SELECT count(*) FROM tally.lines"))[0][0])


async def all_handled(ground: Ground, count: int, seconds: float = 90) -> None:
    async def there() -> bool:
        return await handled(ground) >= count

    await until(there, seconds)


async def all_said(ground: Ground, count: int) -> list[Fact]:
    async def there() -> Sequence[Fact] | None:
        facts = await ground.facts(topics.ASSIGNMENTS)
        return facts if len({fact.id for fact in facts}) >= count else None

    return await until(there, 90)


async def assert_undisturbed(ground: Ground, upto: int) -> None:
    """Each attempt of each person counted once, in its order; each third one said twice what follows."""
    lines = await ground.rows("SELECT line FROM tally.lines ORDER BY id")
    order: dict[str, list[int]] = defaultdict(list)
    for (line,) in lines:
        _, subject, number = line.split()[0].split("-")
        order[subject].append(int(number))
    assert dict(order) == {str(subject): list(range(1, upto + 1)) for subject in range(PEOPLE)}
    said = await all_said(ground, 2 * PEOPLE)
    assert len({fact.id for fact in said}) == 2 * PEOPLE
    assert await ground.rows("SELECT 1 FROM tally.dead_letters") == []
    freed = await ground.rows("SELECT state::json->'freed' FROM tally.tallies WHERE person = $1", person(1000))
    assert str(freed[0][0]).count('"') == 2 * PEOPLE


async def test_a_broker_killed_and_a_database_killed_under_load_lose_and_double_nothing(ground: Ground):
    async with ground.running():
        await ground.publish(topics.REPORTS, *attempts(range(1, 11)))
        await all_handled(ground, 1)
        await ground.platform.kill_kafka()
        await asyncio.sleep(1)
        await ground.platform.restart_kafka()
        await ground.publish(topics.REPORTS, *attempts(range(11, 21)))
        await all_handled(ground, 10 * PEOPLE + 1)
        await ground.platform.kill_postgres()
        await asyncio.sleep(1)
        await ground.platform.restart_postgres()
        await ground.publish(topics.REPORTS, *attempts(range(21, 26)))

        async def there() -> bool:
            return await handled(ground) >= 25 * PEOPLE

        await until(there, 120)
        await all_said(ground, 2 * PEOPLE)

        async def freed() -> Any:
            sql = "SELECT 1 FROM tally.tallies WHERE person = $1 AND json_array_length(state::json->'freed') = $2"
            return await ground.rows(sql, person(1000), PEOPLE)

        await until(freed)
        await assert_undisturbed(ground, 25)


async def test_a_crash_between_commit_and_acknowledgement_handles_nothing_twice(ground: Ground):
    def forgets(_records: Any) -> None:
        """The process ends just here, as far as Kafka can tell."""

    runner = ground.runner()
    runner.subscriber._commits.note = forgets
    await runner.start()
    await ground.publish(topics.REPORTS, *attempts(range(1, 6)))
    await all_handled(ground, 5 * PEOPLE)
    await runner.stop()
    async with ground.running() as again:

        async def read_again() -> bool:
            return again.handler.total.duplicates >= 5 * PEOPLE

        await until(read_again)

        async def freed() -> Any:
            sql = "SELECT 1 FROM tally.tallies WHERE person = $1 AND json_array_length(state::json->'freed') = $2"
            return await ground.rows(sql, person(1000), PEOPLE)

        await until(freed)
        await assert_undisturbed(ground, 5)


async def test_instances_that_join_and_leave_under_load_change_nothing(ground: Ground):
    first = ground.runner(batch_records=20)
    second = ground.runner(batch_records=20, instance="two")
    await first.start()
    await ground.publish(topics.REPORTS, *attempts(range(1, 11)))
    await second.start()
    await ground.publish(topics.REPORTS, *attempts(range(11, 21)))
    await all_handled(ground, 12 * PEOPLE)

    async def shared() -> bool:
        return first.subscriber.partitions > 0 and second.subscriber.partitions > 0

    await until(shared)
    await ground.publish(topics.REPORTS, *attempts(range(21, 26)))
    await first.stop()
    await all_handled(ground, 25 * PEOPLE)

    async def freed() -> Any:
        sql = "SELECT 1 FROM tally.tallies WHERE person = $1 AND json_array_length(state::json->'freed') = $2"
        return await ground.rows(sql, person(1000), PEOPLE)

    await until(freed)
    await assert_undisturbed(ground, 25)
    owned = {(one.topic, one.partition) for one in second.subscriber._consumer().assignment()}
    assert {number for topic, number in owned if topic == topics.REPORTS} == set(range(4))
    await second.stop()


async def test_a_removed_topic_parks_its_own_lane_and_comes_back_without_loss(ground: Ground):
    async with ground.running() as runner:
        await ground.publish(topics.REPORTS, attempt(1), attempt(2))
        await all_handled(ground, 2)
        await ground.remove(topics.ASSIGNMENTS)
        await ground.publish(topics.REPORTS, attempt(3), attempt(1, 2, mode=LONG, note="goes on"))
        await all_handled(ground, 4)

        async def goes_on() -> bool:
            return len(await ground.records(topics.REPORTS)) == 5

        await until(goes_on, 60)

        async def alarm() -> bool:
            rows = await ground.rows("SELECT parked_lanes FROM tally.heartbeats WHERE instance = 'one'")
            return bool(rows) and rows[0][0] == [f"{topics.ASSIGNMENTS}: topic is missing"]

        await until(alarm, 60)
        assert len(await ground.rows("SELECT 1 FROM tally.outbox")) == 2
        await ground.create([topics.ASSIGNMENTS])
        await until(lambda: ground.facts(topics.ASSIGNMENTS), 60)

        async def open_again() -> bool:
            return not runner.relay.parked_lanes

        await until(open_again)
