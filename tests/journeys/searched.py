"""Every place in which a running hub, and then a stopped one, keeps or shows anything; and a word leaked into each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from contracts import topics
from services.plumbing import deadletters
from services.plumbing.access import KafkaAccess
from services.plumbing.passwords import Passwords
from services.plumbing.standing import standing
from tests.journeys.marked_record import content
from tests.journeys.marks import Found, found_in
from tests.journeys.outside import SILENT

AGENCYS_OWN = re.compile(r"agency\.[a-z0-9-]+\.(to-hub|from-hub)")
_LANE_FOLDER = re.compile(r"agency\.[a-z0-9-]+\.(to-hub|from-hub)-\d+")
LEAKS = ("log", "shown", "summary", "heartbeat", "key", "header", "body", "group", "text", "bytes", "hidden")
"""Kinds of places; what leaks there lies in the servers' files, too."""
KAFKA_FILE, POSTGRES_FILE = "kafka file", "postgres file"
_LETTER = """
INSERT INTO eligibility.dead_letters
    (topic, partition, record_offset, appended_at, digest, content, wrapped, type, reason, cause)
VALUES ('leak', 0, 0, now(), '', '', false, $1, 'failed', $1)
"""
_BEAT = """
INSERT INTO eligibility.heartbeats
    (instance, started_at, beat_at, state, partitions, lag, handled, parked_lanes, trouble)
VALUES ('leak', now(), now(), 'stopped', 0, 0, 0, '{}', $1)
"""


def leak(kind: str) -> str:
    return f"zzleak{kind}z"


def access_to(hub: dict[str, Any]) -> KafkaAccess:
    return KafkaAccess(hub["kafka"], "hub", Passwords(Path(hub["state"]) / "secrets").of("hub"))


def _admin(access: KafkaAccess) -> AdminClient:
    return AdminClient(access.for_librdkafka(), logger=SILENT)


async def leaked(hub: dict[str, Any]) -> None:
    """Put a word into each kind of place in which one could be."""
    (Path(hub["state"]) / "logs" / "leak.log").write_text(leak("log"))
    conn = await asyncpg.connect(hub["postgres"])
    try:
        await conn.execute("CREATE TABLE public.leaks (text text, bytes bytea, hidden bytea)")
        hidden = b"enpsZWFraGlkZGVueg=="
        await conn.execute("INSERT INTO public.leaks VALUES ($1, $2, $3)", leak("text"), leak("bytes").encode(), hidden)
        await conn.execute(_LETTER, leak("summary"))
        await conn.execute(_BEAT, leak("heartbeat"))
        await conn.execute("CHECKPOINT")
    finally:
        await conn.close()
    access = access_to(hub)
    admin = _admin(access)
    for made in admin.create_topics([NewTopic("leaks", 1, 1)]).values():
        await asyncio.to_thread(made.result)
    async with AIOKafkaProducer(**access.for_aiokafka()) as producer:
        header = [("leak", leak("header").encode())]
        await producer.send_and_wait("leaks", leak("body").encode(), key=leak("key").encode(), headers=header)
    async with AIOKafkaConsumer(group_id=leak("group"), **access.for_aiokafka()) as consumer:
        consumer.assign([TopicPartition("leaks", 0)])
        await consumer.commit({TopicPartition("leaks", 0): 1})


async def everywhere(hub: dict[str, Any]) -> list[Found]:
    """What is found in a running hub: logs, rows, summaries, records of the hub's own topics, groups."""
    found = [
        one for file in sorted((Path(hub["state"]) / "logs").iterdir())
        for one in found_in("log", file.name, file.read_bytes())
    ]  # fmt: skip
    found += await _in_tables(hub["postgres"])
    found += await _in_summaries(hub["postgres"])
    access = access_to(hub)
    admin = _admin(access)
    for group in (await asyncio.to_thread(admin.list_consumer_groups().result)).valid:
        found += found_in("group", "groups", group.group_id.encode())
    return found + [one async for one in _in_topics(access)]


async def _in_tables(dsn: str) -> list[Found]:
    found: list[Found] = []
    conn = await asyncpg.connect(dsn)
    try:
        tables = await conn.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in tables:
            for row in await conn.fetch(f'SELECT * FROM "{schema}"."{table}"'):  # noqa: S608  # names from the catalogue
                for column, value in dict(row).items():
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    kind = "bytes" if isinstance(value, bytes) else "text"
                    found += found_in(kind, f"{schema}.{table}.{column}", raw, hidden=isinstance(value, bytes))
    finally:
        await conn.close()
    return found


async def _in_summaries(dsn: str) -> list[Found]:
    found: list[Found] = []
    for name in topics.SERVICES:
        stands = await standing(dsn, name)
        found += found_in("summary", f"{name}: what is parked", str(stands.parked).encode())
        found += found_in("heartbeat", f"{name}: heartbeats", str(stands.instances).encode())
        conn = await asyncpg.connect(dsn, server_settings={"search_path": name})
        try:
            for group in await deadletters.groups(conn):
                found += found_in("summary", f"{name}: dead letters", str(astuple(group)).encode())
        finally:
            await conn.close()
    return found


async def _in_topics(access: KafkaAccess) -> Any:
    """Every record of every topic: keys and headers of all, the bodies of all but the agencies' own."""
    consumer = AIOKafkaConsumer(auto_offset_reset="earliest", **access.for_looking())
    await consumer.start()
    try:
        there = (await asyncio.to_thread(_admin(access).list_topics, timeout=30)).topics
        places = [
            TopicPartition(name, number)
            for name in sorted(there)
            if not name.startswith("__")
            for number in there[name].partitions
        ]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    for one in _in_record(place.topic, record):
                        yield one
    finally:
        await consumer.stop()


def _in_record(topic: str, record: Any) -> Iterator[Found]:
    if not topic.endswith(".to-hub"):
        headers = b"\n".join(name.encode() + b":" + (value or b"") for name, value in record.headers)
        yield from found_in("header", topic, headers)
        yield from found_in("key", topic, record.key or b"")
    if not AGENCYS_OWN.fullmatch(topic):
        yield from found_in("body", topic, record.value or b"", hidden=True)


def in_files(state: Path) -> list[Found]:
    """What is found in the servers' own files once they have stopped.

    Not in the folders of the agencies' own topics: what an agency says is in the clear until it is admitted and its
    segment has rolled, ten minutes by `deploy/topics.toml`; and on its lane it may have what a permission gives it.
    """
    found: list[Found] = []
    for file in sorted(state.rglob("*")):
        inside = file.relative_to(state)
        if not file.is_file() or file.is_symlink() or inside.parts[0] in {"logs", "secrets"}:
            continue
        if any(_LANE_FOLDER.fullmatch(part) for part in inside.parts):
            continue
        kind = KAFKA_FILE if inside.parts[0] == "kafka" else POSTGRES_FILE
        found += found_in(kind, str(inside), content(file))
    return found
