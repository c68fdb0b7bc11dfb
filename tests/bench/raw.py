"""The raw limit: aiokafka and asyncpg alone, in one loop, doing the same reads and writes of the same bytes.

No service, no contract beyond decoding the event: what is left is what Kafka, PostgreSQL and Python cost. The hub's own
loop is measured as a ratio to this one, in the same run, on the same topic.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

if TYPE_CHECKING:
    from contracts.event import Event

TABLES = """
CREATE TABLE inbox (source text, id text, delivery text, digest bytea, PRIMARY KEY (source, id, delivery));
CREATE TABLE states (key text PRIMARY KEY, state text NOT NULL);
CREATE TABLE outbox (id bigserial PRIMARY KEY, topic text NOT NULL, key bytea, headers text, value bytea);
"""


@dataclass(frozen=True)
class Work:
    """One service's work by its bytes: what comes in, what is kept, what goes out for each event."""

    topic: str
    event: type[Event]
    out_topic: str
    state: str
    """One state as the service saves it."""
    outputs: tuple[tuple[str, bytes], ...]
    """Headers (as saved) and value of each message that one event leads to."""


async def raw_loop(kafka: dict[str, Any], dsn: str, schema: str, work: Work, count: int, batch: int) -> float:
    """Handle `count` events in batches; return seconds, from the first fetch to the last committed offset."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": schema})
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    await connection.execute(TABLES)
    consumer = AIOKafkaConsumer(
        work.topic,
        group_id=f"bench.{schema}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=batch,
        **kafka,
    )
    await consumer.start()
    stop = asyncio.Event()
    relay = asyncio.create_task(_relay(kafka, dsn, schema, stop))
    began, done = 0.0, 0
    while done < count:
        fetched = await consumer.getmany(timeout_ms=1_000, max_records=batch)
        records = [record for of_partition in fetched.values() for record in of_partition]
        if not records:
            continue
        began = began or time.perf_counter()
        async with connection.transaction():
            await _one_batch(connection, work, records)
        await consumer.commit()
        done += len(records)
    seconds = time.perf_counter() - began
    stop.set()
    await relay
    await consumer.stop()
    await connection.close()
    return seconds


async def _one_batch(connection: Any, work: Work, records: list[Any]) -> None:
    ids, sources, keys = [], [], []
    for record in records:
        headers = {name: value.decode() for name, value in record.headers}
        work.event.model_validate_json(record.value)
        ids.append(headers["ce_id"])
        sources.append(headers["ce_source"])
        keys.append(record.key.decode())
    await connection.fetch(
        "INSERT INTO inbox SELECT s, i, '', '\\x00'::bytea FROM unnest($1::text[], $2::text[]) AS t(s, i) "
        "ON CONFLICT DO NOTHING RETURNING id",
        sources,
        ids,
    )
    wanted = sorted(set(keys))
    await connection.fetch("SELECT key, state FROM states WHERE key = ANY($1) ORDER BY key FOR UPDATE", wanted)
    await connection.execute(
        "INSERT INTO states SELECT k, $2 FROM unnest($1::text[]) AS t(k) "
        "ON CONFLICT (key) DO UPDATE SET state = excluded.state",
        wanted,
        work.state,
    )
    out = [(key.encode(), headers, value) for key in keys for headers, value in work.outputs]
    await connection.execute(
        "INSERT INTO outbox (topic, key, headers, value) "
        "SELECT $1, k, h, v FROM unnest($2::bytea[], $3::text[], $4::bytea[]) AS t(k, h, v)",
        work.out_topic,
        [row[0] for row in out],
        [row[1] for row in out],
        [row[2] for row in out],
    )


async def _relay(kafka: dict[str, Any], dsn: str, schema: str, stop: asyncio.Event) -> None:
    connection = await asyncpg.connect(dsn, server_settings={"search_path": schema})
    producer = AIOKafkaProducer(acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=131_072, **kafka)
    await producer.start()
    while not stop.is_set():
        async with connection.transaction():
            rows = await connection.fetch(
                "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 1000) "
                "RETURNING id, topic, key, headers, value"
            )
            sent = [
                await producer.send(
                    row["topic"], row["value"], key=row["key"], headers=[("headers", row["headers"].encode())]
                )
                for row in sorted(rows, key=lambda row: row["id"])
            ]
            await asyncio.gather(*sent)
        if not rows:
            await asyncio.sleep(0.02)
    await producer.stop()
    await connection.close()
