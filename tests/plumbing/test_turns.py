"""Whose turn it is among the services of a process, and what one batch is fetched as."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from services.plumbing.fetching import Fetching, Piece
from services.plumbing.loop import lean
from services.plumbing.turns import Turns

NEVER = 60.0


class Log:
    """What a consumer has to give: records of one partition, in order, or an error."""

    def __init__(self, count: int, *, fails_at_look: int = 0) -> None:
        """`count` records are there."""
        self.records = [("topic", number) for number in range(count)]
        self.looks: list[int] = []
        self._fails_at = fails_at_look

    async def getmany(self, *, timeout_ms: int, max_records: int) -> dict[str, list[Any]]:
        """Return as many as are asked for, or as there are."""
        self.looks.append(timeout_ms)
        if len(self.looks) == self._fails_at:
            raise KafkaError
        given, self.records = self.records[:max_records], self.records[max_records:]
        return {"partition": given} if given else {}


def fetching(log: Log, turns: Turns, generation: list[int] | None = None) -> Fetching:
    return Fetching(log.getmany, turns, lambda: (generation or [0])[0], 1_000)


async def fetched(fetch: Fetching, most: int = 500) -> Piece:
    ((piece,),) = (await fetch(max_records=most)).values()
    return piece


async def test_a_third_batch_waits_until_one_of_two_has_ended():
    turns = Turns(2, NEVER)
    first, _ = await turns.next(), await turns.next()
    third = asyncio.create_task(turns.next())
    await asyncio.sleep(0)
    assert not third.done()
    first.end()
    await third


async def test_who_waits_longest_is_next():
    turns = Turns(1, NEVER)
    turn, came = await turns.next(), []

    async def comes(name: str) -> None:
        taken = await turns.next()
        came.append(name)
        taken.end()

    waiting = [asyncio.create_task(comes(name)) for name in ("intake", "consent", "console")]
    await asyncio.sleep(0)
    turn.end()
    await asyncio.gather(*waiting)
    assert came == ["intake", "consent", "console"]


async def test_a_turn_that_ends_twice_lets_one_other_in():
    turns = Turns(1, NEVER)
    turn = await turns.next()
    turn.end()
    turn.end()
    await turns.next()
    another = asyncio.create_task(turns.next())
    await asyncio.sleep(0)
    assert not another.done()
    another.cancel()


async def test_a_batch_that_waits_for_its_database_holds_up_no_other_service():
    turns = Turns(1, 0.01)
    await turns.next()
    async with asyncio.timeout(10):
        await turns.next()


async def test_whoever_gives_up_waiting_takes_no_turn():
    turns = Turns(1, NEVER)
    turn = await turns.next()
    waiting = asyncio.create_task(turns.next())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    turn.end()
    async with asyncio.timeout(10):
        await turns.next()


async def test_few_records_wait_for_no_turn():
    turns = Turns(1, NEVER)
    await turns.next()
    piece = await fetched(fetching(Log(3), turns))
    assert [number for _, number in piece.records] == [0, 1, 2]
    assert piece.turn is None


async def test_many_records_come_at_their_turn_in_order():
    turns = Turns(1, NEVER)
    taken = await turns.next()
    log = Log(70)
    waiting = asyncio.create_task(fetched(fetching(log, turns), 60))
    await asyncio.sleep(0)
    assert not waiting.done()
    taken.end()
    piece = await waiting
    assert [number for _, number in piece.records] == list(range(60))
    assert log.looks == [1_000, 0], "what is there already is not waited for"
    assert piece.turn is not None


async def test_never_more_records_than_a_batch_may_have():
    assert len((await fetched(fetching(Log(70), Turns(1, NEVER)), 5)).records) == 5


async def test_where_nothing_comes_there_is_no_piece():
    assert await fetching(Log(0), Turns(1, NEVER))(max_records=500) == {}


async def test_what_was_fetched_first_is_not_lost_where_the_rest_fails():
    log = Log(70, fails_at_look=2)
    fetch = fetching(log, Turns(2, NEVER))
    piece = await fetched(fetch)
    rest = await fetched(fetch)
    assert [number for _, number in piece.records + rest.records] == list(range(70))


async def test_a_failure_of_the_first_look_is_told():
    with pytest.raises(KafkaError):
        await fetched(fetching(Log(70, fails_at_look=1), Turns(1, NEVER)))


async def test_partitions_that_went_while_it_waited_are_fetched_from_no_more():
    turns, generation = Turns(1, NEVER), [7]
    taken = await turns.next()
    log = Log(70)
    waiting = asyncio.create_task(fetched(fetching(log, turns, generation)))
    await asyncio.sleep(0)
    generation[0] = 8
    taken.end()
    piece = await waiting
    assert piece.generation == 7, "whoever handles it sees that it is worthless"
    assert len(log.looks) == 1


async def test_what_new_partitions_gave_is_kept_and_what_came_before_is_dropped():
    generation = [7]
    log = Log(70)
    getmany = log.getmany

    async def moves(*, timeout_ms: int, max_records: int) -> dict[str, list[Any]]:
        if timeout_ms == 0:
            generation[0] = 8
        return await getmany(timeout_ms=timeout_ms, max_records=max_records)

    piece = await fetched(Fetching(moves, Turns(1, NEVER), lambda: generation[0], 1_000))
    assert [number for _, number in piece.records] == list(range(20, 70))
    assert piece.generation == 8


async def test_what_is_taken_is_in_the_piece_no_more():
    piece = await fetched(fetching(Log(3), Turns(1, NEVER)))
    assert len(piece.taken()) == 3
    assert piece.records == []


async def test_memory_is_given_back_while_the_body_runs_and_no_longer():
    before = asyncio.all_tasks()
    async with lean(0.001):
        (giving,) = asyncio.all_tasks() - before
        await asyncio.sleep(0.02)
        assert not giving.done(), "it goes on after the first time"
    assert giving.done()
