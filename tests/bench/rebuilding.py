"""A service rebuilt from the log, and beside it the least that this could cost: fetch, decode, save."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from rich.console import Console

from contracts import topics
from contracts.reading import read
from services.local import rebuilds
from services.local.platform import Platform
from services.plumbing.keystore import ensure_keys
from services.plumbing.passwords import Passwords
from services.plumbing.rebuilding import Rebuilding
from services.plumbing.rebuilding.filling import MOST, Filling
from services.plumbing.rebuilding.keeping import logged
from services.plumbing.rebuilding.reading import Log
from services.plumbing.roles import role_of
from services.sites import load_site
from tests.bench.loop import Ground, filled, laid_out

SERVICE = "eligibility"
WINDOW = 10_000
"""Time and memory at the beginning and at the end are those of so many events."""
_PIECE = 50_000
_HANDLED = """
INSERT INTO eligibility.inbox (source, id, delivery)
SELECT '/hub/intake', lpad(to_hex(number), 32, '0'), '' FROM generate_series($1::bigint, $2::bigint) AS number
"""
_STORED = (
    """
    INSERT INTO {schema}.inbox (source, id, delivery)
    SELECT '/hub/intake', md5('stored ' || number), '' FROM generate_series(1, $1::bigint) AS number
    """,
    """
    INSERT INTO {schema}.person_files (person, state)
    SELECT 'per-' || md5('stored ' || number), $2::text FROM generate_series(1, $1::bigint) AS number
    """,
)
_RAW = """
INSERT INTO raw.states SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (key) DO UPDATE SET state = excluded.state
"""
say = Console(stderr=True)


async def rebuilding(count: int, stored: int) -> dict[str, Any]:
    """Rebuild eligibility from `count` referrals, all of which it has handled, and let the raw way do the same.

    Then go on with further ones, with as many stored as before, and with `stored` of them: time an event may not grow.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with Platform.started(Path(folder)) as platform:
            ground = await laid_out(platform, load_site("whatcom"))
            say.print(f"{count} referrals into the log …")
            for first in range(0, count, _PIECE):
                await filled(ground, first, min(_PIECE, count - first))
            conn = await asyncpg.connect(ground.database)
            await conn.execute(_HANDLED, 0, count - 1)
            await conn.execute("ANALYZE eligibility.inbox")
            say.print("rebuilding …")
            told = _Told(count)
            comparison = (await _work(ground).built(told))[2]
            assert comparison.words == f"{count} rows of person_files", comparison.words
            state = await conn.fetchval("SELECT state FROM eligibility_rebuilt.person_files LIMIT 1")
            say.print("fetch, decode, save …")
            raw = await _raw(ground, conn, state, count)
            say.print(f"going on, with {count} stored and with {stored} …")
            # As they are while a rebuild is under way.
            await logged(conn, _work(ground).plan, whether=False)
            few = await _going_on(ground, conn, count)
            for schema in ("eligibility", "eligibility_rebuilt"):
                inbox, files = (sql.format(schema=schema) for sql in _STORED)
                await conn.execute(inbox, max(0, stored - count))
                await conn.execute(files, max(0, stored - count), state)
                await conn.execute(f"ANALYZE {schema}.inbox, {schema}.person_files")
            many = await _going_on(ground, conn, count + WINDOW)
            await conn.close()
    return told.found() | {
        "rebuild_events": count,
        "rebuild_per_second": round(count / told.seconds),
        "rebuild_raw_per_second": round(count / raw),
        "rebuild_to_raw": round(raw / told.seconds, 2),
        "rebuild_stored": stored,
        "rebuild_event_us_with_few": round(few * 1e6),
        "rebuild_event_us_with_stored": round(many * 1e6),
        "rebuild_stored_to_few": round(many / few, 2),
    }


async def _going_on(ground: Ground, conn: Any, first: int) -> float:
    """Let further events be folded into what is built; return seconds an event, the median over pieces."""
    await filled(ground, first, WINDOW)
    await conn.execute(_HANDLED, first, first + WINDOW - 1)
    told, work = _Told(first + WINDOW), _work(ground)
    # Without the comparison, which looks at all that is stored.
    log, owner = Log(work.kafka), await asyncpg.connect(
        ground.database, user=role_of(SERVICE), password=work.password,
        server_settings={"search_path": work.plan.schema},
    )  # fmt: skip
    await log.open()
    await Filling(work.plan, log).filled(owner, told)
    await log.close()
    await owner.close()
    return statistics.median(took for _, took in told.pieces)


def _work(ground: Ground) -> Rebuilding:
    secrets, access = ground.platform.secrets, ground.platform.hub_access
    plan = rebuilds.plan(SERVICE, ground.site, ensure_keys(secrets))
    return Rebuilding(plan, access, ground.database, Passwords(secrets / "postgres").known(role_of(SERVICE)))


class _Told:
    """Notes when how much was read, and how much memory there was."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._steps: list[tuple[int, float, int]] = []

    def __call__(self, done: int, _whole: int) -> None:
        if not self._steps or done > self._steps[-1][0] or done == 0:
            self._steps.append((done, time.perf_counter(), _memory()))

    @property
    def seconds(self) -> float:
        """From the first look to the last record."""
        return self._steps[-1][1] - self._steps[0][1]

    @property
    def pieces(self) -> list[tuple[int, float]]:
        """After how many records each piece was done, and how many seconds one of its records took."""
        return [
            (done, (at - before_at) / (done - before))
            for (before, before_at, _), (done, at, _) in zip(self._steps, self._steps[1:], strict=False)
        ]

    def found(self) -> dict[str, Any]:
        """Return time an event at the beginning and at the end, as medians over pieces, and memory at both."""
        first = statistics.median(took for done, took in self.pieces if done <= WINDOW)
        last = statistics.median(took for done, took in self.pieces if done > self._count - WINDOW)
        at_first = next(memory for done, _, memory in self._steps if done >= min(WINDOW, self._count))
        return {
            "rebuild_event_us_at_first": round(first * 1e6),
            "rebuild_event_us_at_last": round(last * 1e6),
            "rebuild_last_to_first": round(last / first, 2),
            "rebuild_memory_at_first_mib": at_first >> 20,
            "rebuild_memory_at_last_mib": self._steps[-1][2] >> 20,
        }


def _memory() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


async def _raw(ground: Ground, conn: Any, state: str, count: int) -> float:
    await conn.execute("CREATE SCHEMA raw")
    await conn.execute("CREATE TABLE raw.states (key text PRIMARY KEY, state text NOT NULL)")
    await conn.execute("SET synchronous_commit = off")
    consumer = AIOKafkaConsumer(topics.REFERRALS, auto_offset_reset="earliest", group_id=None, **ground.kafka)
    await consumer.start()
    began, done = time.perf_counter(), 0
    while done < count:
        fetched = await consumer.getmany(timeout_ms=1_000, max_records=MOST)
        records = [record for of_partition in fetched.values() for record in of_partition]
        facts = [read(record.headers, record.value) for record in records]
        if facts:
            await conn.execute(_RAW, [fact.subject for fact in facts], [state] * len(facts))
        done += len(records)
    seconds = time.perf_counter() - began
    await consumer.stop()
    return seconds
