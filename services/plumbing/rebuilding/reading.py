"""The log from where a cursor stands: all partitions merged by the times of their records, with little in memory."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError, NotCoordinatorForGroupError

from contracts import topics
from services.plumbing.rebuilding.errors import TopicMissing
from services.plumbing.sending import KafkaAway
from services.plumbing.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from services.plumbing.access import KafkaAccess

Place = tuple[str, int]
"""A topic, by the site's own name for it, and a partition."""
_AT_ONCE: Final = 2_000
_FETCH_BYTES: Final = 256 * 1024
"""Of each partition: so much of the log is in memory at once, times the partitions, whatever its length."""
_WAIT_MILLISECONDS: Final = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """Some records in the order of their times, each partition's in its own, and where the cursor stands after them."""

    records: list[Any]
    positions: dict[Place, int]


class Log:
    """Reads the site's topics, of no group: nothing that a service has committed is touched."""

    def __init__(self, access: KafkaAccess, *, timeout: float = 30.0) -> None:
        """`timeout` seconds is how long Kafka may take to answer a question."""
        self._access = access
        self._timeout = timeout
        self._consumer: Any = None
        self._admin: Any = None

    async def open(self) -> None:
        """Connect; raises what aiokafka raises where Kafka is away."""
        options = {**self._access.for_aiokafka(), "request_timeout_ms": int(self._timeout * 1000)}
        self._consumer = AIOKafkaConsumer(
            group_id=None, enable_auto_commit=False, auto_offset_reset="none",
            max_partition_fetch_bytes=_FETCH_BYTES, fetch_max_wait_ms=20, **options,
        )  # fmt: skip
        self._admin = AIOKafkaAdminClient(**options)
        await self._consumer.start()
        await self._admin.start()

    async def close(self) -> None:
        """Disconnect. Again does nothing."""
        ends = [one.stop if one is self._consumer else one.close for one in (self._consumer, self._admin) if one]
        self._consumer = self._admin = None
        for end in ends:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(end(), self._timeout)

    async def spans(self, names: Iterable[str]) -> dict[Place, tuple[int, int]]:
        """Return where each partition of these topics begins and ends now.

        Raises:
            TopicMissing: one of them is not there.
        """
        wanted = [*map(self._access.outside, names)]
        there = {one["topic"]: one["partitions"] for one in await self._admin.describe_topics(wanted)}
        for name in wanted:
            if not there.get(name):
                raise TopicMissing(topic=name)
        places = [TopicPartition(name, one["partition"]) for name in wanted for one in there[name]]
        first, end = await self._consumer.beginning_offsets(places), await self._consumer.end_offsets(places)
        return {(self._inside(one.topic), one.partition): (first[one], end[one]) for one in places}

    async def committed(self, service: str) -> dict[Place, int]:
        """Return what the service's group has committed.

        Raises:
            KafkaAway: nobody says so in time.
        """
        group, patience = self._access.outside(topics.group(service)), Patience(0.1, 1.0, asyncio.Event())
        async with _away_after(self._timeout):
            while (found := await self._stands(group)) is None:
                await patience.pause()
        return {(self._inside(one.topic), one.partition): known.offset for one, known in found.items()}

    async def _stands(self, group: str) -> Any:
        """Return what a group has committed; None where a broker that has just begun does not know who keeps it."""
        try:
            return await self._admin.list_consumer_group_offsets(group)
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
            return None

    async def pieces(
        self, positions: Mapping[Place, int], ends: Mapping[Place, int], most: int
    ) -> AsyncIterator[Piece]:
        """Iterate over what is between the positions and the ends, in pieces of `most` records.

        Merged by the records' times, as far as partitions are in their order: so a fact comes before what follows
        from it. Of each partition only what was fetched last is held.

        Raises:
            KafkaAway: nothing came for long, although it should be there.
        """
        at = {place: positions.get(place, 0) for place, end in ends.items() if positions.get(place, 0) < end}
        merge = _Merge(at, {place: ends[place] for place in at})
        self._assign(at)
        taken: list[Any] = []
        while not merge.over:
            if hungry := merge.hungry:
                # Whoever waits for this may hold up a service: it must end.
                async with _away_after(self._timeout):
                    await self._feed(merge, hungry)
            while len(taken) < most and (record := merge.next()) is not None:
                taken.append(record)
            if len(taken) >= most or merge.over:
                yield Piece(taken, dict(merge.taken_until))
                taken = []

    def _assign(self, at: Mapping[Place, int]) -> None:
        partitions = {self._partition(place): position for place, position in at.items()}
        self._consumer.assign(list(partitions))
        for partition, position in partitions.items():
            self._consumer.seek(partition, position)

    async def _feed(self, merge: _Merge, hungry: list[Place]) -> None:
        """Fetch until none of these is without anything at hand, but those that are at their end."""
        while hungry:
            asked = [self._partition(place) for place in hungry]
            fetched = await self._consumer.getmany(*asked, timeout_ms=_WAIT_MILLISECONDS, max_records=_AT_ONCE)
            for partition, records in fetched.items():
                inside = self._inside(partition.topic)
                own = records if inside == partition.topic else [replace(one, topic=inside) for one in records]
                merge.feed((inside, partition.partition), own)
            if not fetched:
                # What Kafka writes for itself is no record, and may be the last there is.
                for place in hungry:
                    merge.reached(place, await self._consumer.position(self._partition(place)))
            hungry = merge.hungry

    def _partition(self, place: Place) -> TopicPartition:
        return TopicPartition(self._access.outside(place[0]), place[1])

    def _inside(self, topic: str) -> str:
        return self._access.inside(topic) or topic


@asynccontextmanager
async def _away_after(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise KafkaAway(KafkaAway.__doc__) from error


class _Merge:
    """Partitions in their own order, among each other by time. Pure but for its own lists."""

    def __init__(self, at: Mapping[Place, int], ends: Mapping[Place, int]) -> None:
        self.taken_until = dict(at)
        self._ends = ends
        self._at_hand: dict[Place, deque[Any]] = {place: deque() for place in at}
        self._open = set(at)
        self._heads: list[tuple[int, Place]] = []

    @property
    def over(self) -> bool:
        """Whether everything was taken."""
        return not self._open

    @property
    def hungry(self) -> list[Place]:
        """Partitions that are not at their end and of which nothing is at hand."""
        return sorted(place for place in self._open if not self._at_hand[place])

    def feed(self, place: Place, records: list[Any]) -> None:
        """Add what was fetched next of a partition; what lies behind the end is none of ours."""
        wanted = [one for one in records if one.offset < self._ends[place]]
        idle = not self._at_hand[place]
        self._at_hand[place].extend(wanted)
        if idle and wanted:
            heapq.heappush(self._heads, (wanted[0].timestamp, place))

    def reached(self, place: Place, position: int) -> None:
        """Nothing lies between what was fed of a partition and this position."""
        if position >= self._ends[place] and not self._at_hand[place]:
            self.taken_until[place] = self._ends[place]
            self._open.discard(place)

    def next(self) -> Any:
        """Return the earliest record at hand; None where a partition has to be fed first, or all is over."""
        if len(self._heads) < len(self._open) or not self._heads:
            return None
        _, place = heapq.heappop(self._heads)
        waiting = self._at_hand[place]
        record = waiting.popleft()
        self.taken_until[place] = record.offset + 1
        if waiting:
            heapq.heappush(self._heads, (waiting[0].timestamp, place))
        elif record.offset + 1 >= self._ends[place]:
            self._open.discard(place)
        return record
