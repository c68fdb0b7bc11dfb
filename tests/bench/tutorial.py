"""The tutorial style: FastStream with one message, one transaction and one publish at a time.

It is what a first version of such a hub looks like, and the yardstick that the batch shape is measured against. It does
the same hops on the same bytes, and keeps the same tables; it has neither outbox nor relay. As in the hub's loop and in
the raw one, the offset of what was handled is committed after its transaction: here, of each message. FastStream's
default is a timer instead, which passes over what was under way when a process died; that is measured beside it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import asyncpg
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.security import SASLScram512

from tests.bench.hops import OFFER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.hops import Hop
    from tests.bench.loop import Ground
    from tests.bench.raw import Work

TABLES = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}.inbox (source text, id text, PRIMARY KEY (source, id));
CREATE TABLE {schema}.states (key text PRIMARY KEY, state text NOT NULL);
"""


class TutorialHop:
    """One service in that style: hears a topic, keeps a row, publishes what follows, a message at a time."""

    def __init__(
        self, broker: KafkaBroker, pool: Any, schema: str, work: Work, says: Sequence[str], committing: AckPolicy
    ) -> None:
        """Subscribe to the work's topic; each message leads to one like the work's first on each topic of `says`."""
        self.handled = 0
        self._pool, self._schema, self._work, self._says = pool, schema, work, says
        subscriber = broker.subscriber(
            work.topic, group_id=f"bench.{schema}", auto_offset_reset="earliest", ack_policy=committing
        )
        subscriber(self.handle)
        self._publish = broker.publish

    async def handle(self, body: dict[str, Any], message: KafkaMessage) -> None:
        """Handle one message."""
        work = self._work
        work.event.model_validate(body)
        record = message.raw_message
        key = record.key.decode()
        async with self._pool.acquire() as connection, connection.transaction():
            new = await connection.fetchval(
                f"INSERT INTO {self._schema}.inbox VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id",
                "bench",
                f"{record.partition}/{record.offset}",
            )
            if new is None:
                return
            await connection.fetchrow(f"SELECT state FROM {self._schema}.states WHERE key = $1 FOR UPDATE", key)
            await connection.execute(
                f"INSERT INTO {self._schema}.states VALUES ($1, $2) "
                "ON CONFLICT (key) DO UPDATE SET state = excluded.state",
                key,
                work.state,
            )
        for topic in self._says:
            value = work.outputs[0][1]
            await self._publish(value, topic=topic, key=record.key, headers={"content-type": "application/json"})
        self.handled += 1


async def tutorial_loop(ground: Ground, work: Work, expected: int, committing: AckPolicy = AckPolicy.ACK) -> float:
    """Let one hop handle `expected` messages; return seconds."""
    return await _handled(ground, [(work, [work.out_topic] * len(work.outputs))], 0, expected, committing)


async def tutorial_chain(ground: Ground, work: Work, hops: Sequence[Hop], prefix: str, expected: int) -> float:
    """Let all hops work in one process until `expected` offers were made; return seconds.

    The names of their topics begin with `prefix` and a dot.
    """
    works = [(replace(work, topic=f"{prefix}.{hop.hears}"), [f"{prefix}.{one}" for one in hop.says]) for hop in hops]
    last = next(place for place, hop in enumerate(hops) if (hop.service, hop.hears) == (OFFER.service, OFFER.hears))
    return await _handled(ground, works, last, expected)


async def _handled(
    ground: Ground,
    works: Sequence[tuple[Work, Sequence[str]]],
    last: int,
    expected: int,
    committing: AckPolicy = AckPolicy.ACK,
) -> float:
    """Return the seconds from the first message that any hop has handled until the last hop has handled so many."""
    access = ground.platform.hub_access
    pool = await asyncpg.create_pool(ground.database, min_size=2, max_size=10)
    security = SASLScram512(username=access.user, password=access.password)
    broker = KafkaBroker(access.bootstrap, security=security, acks="all", enable_idempotence=True, logger=None)
    hops = []
    for work, says in works:
        schema = f"tutorial_{secrets.token_hex(4)}"
        await pool.execute(TABLES.format(schema=schema))
        hops.append(TutorialHop(broker, pool, schema, work, says, committing))
    await broker.start()
    while not any(hop.handled for hop in hops):
        await asyncio.sleep(0.002)
    end = hops[last]
    began, had = time.perf_counter(), end.handled
    while end.handled < expected:
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    await broker.stop()
    await pool.close()
    # What was handled while the hops were still starting counts for nobody.
    return seconds * expected / max(1, expected - had)
