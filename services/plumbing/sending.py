"""Sending to Kafka: many at once, in order; a topic that cannot be written is told apart from a Kafka that is away."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from functools import lru_cache
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
from aiokafka.partitioner import murmur2

from services.plumbing.batch import headers_of

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
_LINGER_MILLISECONDS: Final = 5
_BATCH_BYTES: Final = 131_072
_MOST_REQUEST_BYTES: Final = 1_048_576
_SEEN_FOR_SECONDS: Final = 1.0
"""How long a topic that was seen is taken to be there."""


@lru_cache(maxsize=16_384)
def _hashed(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF


def _partition(key: bytes | None, every: list[int], available: list[int]) -> int:
    """Choose the partition that any Kafka client would choose for the key; hashing in Python is slow enough to keep."""
    return random.choice(available or every) if key is None else every[_hashed(key) % len(every)]  # noqa: S311


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
                linger_ms=_LINGER_MILLISECONDS,
                max_batch_size=_BATCH_BYTES,
                max_request_size=_MOST_REQUEST_BYTES,
                request_timeout_ms=int(self._timeout * 1000),
                partitioner=_partition,
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
        return missing | await self.send([row for row in rows if row.topic not in missing])

    async def _answers(
        self, producer: Any, rows: Iterable[Outgoing], refused: dict[str, str]
    ) -> list[tuple[str, BaseException | None]]:
        under_way = []
        for row in rows:
            if row.topic in refused:
                continue
            try:
                future = await producer.send(
                    row.topic, row.body, key=row.key.encode() or None, headers=headers_of(row.headers)
                )
            except _REFUSED_FOR_GOOD as error:
                refused[row.topic] = type(error).__name__
            except UnknownTopicOrPartitionError:
                refused[row.topic] = _MISSING
            else:
                under_way.append((row.topic, future))
        if not under_way:
            return []
        answers = await asyncio.gather(*(future for _, future in under_way), return_exceptions=True)
        return [
            (topic, answer if isinstance(answer, BaseException) else None)
            for (topic, _), answer in zip(under_way, answers, strict=True)
        ]
