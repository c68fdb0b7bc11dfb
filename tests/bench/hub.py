"""The hub under load: a real `hub up` in a process of its own, seen from outside, through agencies' own credentials."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import sys
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer

from contracts import topics
from contracts.catalogue import CapacityReported, ReferralSubmitted
from contracts.envelope import Envelope, Fact, agency_source, written
from contracts.parts import EstimatedAge, PersonDetails, Reach, Whereabouts
from contracts.words import Agreement, Door, HelpType, SourceKind
from services.local.ground import AGENCIES
from services.plumbing.passwords import Passwords

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

OFFICE = "whatcom-lead-program-office"
FIRST_CONTACTS = (
    "opportunity-council",
    "lake-whatcom-center",
    "northwest-youth-services",
    "catholic-community-services",
)
HUB = "hub"
PLACES = 100_000
MOST_SECONDS = 1_800


@dataclass
class RunningHub:
    """A hub in its own process."""

    process: Any
    facts: dict[str, Any]

    def memory(self) -> int:
        """Return the resident bytes of the process in which all services run."""
        return int(psutil.Process(self.facts["pids"]["hub"]).memory_info().rss)

    def access(self, slug: str) -> dict[str, Any]:
        """Return how an aiokafka client logs in as the agency."""
        password = Passwords(Path(self.facts["state"]) / "secrets" / AGENCIES).of(slug)
        return _login(self.facts["agency_kafka"], slug, password)

    def own_access(self) -> dict[str, Any]:
        """Return how an aiokafka client logs in as the hub itself."""
        return _login(self.facts["kafka"], HUB, Passwords(Path(self.facts["state"]) / "secrets").of(HUB))


def _login(bootstrap: str, user: str, password: str) -> dict[str, Any]:
    return {
        "bootstrap_servers": bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": password,
    }


@asynccontextmanager
async def running_hub(state: Path) -> AsyncIterator[RunningHub]:
    """Start `hub up --json` on an empty state folder; stop it at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "up", "--json", "--state", str(state),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = await asyncio.wait_for(process.stdout.readline(), 300)
        yield RunningHub(process, json.loads(first))
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


def referral(number: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return one community referral, as the program office enters it."""
    now = datetime.now(UTC)
    event = ReferralSubmitted(
        door=Door.COMMUNITY,
        source_kind=SourceKind.BUSINESS,
        source_reference=f"BENCH-{number}",
        referred_at=now,
        person=PersonDetails(preferred_name=f"Sample {number}", estimated_age=EstimatedAge(from_years=30, to_years=40)),
        reach=Reach(usual_places=("by the sample fountain",)),
        location=Whereabouts(area="bellingham"),
        agreement=Agreement.AGREED,
        needs=(HelpType.MEAL, HelpType.SHELTER),
        reason="often without a coat",
    )
    source = agency_source(OFFICE)
    return written(Fact(event, Envelope(id=f"bench-{number}", source=source, type=event.name, at=now)))


class Lanes:
    """Counts the offers on the lanes of all case-management agencies, and when each came.

    Read by another Kafka client in threads, so that looking costs the machine as little as it can.
    """

    def __init__(self, hub: RunningHub) -> None:
        """Nothing is read yet."""
        self.seen_at: dict[str, float] = {}
        """When each offer was read, by its id."""
        self.ids: dict[str, str] = {}
        """The hub's id of each referral, by the sender's, from the acknowledgements."""
        self._hub = hub
        self._ended = threading.Event()

    @contextmanager
    def watched(self) -> Iterator[Lanes]:
        """Read until the end."""
        threads = [threading.Thread(target=self._one, args=(slug,)) for slug in (OFFICE, *FIRST_CONTACTS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()

    async def until(self, offers: int) -> None:
        """Wait until so many offers and as many receipts were read.

        Raises:
            TimeoutError: they did not come.
        """
        end = time.monotonic() + MOST_SECONDS
        while min(len(self.seen_at), len(self.ids)) < offers:
            if time.monotonic() > end:
                msg = f"Only {len(self.seen_at)} of {offers} offers came; `hub status` shows what waits."
                raise TimeoutError(msg)
            await asyncio.sleep(0.005)

    async def seconds(self, sent_at: dict[str, float]) -> list[float]:
        """Return for each submission the seconds until its first offer was read, sorted."""
        seen: dict[str, float] = {}
        for offer, referral_id in (await self._offered()).items():
            if offer in self.seen_at:
                seen[referral_id] = min(self.seen_at[offer], seen.get(referral_id, math.inf))
        return sorted(seen[self.ids[one]] - at for one, at in sent_at.items())

    async def _offered(self) -> dict[str, str]:
        """Return the referral of each offer: a lane does not tell it, so the hub's own facts are asked."""
        consumer = AIOKafkaConsumer(topics.ASSIGNMENTS, auto_offset_reset="earliest", **self._hub.own_access())
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            found: dict[str, str] = {}
            for partition, end in ends.items():
                while await consumer.position(partition) < end:
                    for record in (await consumer.getmany(partition, timeout_ms=1_000)).get(partition, []):
                        if dict(record.headers)["ce_type"] == b"assignment.offered":
                            offered = json.loads(record.value)
                            found[offered["offer_id"]] = offered["referral_id"]
            return found
        finally:
            await consumer.stop()

    def _one(self, slug: str) -> None:
        access = self._hub.access(slug)
        consumer = Consumer({
            "bootstrap.servers": access["bootstrap_servers"],
            "security.protocol": access["security_protocol"],
            "sasl.mechanism": access["sasl_mechanism"],
            "sasl.username": access["sasl_plain_username"],
            "sasl.password": access["sasl_plain_password"],
            "group.id": f"{topics.agency_group_prefix(slug)}bench",
            "auto.offset.reset": "earliest",
        })  # fmt: skip
        consumer.subscribe([topics.from_hub(slug)])
        while not self._ended.is_set():
            # With few messages each is read as it comes; with many, many at a time.
            first = consumer.poll(0.2)
            for message in [] if first is None else [first, *consumer.consume(500, 0)]:
                self._read(message)
        consumer.close()

    def _read(self, message: Any) -> None:
        if message.error():
            return
        headers = dict(message.headers() or ())
        if headers.get("ce_type") == b"offer.made":
            self.seen_at[json.loads(message.value())["offer_id"]] = time.perf_counter()
        elif headers.get("ce_type") == b"referral.acknowledged":
            self.ids[headers["ce_causationid"].decode()] = json.loads(message.value())["referral_id"]


async def make_room(hub: RunningHub) -> None:
    """Let every case-management agency report more places than the run needs."""
    for slug in FIRST_CONTACTS:
        producer = AIOKafkaProducer(**hub.access(slug))
        await producer.start()
        event = CapacityReported(places=PLACES)
        envelope = Envelope(id="bench-room", source=agency_source(slug), type=event.name, at=datetime.now(UTC))
        body, headers = written(Fact(event, envelope))
        await producer.send_and_wait(topics.to_hub(slug), body, headers=headers)
        await producer.stop()
    await asyncio.sleep(3)


async def saturated(hub: RunningHub, lanes: Lanes, first: int, count: int) -> float:
    """Submit `count` referrals as fast as Kafka takes them; return seconds until the last offer is on its lane."""
    producer = AIOKafkaProducer(linger_ms=5, max_batch_size=131_072, acks="all", **hub.access(OFFICE))
    await producer.start()
    goal = len(lanes.seen_at) + count
    submitted = [referral(number) for number in range(first, first + count)]
    began = time.perf_counter()
    for body, headers in submitted:
        await producer.send(topics.to_hub(OFFICE), body, headers=headers)
    await producer.flush()
    await lanes.until(goal)
    seconds = time.perf_counter() - began
    await producer.stop()
    return seconds


async def at_a_steady_rate(hub: RunningHub, lanes: Lanes, first: int, each_second: float, count: int) -> list[float]:
    """Submit at a steady rate; return for each referral the seconds from submission to its offer's being read."""
    producer = AIOKafkaProducer(linger_ms=0, acks="all", **hub.access(OFFICE))
    await producer.start()
    goal = len(lanes.seen_at) + count
    sent_at = {}
    for number in range(first, first + count):
        body, headers = referral(number)
        sent_at[f"bench-{number}"] = time.perf_counter()
        await producer.send_and_wait(topics.to_hub(OFFICE), body, headers=headers)
        await asyncio.sleep(max(0.0, 1 / each_second - (time.perf_counter() - sent_at[f"bench-{number}"])))
    await lanes.until(goal)
    await producer.stop()
    return await lanes.seconds(sent_at)
