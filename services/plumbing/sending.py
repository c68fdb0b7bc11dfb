"""Sending to Kafka: many at once, in order; a topic that cannot be written is told apart from a Kafka that is away."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import lru_cache
from struct import unpack_from
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from contracts.envelope import headers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.plumbing.access import KafkaAccess
    from services.plumbing.tables import Outgoing

_REFUSED_FOR_GOOD: Final = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
_MISSING: Final = "topic is missing"
_BATCH_BYTES: Final = 131_072
_MOST_REQUEST_BYTES: Final = 1_048_576
_MOST_FRAME_BYTES: Final = 4_096
"""What Kafka's own framing of one message may come to, above its body and headers."""
_SEEN_FOR_SECONDS: Final = 1.0
"""How long a topic that was seen is taken to be there."""
_MIX: Final = 0x5BD1E995
_LOW: Final = 0xFFFFFFFF


@lru_cache(maxsize=256)
def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that every Kafka client chooses for the key. Source: Kafka, `Utils.murmur2`.

    The same persons come again and again, and hashing in Python is slow enough to remember.
    """
    words = len(key) // 4
    found = 0x9747B28C ^ len(key)
    for word in unpack_from(f"<{words}I", key):
        mixed = word * _MIX & _LOW
        found = (found * _MIX ^ (mixed ^ mixed >> 24) * _MIX) & _LOW
    rest = key[words * 4 :]
    if rest:
        found = (found ^ int.from_bytes(rest, "little")) * _MIX & _LOW
    found = (found ^ found >> 13) * _MIX & _LOW
    return ((found ^ found >> 15) & 0x7FFFFFFF) % partitions


class KafkaAway(Exception):
    """Kafka does not answer; nothing is known of what was sent. Wait, and send it all again."""


class Sender:
    """An idempotent producer for whole pieces of an outbox. One call at a time."""

    def __init__(self, access: KafkaAccess, *, client: str, timeout: float) -> None:
        """`timeout` seconds is how long one piece may take before Kafka counts as away."""
        self._access = access
        self._client = client
        self._timeout = timeout
        self._producer: Any = None
        self._seen: frozenset[str] = frozenset()
        self._seen_at = float("-inf")

    async def send(self, rows: Sequence[Outgoing]) -> dict[str, str]:
        """Send the rows in order; return the topics that could not be written, with the reason in code words.

        Of such a topic some rows may have arrived: its rows are sent again later, and whoever reads drops duplicates.

        Raises:
            KafkaAway: send all of it again.
        """
        if self._access.realm:
            refused = await self._send([row._replace(topic=self._access.outside(row.topic)) for row in rows])
            return {self._access.inside(topic) or topic: reason for topic, reason in refused.items()}
        return await self._send(rows)

    async def _send(self, rows: Sequence[Outgoing]) -> dict[str, str]:
        try:
            producer = await self._ready()
            refused = await self._missing({row.topic for row in rows})
            async with asyncio.timeout(self._timeout):
                results = await self._answers(producer, [row for row in rows if row.topic not in refused], refused)
        except (KafkaError, TimeoutError, OSError) as error:
            await self.stop()
            return await self._gone_meanwhile(rows, error)
        for topic, trouble in results:
            if isinstance(trouble, _REFUSED_FOR_GOOD):
                refused.setdefault(topic, type(trouble).__name__)
            elif trouble is not None:
                await self.stop()
                return await self._gone_meanwhile(rows, trouble)
        return refused

    async def stop(self) -> None:
        """Close the producer, without waiting for what Kafka does not answer."""
        producer, self._producer = self._producer, None
        self._seen_at = float("-inf")
        if producer is not None:
            with suppress(KafkaError, TimeoutError, OSError):
                await asyncio.wait_for(producer.stop(), 1)

    async def _ready(self) -> Any:
        if self._producer is None:
            producer = AIOKafkaProducer(
                client_id=self._client,
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
                max_request_size=_MOST_REQUEST_BYTES,
                request_timeout_ms=int(self._timeout * 1000),
                **self._access.for_aiokafka(),
            )
            try:
                async with asyncio.timeout(self._timeout):
                    await producer.start()
            except BaseException:
                with suppress(KafkaError, TimeoutError, OSError):
                    await asyncio.wait_for(producer.stop(), 1)
                raise
            self._producer = producer
        return self._producer

    async def _missing(self, topics: set[str]) -> dict[str, str]:
        """A producer waits long for a topic that is not there: ask before."""
        if not topics <= self._seen or time.monotonic() - self._seen_at > _SEEN_FOR_SECONDS:
            async with asyncio.timeout(self._timeout):
                cluster = await self._producer.client.fetch_all_metadata()
            self._seen, self._seen_at = frozenset(cluster.topics()), time.monotonic()
        return dict.fromkeys(topics - self._seen, _MISSING)

    async def _gone_meanwhile(self, rows: Sequence[Outgoing], error: BaseException) -> dict[str, str]:
        """A topic that was removed under way looks like an outage at first."""
        try:
            await self._ready()
            missing = await self._missing({row.topic for row in rows})
        except (KafkaError, TimeoutError, OSError):
            raise KafkaAway(KafkaAway.__doc__) from error
        if not missing:
            raise KafkaAway(KafkaAway.__doc__) from error
        # The others may have arrived or not: they are sent again, and count as refused by nobody.
        return missing | await self._send([row for row in rows if row.topic not in missing])

    async def _answers(
        self, producer: Any, rows: Iterable[Outgoing], refused: dict[str, str]
    ) -> list[tuple[str, BaseException | None]]:
        """Send each partition's rows as whole batches, one after another: their order stays."""
        partitions = await _partitions(producer, {row.topic for row in rows}, refused)
        pieces = _pieces(producer, rows, partitions, refused)
        sent = (_sent(producer, topic, partition, batches) for (topic, partition), batches in pieces.items())
        return await asyncio.gather(*sent)


async def _partitions(producer: Any, topics: Iterable[str], refused: dict[str, str]) -> dict[str, int]:
    """Return how many partitions each topic has; one that cannot be written is refused."""
    found = {}
    for topic in topics:
        try:
            found[topic] = len(await producer.partitions_for(topic))
        except _REFUSED_FOR_GOOD as error:
            refused[topic] = type(error).__name__
        except UnknownTopicOrPartitionError:
            refused[topic] = _MISSING
    return found


def _pieces(
    producer: Any, rows: Iterable[Outgoing], partitions: dict[str, int], refused: dict[str, str]
) -> dict[tuple[str, int], list[Any]]:
    """Put the rows into batches of their partitions, in order; of a refused topic some may be sent, and sent again."""
    pieces: dict[tuple[str, int], list[Any]] = {}
    for row in rows:
        topic = row.topic
        if topic in refused:
            continue
        if len(row.body) + len(row.headers) > _MOST_REQUEST_BYTES - _MOST_FRAME_BYTES:
            refused[topic] = MessageSizeTooLargeError.__name__
            continue
        key = row.key.encode()
        batches = pieces.setdefault((topic, partition_of(key, partitions[topic])), [])
        appended(producer, batches, key or None, row.body, headers_in(row.headers))
    return pieces


def appended(
    producer: Any, batches: list[Any], key: bytes | None, body: bytes, headers: list[tuple[str, bytes]]
) -> Any:
    """Put a message into the last of one partition's batches, or into a new one; return the batch that it is in."""
    record = {"timestamp": None, "key": key, "value": body, "headers": headers}
    if not batches or batches[-1].append(**record) is None:
        batches.append(producer.create_batch())
        batches[-1].append(**record)
    return batches[-1]


async def _sent(producer: Any, topic: str, partition: int, batches: Iterable[Any]) -> tuple[str, BaseException | None]:
    """Send the batches of one partition; return what went wrong, if anything did."""
    under_way: list[Any] = []
    try:
        for batch in batches:
            batch.close()  # nobody adds to it any more, so it need not linger
            under_way.append(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*under_way)
    except (KafkaError, TimeoutError, OSError) as error:
        await asyncio.gather(*under_way, return_exceptions=True)
        return topic, error
    return topic, None
