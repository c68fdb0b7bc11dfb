"""The agencies' lanes in Kafka: what can be sent, what certainly was not, and what nobody can know."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from contracts import topics
from contracts.envelope import written
from services.plumbing.sending import appended, partition_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.envelope import Fact
    from services.plumbing.access import KafkaAccess

AWAY: Final = "broker-away"
"""Why a lane does not flow: Kafka itself does not answer."""
_CERTAINLY_NOT: Final = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    InvalidTopicError,
    UnknownTopicOrPartitionError,
)
_FOR_EACH_HEADER: Final = 8
_BATCH_BYTES: Final = 131_072
"""What goes in one piece where much waits; a single message waits for no other."""


class Sent(StrEnum):
    """What became of a message."""

    SENT = "sent"
    """Kafka has it."""
    NOT_SENT = "not-sent"
    """Kafka certainly does not have it."""
    UNKNOWN = "unknown"
    """It may have it: it counts as told, and is sent again with the same id."""


class Lanes(Protocol):
    """The only way to an agency."""

    async def trouble(self, agency: str) -> str | None:
        """Return why nothing can be sent to the agency now (`topic-missing`, `broker-away`), or None."""
        ...

    async def send(self, agency: str, messages: Sequence[Fact]) -> list[tuple[Sent, str | None]]:
        """Send the messages in order; return for each what became of it, and the reason where it was not sent."""
        ...


class KafkaLanes:
    """One idempotent producer for all lanes; a lane that stalls stalls only whoever awaits it."""

    def __init__(
        self, access: KafkaAccess, *, timeout_seconds: float = 10.0, message_most_bytes: int = 900_000
    ) -> None:
        """Connects with the first use, and anew after an outage."""
        self._access = access
        self._timeout = timeout_seconds
        self._most = message_most_bytes
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let go of Kafka."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stopped(producer)
        if self._closing:
            await asyncio.wait(self._closing, timeout=self._timeout)

    async def trouble(self, agency: str) -> str | None:
        """See `Lanes`. Asks Kafka's metadata, so that a missing topic costs nobody a producer's long wait."""
        topic = self._access.outside(topics.from_hub(agency))
        try:
            producer = await self._started()
            client = producer.client
            if client.cluster.partitions_for_topic(topic) is None:
                await asyncio.wait_for(asyncio.shield(client.add_topic(topic)), self._timeout)
            if client.cluster.partitions_for_topic(topic) is None:
                await asyncio.wait_for(asyncio.shield(client.force_metadata_update()), self._timeout)
            if client.cluster.partitions_for_topic(topic) is None:
                return "topic-refused" if topic in client.cluster.unauthorized_topics else "topic-missing"
        except (KafkaError, OSError, TimeoutError):
            self._begin_anew()
            return AWAY
        return None

    async def send(self, agency: str, messages: Sequence[Fact]) -> list[tuple[Sent, str | None]]:
        """See `Lanes`. Nothing is sent after the first message that cannot go: order is kept."""
        producer = await self._started()
        under_way: list[tuple[list[int], Any]] = []
        refused: str | None = None
        try:
            async with asyncio.timeout(self._timeout):
                refused = await self._handed_over(producer, agency, messages, under_way)
        except (KafkaError, TimeoutError) as error:
            refused = _reason(error)
        answers = await asyncio.gather(*(future for _, future in under_way), return_exceptions=True)
        results: list[tuple[Sent, str | None]] = [(Sent.NOT_SENT, refused)] * len(messages)
        for (places, _), answer in zip(under_way, answers, strict=True):
            outcome = _outcome(answer)
            for place in places:
                results[place] = outcome
        if any(result is Sent.UNKNOWN for result, _ in results):
            self._begin_anew()
        return results

    async def _handed_over(
        self, producer: AIOKafkaProducer, agency: str, messages: Sequence[Fact], under_way: list[tuple[list[int], Any]]
    ) -> str | None:
        """Give the producer all messages in whole batches, each noted with the places of its messages.

        Return why it stopped before the end, if it did.
        """
        topic = self._access.outside(topics.from_hub(agency))
        partitions = len(await producer.partitions_for(topic))
        pieces: dict[int, list[Any]] = {}
        places: dict[Any, list[int]] = {}
        refused: str | None = None
        for place, message in enumerate(messages):
            body, headers = written(message)
            if len(body) + sum([len(name) + len(value) + _FOR_EACH_HEADER for name, value in headers]) > self._most:
                refused = "oversize"
                break
            key = (message.subject or agency).encode()
            batch = appended(producer, pieces.setdefault(partition_of(key, partitions), []), key, body, headers)
            places.setdefault(batch, []).append(place)
        for partition, batches in pieces.items():
            for batch in batches:
                batch.close()
                under_way.append((places[batch], await producer.send_batch(batch, topic, partition=partition)))
        return refused

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._access.for_aiokafka(),
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=0,
                    max_batch_size=_BATCH_BYTES,
                    request_timeout_ms=int(self._timeout * 1000),
                    max_request_size=self._most + 100_000,
                    metadata_max_age_ms=30_000,
                )
                try:
                    await asyncio.wait_for(producer.start(), self._timeout * 2)
                except BaseException:
                    await _stopped(producer)
                    raise
                self._producer = producer
            return self._producer

    def _begin_anew(self) -> None:
        """A producer that lost messages keeps its place in the sequence of ids; a new one begins cleanly."""
        producer, self._producer = self._producer, None
        if producer is not None:
            task = asyncio.create_task(_stopped(producer))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def _outcome(result: object) -> tuple[Sent, str | None]:
    if isinstance(result, _CERTAINLY_NOT):
        return Sent.NOT_SENT, _reason(result)
    if isinstance(result, BaseException):
        return Sent.UNKNOWN, _reason(result)
    return Sent.SENT, None


def _reason(error: BaseException) -> str:
    match error:
        case MessageSizeTooLargeError() | RecordListTooLargeError():
            return "oversize"
        case TopicAuthorizationFailedError():
            return "topic-refused"
        case UnknownTopicOrPartitionError() | InvalidTopicError():
            return "topic-missing"
        case _:
            return AWAY


async def _stopped(producer: AIOKafkaProducer) -> None:
    """Stop it, whatever state it is in: it is not used any more."""
    try:
        await asyncio.wait_for(producer.stop(), 5)
    except (KafkaError, OSError, TimeoutError):
        return
