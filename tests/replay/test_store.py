"""One scenario over both stores; and what only PostgreSQL keeps: what was told, and where the ground moved."""

import random
from datetime import timedelta

import pytest

from services.replay.domain import Ground
from services.replay.store import Replays
from tests.platform.kept import in_memory, in_postgres
from tests.replay.examples import BEGIN, Told, again, endorsed, later, person, requested, told
from tests.replay.ground import opened as opened_world
from tests.replay.memory import MemoryReplays

OTHER = "rpl-" + "b" * 32


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    if request.param == "memory":
        return in_memory(MemoryReplays())
    return in_postgres("replay", Replays(), request.getfixturevalue("database"))


async def test_what_is_saved_is_what_is_loaded(opened):
    one = Told()
    one.hear(requested())
    replay = one.state
    async with opened as (store, conn):
        assert (await store.load(conn, [replay.replay_id, person(1)], [])).states == {}
        await store.save(conn, {replay.replay_id: replay}, Ground(), [])
        assert (await store.load(conn, [OTHER, replay.replay_id], [])).states == {replay.replay_id: replay}
        one.hear(endorsed(replay.replay_id, "0" * 64, later(1)))
        await store.save(conn, {replay.replay_id: one.state}, Ground(), [])
        assert (await store.load(conn, [replay.replay_id], [])).states == {replay.replay_id: one.state}
        await store.save(conn, {}, Ground(), [])


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_told_is_one_row_a_message_whatever_the_order_of_its_facts(database, seed):
    first = told(1, 1, BEGIN - timedelta(days=1))
    message = first.event.message_id
    facts = [
        first,
        told(2, 1, BEGIN - timedelta(hours=1)),
        again("rpl-" + "1" * 32, message, BEGIN, person(1)),
        again("rpl-" + "1" * 32, message, BEGIN, person(1), other="msg-new"),
    ]
    random.Random(seed).shuffle(facts)  # an order, not a secret
    async with opened_world(database) as world:
        for one in facts:
            await world.hear(one)
        async with world.database.connection() as conn:
            rows = await conn.fetch("SELECT message_id, original_id, replay_id, made_at FROM told ORDER BY message_id")
    assert [(row["message_id"], row["original_id"], row["replay_id"] is None) for row in rows] == sorted([
        (message, None, True), (told(2, 1, BEGIN).event.message_id, None, True), ("msg-new", message, False),
    ])  # fmt: skip
    assert rows[0]["made_at"] == BEGIN - timedelta(days=1)
