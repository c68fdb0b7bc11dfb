"""Kafka's part: the hub's topics from their beginnings, what nobody has read yet, and how far everybody has read.

Nothing in a topic of the hub is ever removed, so that the same records in the same order have the same offsets again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import (
    OFFSET_INVALID,
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)  # fmt: skip
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it exports these without saying so
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    OffsetSpec,
    ResourceType,
)  # fmt: skip

from contracts import topics
from services.backups.manifest import Stand
from services.plumbing.administration import SILENT
from services.plumbing.service import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from services.plumbing.access import KafkaAccess

Place = tuple[str, int]
"""A topic and a partition."""
SECONDS: Final = 30.0
LONGEST: Final = 120.0
"""How long a broker that has just begun may take to know who keeps the groups."""
_EARLIEST: Final[Any] = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_LATEST: Final[Any] = OffsetSpec.latest()  # type: ignore[no-untyped-call]
_SOON: Final = (
    KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError._TIMED_OUT,  # noqa: SLF001  # librdkafka names its own codes so
)  # fmt: skip
"""A broker that has just begun says so."""
_READ_AT_ONCE: Final = 2_000
KEPT_WHOLE: Final = (*topics.HUB_TOPICS, *(topics.redelivery(service) for service in topics.SERVICES))
"""The topics that a backup holds from their beginning."""


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets of a partition that are to be read: from `first`, before `end`."""

    first: int
    end: int


class Log:
    """Asks and reads Kafka as the hub's own user. Everything here may take long and runs in threads.

    Topics and groups have the names here that the site itself has for them; what is another site's is not seen.
    """

    def __init__(self, access: KafkaAccess) -> None:
        """Connects with the first question."""
        self._access = access
        self._admin: Any = None

    async def busy(self) -> list[str]:
        """Name the services that read now."""
        return await asyncio.to_thread(self._busy)

    async def stands(self) -> list[Stand]:
        """Return how far the hub's and the agencies' consumer groups have read."""
        return await asyncio.to_thread(self._stands)

    async def spans(self, names: Iterable[str]) -> dict[Place, Span]:
        """Return, for each partition of these topics, what it holds. Topics that are not there have none."""
        return await asyncio.to_thread(self._spans, set(names))

    async def read(self, spans: Mapping[Place, Span], take: Callable[[Record], None]) -> None:
        """Give every record of these spans to `take`, each partition's in order."""
        await _in_thread(lambda stop: self._read(spans, take, stop))

    async def written(self, records: Iterable[Record], then: Callable[[int], None]) -> None:
        """Append the records where they stood, with their own times; `then` hears how many were."""
        await _in_thread(lambda stop: self._written(records, then, stop))

    async def stood(self, stands: Iterable[Stand]) -> None:
        """Let consumer groups stand where they stood; none of them may be reading."""
        await asyncio.to_thread(self._stood, list(stands))

    async def keeping_times(self, names: Iterable[str], *, own: bool) -> None:
        """Let topics keep the records' own times, or stamp them with the broker's, as agencies' topics always do."""
        await asyncio.to_thread(self._keeping_times, list(names), "CreateTime" if own else "LogAppendTime")

    async def names(self) -> list[str]:
        """Name all topics that are there."""
        return await asyncio.to_thread(lambda: sorted(self._own(self._client.list_topics(timeout=SECONDS).topics)))

    def _own(self, names: Iterable[str]) -> dict[str, str]:
        """Return the site's own among the names in Kafka: each by the name that the site has for it."""
        return {own: name for name in names if (own := self._access.inside(name)) is not None}

    @property
    def _client(self) -> Any:
        if self._admin is None:
            self._admin = AdminClient(self._access.for_librdkafka(), logger=SILENT)
        return self._admin

    def _busy(self) -> list[str]:
        groups = {self._access.outside(topics.group(service)): service for service in topics.SERVICES}

        def ask() -> dict[str, Any]:
            found = self._client.describe_consumer_groups(list(groups), request_timeout=SECONDS)
            return {group: answer.result().state for group, answer in found.items()}

        idle = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)
        return [groups[group] for group, state in _settled(ask).items() if state not in idle]

    def _stands(self) -> list[Stand]:
        listed = self._client.list_consumer_groups(request_timeout=SECONDS).result().valid
        ours = self._own(one.group_id for one in listed)
        found: list[Stand] = []
        for group in sorted(one for one in ours if one.startswith(("hub.", "agency."))):
            answer = _settled(partial(self._stand, ours[group]))
            found += [
                Stand(group=group, topic=own, partition=one.partition, offset=one.offset)
                for one in answer.topic_partitions
                if one.offset >= 0 and (own := self._access.inside(one.topic)) is not None
            ]
        return found

    def _stand(self, group: str) -> Any:
        asked = [ConsumerGroupTopicPartitions(group)]
        return self._client.list_consumer_group_offsets(asked, request_timeout=SECONDS)[group].result()

    def _spans(self, names: set[str]) -> dict[Place, Span]:
        there = self._client.list_topics(timeout=SECONDS).topics
        own = self._own(there)
        places = [(name, number) for name in sorted(names & own.keys()) for number in there[own[name]].partitions]
        first, end = self._offsets(places, _EARLIEST), self._offsets(places, _LATEST)
        return {place: Span(first[place], end[place]) for place in places}

    def _offsets(self, places: list[Place], spec: Any) -> dict[Place, int]:
        if not places:
            return {}
        asked = {self._partition(*place): spec for place in places}
        answers = self._client.list_offsets(asked, request_timeout=SECONDS)
        return {(self._inside(one.topic), one.partition): answer.result().offset for one, answer in answers.items()}

    def _partition(self, topic: str, number: int, offset: int = OFFSET_INVALID) -> TopicPartition:
        return TopicPartition(self._access.outside(topic), number, offset)

    def _inside(self, topic: str | None) -> str:
        return self._access.inside(topic or "") or ""

    def _read(self, spans: Mapping[Place, Span], take: Callable[[Record], None], stop: threading.Event) -> None:
        left = {place: span.end for place, span in spans.items() if span.first < span.end}
        settings = {
            **self._access.for_librdkafka(), "group.id": self._access.outside("hub.backup"),
            "enable.auto.commit": False, "auto.offset.reset": "error",
        }  # fmt: skip
        consumer = Consumer(settings, logger=SILENT)
        try:
            consumer.assign([self._partition(*place, spans[place].first) for place in left])
            while left and not stop.is_set():
                for one in consumer.consume(_READ_AT_ONCE, timeout=1.0):
                    _require_read(one)
                    record = _record(one, self._inside(one.topic()))
                    place = (record.topic, record.partition)
                    if record.offset < left.get(place, 0):
                        take(record)
                        if record.offset + 1 >= left[place]:
                            del left[place]
        finally:
            consumer.close()

    def _written(self, records: Iterable[Record], then: Callable[[int], None], stop: threading.Event) -> None:
        # Not compressed: not every reader of an agency opens every codec.
        settings = {**self._access.for_librdkafka(), "enable.idempotence": True, "linger.ms": 20}
        producer = Producer(settings, logger=SILENT)
        failed: list[str] = []

        def told(error: Any, _: Any) -> None:
            if error is not None:
                failed.append(error.str())

        for record in records:
            if stop.is_set() or failed:
                break
            _append(producer, self._access.outside(record.topic), record, told)
            then(1)
        waiting = producer.flush(LONGEST)
        if failed or waiting:
            raise OSError(failed[0] if failed else "Kafka did not take all records in time")

    def _stood(self, stands: list[Stand]) -> None:
        by_group: dict[str, list[TopicPartition]] = {}
        for one in stands:
            place = self._partition(one.topic, one.partition, one.offset)
            by_group.setdefault(self._access.outside(one.group), []).append(place)
        for group, places in by_group.items():
            _settled(partial(self._stood_one, ConsumerGroupTopicPartitions(group, places)))

    def _stood_one(self, asked: Any) -> None:
        self._client.alter_consumer_group_offsets([asked], request_timeout=SECONDS)[asked.group_id].result()

    def _keeping_times(self, names: list[str], kind: str) -> None:
        entry = ConfigEntry("message.timestamp.type", kind, incremental_operation=AlterConfigOpType.SET)
        asked = [
            ConfigResource(ResourceType.TOPIC, self._access.outside(name), incremental_configs=[entry])
            for name in names
        ]
        if asked:
            for answer in self._client.incremental_alter_configs(asked, request_timeout=SECONDS).values():
                answer.result()


def _settled(ask: Callable[[], Any]) -> Any:
    """Ask again while a broker that has just begun looks for who keeps the groups."""
    until = time.monotonic() + LONGEST
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in _SOON or time.monotonic() > until:
                raise
        time.sleep(0.2)


def _require_read(message: Any) -> None:
    if message.error():
        raise OSError(message.error().str())


def _record(message: Any, topic: str) -> Record:
    at = datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC)
    headers = tuple((name, value) for name, value in message.headers() or ())
    return Record(
        topic, message.partition(), message.offset(), at, headers, message.key(), message.value()
    )  # fmt: skip


def _append(producer: Any, topic: str, record: Record, told: Any) -> None:
    whole = {
        "topic": topic, "partition": record.partition, "key": record.key, "value": record.body,
        "headers": list(record.headers), "timestamp": round(record.appended_at.timestamp() * 1000), "on_delivery": told,
    }  # fmt: skip
    while True:
        try:
            producer.produce(**whole)
            producer.poll(0)
        except BufferError:
            producer.poll(0.1)
        else:
            return


async def _in_thread(work: Callable[[threading.Event], None]) -> None:
    """Run in a thread; where the wait for it is cancelled, it ends soon instead of going on behind the scenes."""
    stop = threading.Event()
    try:
        await asyncio.to_thread(work, stop)
    finally:
        stop.set()
