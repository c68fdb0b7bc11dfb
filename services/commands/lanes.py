"""What lies unread on the agencies' lanes, and for how long: before it is lost, somebody should know."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient

from contracts import topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from services.commands.reach import Reach
    from services.plumbing.access import KafkaAccess
    from services.plumbing.layout import Topic

NEAR: Final = 0.8
"""The part of a lane's retention after which something unread is an alarm."""
TRYING_OUT: Final = "listen"
"""The group of `hub listen`: an operator who looks at a lane has not read it for the agency."""
_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Lane:
    """One agency's lane: what its furthest group has not read, and how old the oldest of it is."""

    slug: str
    unread: int
    oldest_unread_days: float | None
    retention_days: int

    @property
    def near_retention(self) -> bool:
        """Whether something unread will soon be gone."""
        return self.oldest_unread_days is not None and self.oldest_unread_days > NEAR * self.retention_days


async def lanes(reach: Reach) -> dict[str, Lane]:
    """Return every agency's lane. An agency without a group has read nothing."""
    agencies = reach.site.agencies
    read = await asyncio.to_thread(_read, reach, list(agencies))
    partitions = {slug: TopicPartition(reach.hub.outside(topics.from_hub(slug)), 0) for slug in agencies}
    async with _looking(reach, list(partitions.values())) as consumer:
        ends = await consumer.end_offsets(list(partitions.values()))
        begins = await consumer.beginning_offsets(list(partitions.values()))
        found = {}
        for slug, agency in agencies.items():
            partition = partitions[slug]
            at = max(read.get(slug, 0), begins[partition])
            unread = max(0, ends[partition] - at)
            age = await _age(consumer, partition, at) if unread else None
            found[slug] = Lane(slug, unread, age, agency.lane_retention_days)
        return found


def _read(reach: Reach, slugs: list[str]) -> dict[str, int]:
    """How far the furthest group of each agency has read."""
    admin = AdminClient(reach.hub.for_librdkafka())
    groups = [one.group_id for one in admin.list_consumer_groups().result(_SECONDS).valid]
    furthest: dict[str, int] = {}
    for slug in slugs:
        place = Place(reach.hub.outside(topics.from_hub(slug)), 0)
        read = [_committed(admin, group, place) for group in own_groups(reach.hub, slug, groups)]
        if read:
            furthest[slug] = max(read)
    return furthest


def _committed(admin: AdminClient, group: str, place: Place) -> int:
    """How far a group has read; 0 where it has read nothing there."""
    asked: Any = [ConsumerGroupTopicPartitions(group, [place])]
    (answer,) = admin.list_consumer_group_offsets(asked).values()
    return max((one.offset for one in answer.result(_SECONDS).topic_partitions if one.offset > 0), default=0)


async def unread_on(reach: Reach, named: Iterable[Topic]) -> dict[str, int]:
    """Return how much lies unread on each of these topics that is an agency's; those with nothing are left out.

    A lane is read by its agency, what an agency says by intake. On any other topic all is counted as read: it is facts
    of the hub, or nothing of ours.
    """
    theirs = [topic for topic in named if _agencys(reach.hub, topic)]
    read = await asyncio.to_thread(_read_on, reach, theirs)
    everywhere = [TopicPartition(topic.name, number) for topic in theirs for number in range(topic.partitions)]
    async with _looking(reach, everywhere) as consumer:
        found: dict[str, int] = {}
        for topic in theirs:
            places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
            ends, begins = await consumer.end_offsets(places), await consumer.beginning_offsets(places)
            left = sum(max(0, ends[one] - max(begins[one], read[topic.name, one.partition])) for one in places)
            found |= {topic.name: left} if left else {}
        return found


@asynccontextmanager
async def _looking(reach: Reach, places: list[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that knows all these partitions at once, for it would ask for each one's whereabouts alone.

    It reads only those that are resumed.
    """
    consumer = AIOKafkaConsumer(**reach.hub.for_looking())
    await consumer.start()
    try:
        consumer.assign(places)
        consumer.pause(*places)
        yield consumer
    finally:
        await consumer.stop()


def _read_on(reach: Reach, named: Iterable[Topic]) -> dict[tuple[str, int], int]:
    """How far the readers of each topic have read, by its name and partition."""
    admin = AdminClient(reach.hub.for_librdkafka())
    groups = [one.group_id for one in admin.list_consumer_groups().result(_SECONDS).valid]
    found = {}
    for topic in named:
        slug = topics.lane_of(reach.hub.inside(topic.name) or "")
        intake = reach.hub.outside(topics.group("intake"))
        readers = [intake] if slug is None else own_groups(reach.hub, slug, groups)
        for number in range(topic.partitions):
            read = [_committed(admin, group, Place(topic.name, number)) for group in readers]
            found[topic.name, number] = max(read, default=0)
    return found


def _agencys(access: KafkaAccess, topic: Topic) -> bool:
    own = access.inside(topic.name) or ""
    return topics.lane_of(own) is not None or topics.agency_of(own) is not None


def own_groups(access: KafkaAccess, slug: str, groups: Iterable[str]) -> list[str]:
    """Return the groups by which the agency itself reads its lane."""
    prefix = access.outside(topics.agency_group_prefix(slug))
    return [one for one in groups if one.startswith(prefix) and one != prefix + TRYING_OUT]


async def _age(consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> float | None:
    """How many days old the record at an offset is."""
    consumer.seek(partition, offset)
    consumer.resume(partition)
    came = (await consumer.getmany(partition, timeout_ms=1000, max_records=1)).get(partition)
    consumer.pause(partition)
    if not came:
        return None
    age = datetime.now(UTC) - datetime.fromtimestamp(came[0].timestamp / 1000, UTC)
    return round(age.total_seconds() / 86_400, 2)
