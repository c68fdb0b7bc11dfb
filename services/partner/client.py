"""One agency's connection: a producer on its topic, consumers on its lane. Nothing is ever sent twice by it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from contracts import topics
from contracts.envelope import STRUCTURED, Fact
from contracts.reading import Unreadable, read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from services.plumbing.access import KafkaAccess

_PATIENCE_MS: Final = 10_000
_POLL_MS: Final = 250


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message was written; a refusal names one without an id by this."""

    partition: int
    offset: int

    @property
    def record(self) -> str:
        """The name that the hub gives a message in which it could read no id."""
        return f"record {self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message on the lane. `fact` is None where this reader is older than the message."""

    fact: Fact | None
    offset: int
    appended_ms: int
    size: int
    marks: Mapping[str, str] = field(default_factory=dict)
    """What stands beside the message: its headers, and the record's key as `key`."""


class NotLetIn(Exception):
    """The agencies' door did not let {slug} in: it is suspended, its password was changed, or Kafka is away.

    Next: `hub status` tells which; `hub agency credentials {slug}` shows the password.
    """

    def __init__(self, slug: str) -> None:
        """Name the agency."""
        super().__init__(cleandoc(type(self).__doc__ or "").replace("\n\n", "\n").format(slug=slug))


class Partner:
    """An agency as a client of the hub. `access` is its own user and password at the agencies' door."""

    def __init__(self, slug: str, access: KafkaAccess) -> None:
        """Connect with the first message or the first look at the lane."""
        self.slug = slug
        self._access = access
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nothing is connected yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Send what is still on its way, and part."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, body: bytes, *, key: str | None = None, content_type: str = STRUCTURED) -> Sent:
        """Write one message on the agency's own topic, as it is; return when Kafka has it for good.

        Raises:
            NotLetIn: as its words say.
            aiokafka.errors.KafkaError: the topic is closed to this user, or Kafka has gone away.
        """
        producer = await self._connected()
        written = await producer.send_and_wait(
            self._access.outside(topics.to_hub(self.slug)),
            body,
            key=None if key is None else key.encode(),
            headers=[("content-type", content_type.encode())],
        )
        return Sent(written.partition, written.offset)

    @asynccontextmanager
    async def listening(self, group: str | None = None, *, start: str | None = None) -> AsyncIterator[Ear]:
        """Listen on the agency's lane; with a group, go on where that group was.

        `start` is `earliest` or `latest`: from there, wherever the group was. Without a group nothing is committed.

        Raises:
            NotLetIn: as its words say.
        """
        consumer = AIOKafkaConsumer(
            group_id=None if group is None else self._access.outside(topics.agency_group_prefix(self.slug) + group),
            auto_offset_reset=start or "earliest",
            request_timeout_ms=_PATIENCE_MS,
            metadata_max_age_ms=_PATIENCE_MS,
            **self._access.for_aiokafka(),
        )
        try:
            await self._let_in(consumer.start)
            # A lane is one partition, so that it reads in order without knowing about keys.
            lane = TopicPartition(self._access.outside(topics.from_hub(self.slug)), 0)
            consumer.assign([lane])
            if start == "earliest":
                await consumer.seek_to_beginning(lane)
            elif start == "latest":
                await consumer.seek_to_end(lane)
                # The position is asked for here and now: what is sent from this moment on is heard.
                await consumer.position(lane)
            yield Ear(consumer)
        finally:
            await consumer.stop()

    async def _connected(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    acks="all",
                    enable_idempotence=True,
                    request_timeout_ms=_PATIENCE_MS,
                    **self._access.for_aiokafka(),
                )
                try:
                    await self._let_in(producer.start)
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
        return self._producer

    async def _let_in(self, start: Callable[[], Awaitable[None]]) -> None:
        try:
            await asyncio.wait_for(start(), _PATIENCE_MS / 1000)
        except (KafkaConnectionError, TimeoutError):
            raise NotLetIn(self.slug) from None


class Ear:
    """Messages of a lane, as they come."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        """Hear what `consumer`, started and assigned, brings."""
        self._consumer = consumer

    async def within(self, milliseconds: int = _POLL_MS, *, most: int | None = None) -> list[Heard]:
        """Return what has come, after at most that time, and at most so many; empty if nothing has.

        The group goes on after what was returned.
        """
        found = await self._consumer.getmany(timeout_ms=milliseconds, max_records=most)
        return [_heard(record) for records in found.values() for record in records]


def _heard(record: Any) -> Heard:
    try:
        fact = read(record.headers, record.value)
    except Unreadable:
        fact = None
    key = [] if record.key is None else [("key", record.key)]
    marks = {name: value.decode(errors="replace") for name, value in [*record.headers, *key] if value is not None}
    return Heard(fact, record.offset, record.timestamp, len(record.value or b""), marks)
