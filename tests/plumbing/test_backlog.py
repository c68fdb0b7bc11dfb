# ruff: noqa: ARG002  # the stand-in answers in turn, whatever it is asked
"""Whoever must not act before everything is read waits for the service's group, and for nothing that comes later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import TopicPartition

from contracts import topics
from services.plumbing.positions import Backlog, Ends
from services.plumbing.runner import Pipes
from services.plumbing.sending import KafkaAway
from tests.plumbing.conftest import Ground, Quiet, until
from tests.plumbing.example import POISON, attempt

ONE = TopicPartition(topics.REPORTS, 0)


class Kafka:
    """Answers the questions in turn; what is an exception is raised."""

    def __init__(self, ends: Iterable[Any], committed: Iterable[Any]) -> None:
        self._ends, self._committed = list(ends), list(committed)
        self.asked: list[Ends] = []
        self.closed = 0

    async def ends(self, names: Iterable[str]) -> Ends:
        return _answer(self._ends)

    async def committed(self, service: str, wanted: Ends) -> bool:
        self.asked.append(wanted)
        return _answer(self._committed)

    async def close(self) -> None:
        self.closed += 1


def _answer(answers: list[Any]) -> Any:
    answer = answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer


def backlog(kafka: Kafka, stopping: asyncio.Event | None = None) -> Backlog:
    return Backlog("tally", [topics.REPORTS], kafka, stopping=stopping or asyncio.Event(), log=Quiet())  # type: ignore[arg-type]


async def test_it_waits_for_the_ends_as_they_were_when_it_was_asked():
    kafka = Kafka([{ONE: 7}], [False, False, True])
    await backlog(kafka).read()
    assert kafka.asked == [{ONE: 7}] * 3
    assert kafka.closed == 1


async def test_after_an_outage_it_waits_for_what_came_meanwhile_too():
    kafka = Kafka([KafkaAway(), {ONE: 7}, {ONE: 9}], [KafkaAway(), True])
    await backlog(kafka).read()
    assert kafka.asked == [{ONE: 7}, {ONE: 9}]


async def test_the_end_of_the_service_ends_it():
    stopping = asyncio.Event()
    reading = asyncio.create_task(backlog(Kafka([{ONE: 7}], [False] * 99), stopping).read())
    await asyncio.sleep(0.1)
    assert not reading.done()
    stopping.set()
    await asyncio.wait_for(reading, 5)


async def test_what_runs_beside_a_service_can_wait_until_all_is_read_or_parked(ground: Ground):
    """Most of the service's topics are empty, and some are not there at all."""
    bad = [attempt(1, 99, mode=POISON), attempt(2, 99)]
    await ground.publish(topics.REPORTS, *bad, *(attempt(1, subject) for subject in range(50)))
    found: list[int] = []

    async def counts(pipes: Pipes) -> None:
        await pipes.read()
        async with pipes.database.connection() as conn:
            found.append(await conn.fetchval("SELECT count(*) FROM tallies"))
            found.append(await conn.fetchval("SELECT count(*) FROM dead_letters"))

    async def counted() -> bool:
        return len(found) == 2

    async with ground.running(beside=[counts]):
        await until(counted)
    assert found == [50, 2]
