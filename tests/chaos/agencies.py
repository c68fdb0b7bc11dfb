"""All agencies of a caseload at once, as clients that lose nothing themselves: they hear every lane, and answer."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import Any, Self

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from contracts import topics
from contracts.envelope import STRUCTURED, Fact
from contracts.reading import read
from services.plumbing.access import KafkaAccess
from tests.journeys import cast
from tests.journeys.cast import Case, Cast
from tests.journeys.ends import Ends, differences, ends

SILENT = logging.getLogger("tests.chaos.librdkafka")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False
_DELIVERED_MS = 300_000


class Agencies:
    """Plays a caseload through the hub's own door, whose topics alone say who speaks, in a thread of its own.

    It also reads what the hub says to itself, so that nothing can be lost or doubled unseen.
    """

    def __init__(self, access: KafkaAccess, cases: list[Case], now: datetime, *, pace_seconds: float) -> None:
        """`pace_seconds` lie between one referral and the next."""
        self.cast = Cast(cases, now)
        self.holding = threading.Event()
        """While set, answers to offers are kept back."""
        self.undelivered: list[str] = []
        self.records: dict[tuple[str, str, str], list[bytes]] = defaultdict(list)
        """By topic, source and id: the digest of each record that stands there."""
        self._facts: dict[str, list[Fact]] = {topic: [] for topic in topics.HUB_TOPICS}
        self._mine = {case.tag for case in cases}
        self._waiting = deque(cases)
        self._held: list[cast.Message] = []
        self._pace, self._next_at = pace_seconds, 0.0
        self._over = threading.Event()
        self._lock = threading.Lock()
        how = access.for_librdkafka()
        self._producer = Producer(
            {**how, "enable.idempotence": True, "linger.ms": 0, "delivery.timeout.ms": _DELIVERED_MS}, logger=SILENT
        )
        self._consumer = Consumer(
            {**how, "group.id": "the agencies", "enable.auto.commit": False, "auto.offset.reset": "earliest"},
            logger=SILENT,
        )
        self._thread = threading.Thread(target=self._live, name="the agencies")

    def __enter__(self) -> Self:
        # From here on: what was played in this world before is not of this caseload.
        self._consumer.assign([TopicPartition(*where, self._end(*where)) for where in self._everywhere()])
        for message in cast.places(f"-{min(self._mine)}"):
            self._send(message)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._producer.flush(10)
        self._consumer.close()

    @property
    def begun(self) -> bool:
        """Whether every case was referred."""
        return not self._waiting

    def release(self) -> None:
        """Give the answers that were kept back, and wait until Kafka has them."""
        self.holding.clear()
        with self._lock:
            held, self._held = self._held, []
            for message in held:
                self._send(message)
        assert self._producer.flush(60) == 0

    def ends(self) -> Ends:
        """How every case stands by now."""
        with self._lock:
            return ends(self.cast, self._facts)

    def differences(self, expected: Ends) -> list[str]:
        return differences(expected, self.ends())

    def facts(self, topic: str) -> list[Fact]:
        """What stands on a topic of the hub by now."""
        with self._lock:
            return list(self._facts[topic])

    def told_twice_with_other_words(self) -> list[tuple[str, str, str]]:
        """Ids under which two different records stand: every reader would believe one of them and drop the other."""
        with self._lock:
            return [name for name, digests in self.records.items() if len(set(digests)) > 1]

    def _everywhere(self) -> list[tuple[str, int]]:
        known = self._producer.list_topics(timeout=60).topics
        wanted = {*topics.HUB_TOPICS, *map(topics.from_hub, cast.LISTENING)}
        return [(name, number) for name in sorted(wanted) for number in known[name].partitions]

    def _end(self, topic: str, partition: int) -> int:
        return self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=60)[1]

    def _live(self) -> None:
        while not self._over.is_set():
            self._begin()
            self._producer.poll(0)
            for message in self._consumer.consume(200, timeout=0.1):
                if message.error() is None:
                    with self._lock:
                        self._hear(message)
                elif not message.error().retriable() and message.error().fatal():
                    raise KafkaException(message.error())

    def _begin(self) -> None:
        if self._waiting and time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + self._pace
            with self._lock:
                for message in self.cast.opening(self._waiting.popleft()):
                    self._send(message)

    def _hear(self, message: Message) -> None:
        topic, headers = message.topic(), message.headers() or []
        fact = read(headers, message.value())
        named = (topic, fact.source, fact.id)
        self.records[named].append(_digest(headers, message.value()))
        if topic in self._facts:
            self._facts[topic].append(fact)
            return
        slug = topic.removeprefix("agency.").removesuffix(".from-hub")
        if not self._concerns(fact):
            return
        for answer in self.cast.hear(slug, fact):
            if self.holding.is_set() and answer.type.startswith("offer."):
                self._held.append(answer)
            else:
                self._send(answer)

    def _concerns(self, fact: Fact) -> bool:
        """Whether the message is about this caseload, and not about one that was played here before."""
        event: Any = fact.event
        if event.name == "message.refused":
            return event.refusal.message_id.partition("-")[0] in self._mine
        tag = getattr(event, "language", None)
        if tag is None and getattr(event, "incident_number", None):
            tag = event.incident_number.removeprefix("J-")
        if tag is None and getattr(event, "source_reference", None):
            tag = event.source_reference.removeprefix("J-")
        if tag is not None:
            return tag in self._mine
        return (
            event.name == "review.called"
            or getattr(event, "offer_id", None) in self.cast._offers
            or bool(getattr(event, "onward_id", None))
        )

    def _send(self, message: cast.Message) -> None:
        self._producer.produce(
            topics.to_hub(message.agency),
            message.body(datetime.now(UTC)),
            headers={"content-type": STRUCTURED},
            on_delivery=lambda error, _: self.undelivered.append(str(error)) if error else None,
        )


def _digest(headers: list[tuple[str, bytes]], body: bytes | None) -> bytes:
    # When the same thing is said again is no other thing said; the sealing of a record is.
    text = b"\n".join(name.encode() + b":" + (value or b"") for name, value in headers)
    return hashlib.blake2b(text + b"\n\n" + (body or b""), digest_size=16).digest()
