"""The same promises on real Kafka and real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

from contracts import event, topics
from contracts.envelope import readdressed
from contracts.to_hub.contact_attempted import ContactAttempted
from tests.plumbing.conftest import Ground, until
from tests.plumbing.example import (
    LONG,
    POISON,
    UNSAVABLE,
    PostgresTallies,
    Tally,
    agreed,
    attempt,
    evolve,
    person,
    tally_service,
)

NEWER = len(event.versions("contact.attempted")) + 1


async def tallies(ground: Ground) -> dict[str, Tally]:
    rows = await ground.rows("SELECT person, state FROM tally.tallies")
    return {row[0]: Tally.model_validate_json(row[1]) for row in rows}


async def letters(ground: Ground) -> list[tuple[str, str]]:
    rows = await ground.rows("SELECT key, reason FROM tally.dead_letters WHERE settled_at IS NULL ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_batch_comes_to_states_facts_and_parked_people(ground: Ground):
    facts = [attempt(number, subject) for number in (1, 2, 3) for subject in range(20)]
    bad = [attempt(4, 3, mode=POISON), attempt(4, 4, mode=UNSAVABLE), attempt(5, 3), attempt(5, 4), attempt(5, 5)]
    async with ground.running(message_most_bytes=10_000):
        await ground.publish(topics.REPORTS, *facts, *facts[:7], *bad, attempt(4, 6, mode=LONG, note="x" * 20_000))

        async def parked():
            return len(await letters(ground)) == 5

        await until(parked)

        async def said():
            return len(await ground.facts(topics.ASSIGNMENTS)) == 40

        await until(said)

        async def freed():
            return len((await tallies(ground))[person(1000)].freed) == 20

        await until(freed)
    states = await tallies(ground)
    assert {states[person(subject)].count for subject in range(20)} == {3, 4}
    assert sorted(await letters(ground)) == sorted(
        [(person(3), "failed"), (person(3), "behind"), (person(4), "not-saved"), (person(4), "behind"),
         (person(6), "oversize")]
    )  # fmt: skip
    said_facts = await ground.facts(topics.ASSIGNMENTS)
    assert len({fact.id for fact in said_facts}) == 40
    assert await ground.rows("SELECT id FROM tally.outbox") == []
    assert len(await ground.rows("SELECT 1 FROM tally.deadlines")) == 20
    assert len(await ground.rows("SELECT 1 FROM tally.lines")) == 61


async def test_what_an_instance_commits_that_does_not_lead_leaves_at_once(ground: Ground):
    never_unasked = {"relay_poll_milliseconds": 3_600_000}
    async with (
        ground.running(instance="one", **never_unasked) as one,
        ground.running(instance="two", **never_unasked) as two,
    ):

        async def both_read():
            return 0 < one.subscriber.partitions == two.subscriber.partitions

        await until(both_read)
        for subject in range(8):
            await ground.publish(topics.REPORTS, *[attempt(number, subject) for number in (1, 2, 3)])

            async def said(wanted: int = 2 * (subject + 1)):
                return len(await ground.facts(topics.ASSIGNMENTS)) == wanted

            await until(said)
        assert one.handler.total.heard > 0
        assert two.handler.total.heard > 0


async def test_after_a_fix_the_parked_are_tried_again_in_order_by_the_running_service(ground: Ground):
    await ground.publish(topics.REPORTS, attempt(1, mode=POISON), attempt(2), agreed(1), attempt(1, 2))

    async def parked():
        return len(await letters(ground)) == 3

    async with ground.running():
        await until(parked)
    async with ground.running(fixed()):
        conn_rows = await ground.rows(
            "UPDATE tally.dead_letters SET retry_asked_at = now() WHERE reason = 'failed' RETURNING id"
        )
        assert len(conn_rows) == 1

        async def settled():
            return not await letters(ground)

        await until(settled)
    state = (await tallies(ground))[person(1)]
    assert state.count == 2
    assert state.agreed_at is not None


async def test_what_was_too_new_is_read_after_the_upgrade(ground: Ground, monkeypatch):
    newer = readdressed(attempt(1, note="an invented remark"), dataschema=f"hub:contact.attempted/{NEWER}")
    async with ground.running():
        await ground.publish(topics.REPORTS, newer, attempt(2))

        async def parked():
            return await letters(ground) == [(person(1), "newer-version"), (person(1), "behind")]

        await until(parked)
    upgraded = {**event._shelf, "contact.attempted": list(event._shelf["contact.attempted"])}
    monkeypatch.setattr(event, "_shelf", upgraded)

    @event.published("contact.attempted", version=NEWER, on=topics.TO_HUB)
    class Newer(ContactAttempted):
        @classmethod
        def upcast(cls, old):
            return cls(**old.model_dump())

    async with ground.running(tally_service(PostgresTallies(), hears=(Newer,))):

        async def settled():
            return not await letters(ground)

        await until(settled)
    assert (await tallies(ground))[person(1)].count == 2


async def test_health_tells_what_an_instance_knows_of_itself(ground: Ground, unused_tcp_port: int):
    async with ground.running(health_port=unused_tcp_port) as runner:

        async def ready():
            return (await runner.health()).state == "ready"

        await until(ready)
        reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["partitions"] == 4 * 4

        async def beats():
            return await ground.rows("SELECT 1 FROM tally.heartbeats WHERE state = 'ready' AND partitions = 16")

        await until(beats)
    rows = await ground.rows("SELECT state FROM tally.heartbeats")
    assert [tuple(row) for row in rows] == [("stopped",)]


async def test_a_service_waits_for_servers_that_are_not_there_yet(ground: Ground):
    await ground.platform.kill_kafka()
    await ground.platform.kill_postgres()
    runner = ground.runner()
    starting = asyncio.create_task(runner.start())
    await asyncio.sleep(1)
    assert not starting.done()
    await ground.platform.restart_postgres()
    await ground.platform.restart_kafka()
    await asyncio.wait_for(starting, 60)
    await ground.publish(topics.REPORTS, attempt(1))
    await until(lambda: tallies(ground))
    await runner.stop()


def fixed():
    """The example after its mistake was mended."""

    def mended(state, fact):
        if isinstance(fact.event, ContactAttempted):
            fact = replace(fact, event=fact.event.model_copy(update={"mode": "in_person"}))
        return evolve(state, fact)

    return tally_service(PostgresTallies(), evolve=mended)
