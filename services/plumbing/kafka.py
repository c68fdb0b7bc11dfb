"""Reading from Kafka: one FastStream subscriber over all topics of a service, acknowledged after the commit.

Two batches are under way at most: one is with PostgreSQL, and the next is read meanwhile. They are handled one after
the other, and nothing of a batch is handled once an earlier one was given up. Full batches wait for their turn among
those of all services of the process before they are taken from what was fetched.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.security import SASLScram512

from contracts import topics
from services.plumbing.arrivals import cause_of, heard_pattern, heard_topics
from services.plumbing.committing import Commits
from services.plumbing.fetching import Fetching, Piece
from services.plumbing.waiting import Interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.plumbing.access import KafkaAccess
    from services.plumbing.arrivals import Arrival
    from services.plumbing.handling import Handler
    from services.plumbing.service import Service
    from services.plumbing.settings import PipesSettings
    from services.plumbing.turns import Turns

_NEVER_LEAVE_MILLISECONDS: Final = 24 * 60 * 60 * 1000
"""A database that is away for hours is no reason to leave the group: the next member would wait for it, too."""

_SHARES: Final = 8
"""A fetch comes from that many partitions of the hub's own topics at least; an agency's topic has one alone."""
_READ_AT_ONCE: Final = 20
"""After so many records the batch that is with PostgreSQL has its turn: it goes on as soon as it is answered."""
_SLEEP_MILLISECONDS: Final = 1
"""How long FastStream sleeps after a wait in vain; it knows one figure for both, so the wait is set beside it."""
_NAMED_TOPICS_STAY: Final = 10
"""Topics that are read by name are looked up so much less often than those that may come by a pattern."""


class Subscriber(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Feeds batches of raw records to the handler, in order, and commits the offsets of what it has committed."""

    def __init__(
        self, service: Service[Any, Any], settings: PipesSettings, handler: Handler, interrupt: asyncio.Event, log: Any
    ) -> None:
        """`interrupt` is set while partitions are taken away and when the service stops: the handler need not wait."""
        self.last_batch_at = time.monotonic()
        self._service = service
        self._settings = settings
        self._handler = handler
        self._interrupt = interrupt
        self._log = log
        self._commits = Commits(
            settings.commit_milliseconds / 1000, settings.request_timeout_milliseconds / 1000, interrupt
        )
        self._under_way: asyncio.Task[None] | None = None
        self._failed: str | None = None
        self._owns = False
        self._generation = 0
        """Counts what makes batches that were fetched before it worthless: they are read again."""
        self._stopping = False
        self._broker: KafkaBroker | None = None
        self._subscriber: Any = None

    async def start(self, turns: Turns) -> None:
        """Join the group; raises what aiokafka raises where Kafka is away.

        `turns` are shared with the other services of the process.
        """
        broker, subscriber = self._made()
        try:
            await broker.start()
        except BaseException:
            with suppress(Exception):
                await broker.stop()
            raise
        self._broker, self._subscriber = broker, subscriber
        self._commits.begin(subscriber.consumer)
        subscriber.consumer.getmany = Fetching(
            subscriber.consumer.getmany,
            turns,
            lambda: self._generation,
            self._settings.batch_wait_milliseconds,
        )

    async def stop(self) -> None:
        """Leave the group when the batch under way is committed, or was given up because it waits for something."""
        self._stopping = True
        await self._let_go()
        await self._commits.end()
        if self._broker is not None:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(self._broker.stop(), self._settings.stop_most_seconds)

    @property
    def trouble(self) -> str | None:
        """What it waits for or tripped over, in code words."""
        return self._failed or self._commits.trouble

    @property
    def partitions(self) -> int:
        """How many partitions are assigned to this instance."""
        consumer = self._consumer()
        return len(consumer.assignment()) if consumer is not None else 0

    @property
    def alive(self) -> bool:
        """Whether the loop that reads is there at all."""
        return self._subscriber is not None and any(not task.done() for task in self._subscriber.tasks)

    async def lag(self) -> int:
        """Return how many records are known that were not handed over yet."""
        consumer = self._consumer()
        if consumer is None:
            return 0
        behind = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                for partition in consumer.assignment():
                    with suppress(AssertionError, KafkaError):
                        end = consumer.highwater(partition)
                        if end is not None:
                            behind += max(0, end - await consumer.position(partition))
        return behind

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Let the work in flight end; one that waits for a database is given up, it is read again elsewhere."""
        del revoked
        await self._let_go()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Read on from what is committed."""
        self._owns, self._failed = True, None
        if not self._stopping:
            self._interrupt.clear()
        self._log.info("partitions assigned", service=self._service.name, partitions=len(assigned))

    async def _let_go(self) -> None:
        self._interrupt.set()
        self._generation += 1
        if self._under_way is not None:
            await asyncio.wait([self._under_way])
        self._owns = False
        await self._commits.settle()

    async def _heard(self, piece: Piece) -> None:
        """Read the batch while the one before is with PostgreSQL; hand it on when that one is done."""
        turn = piece.turn
        handling = await self._begun(piece.taken(), piece.generation)
        if turn is None:
            return
        if handling is None:
            turn.end()
        else:
            handling.add_done_callback(lambda _: turn.end())

    async def _begun(self, records: Sequence[Any], generation: int) -> asyncio.Task[None] | None:
        """Return the task that handles what was fetched in this generation, if it is still good for anything."""
        consumer = self._consumer()
        if consumer is None or not self._current(generation):
            return None
        assigned: set[tuple[str, int]] = consumer.assignment()
        ours = [one for one in records if (one.topic, one.partition) in assigned]
        arrivals: list[Arrival] = []
        try:
            for start in range(0, len(ours), _READ_AT_ONCE):
                arrivals += self._handler.read(self._as_named(ours[start : start + _READ_AT_ONCE]))
                await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001  # as in `_handled`
            self._stumbled(error)
            return None
        if self._under_way is not None:
            await asyncio.wait([self._under_way])
        if not self._current(generation):
            return None
        self._under_way = asyncio.create_task(self._handled(ours, arrivals))
        return self._under_way

    def _as_named(self, records: Sequence[Any]) -> Sequence[Any]:
        """Return the records under the names that the site itself has for its topics."""
        if not self._settings.realm:
            return records
        inside = self._settings.access.inside
        return [replace(one, topic=inside(one.topic)) for one in records]

    def _stumbled(self, error: BaseException) -> None:
        self._owns, self._failed = False, cause_of(error)
        self._log.error("batch failed", service=self._service.name, trouble=self._failed)

    def _current(self, generation: int) -> bool:
        return self._owns and generation == self._generation

    async def _handled(self, records: Sequence[Any], arrivals: Sequence[Any]) -> None:
        try:
            await self._handler.handle_read(arrivals, heard=len(records))
        except Interrupted:
            # Given up before it was committed: nothing more is read until the positions are set anew.
            self._owns = False
        except Exception as error:  # noqa: BLE001  # our own mistake: to go on would pass over what was not handled
            self._stumbled(error)
        else:
            self._commits.note(records)
        self.last_batch_at = time.monotonic()

    def _consumer(self) -> Any:
        return self._subscriber.consumer if self._subscriber is not None else None

    async def _parsed(self, fetched: tuple[Any, ...]) -> KafkaAckableMessage:
        """Look at no header: one that nobody can decode must not stop a batch."""
        if not isinstance(fetched[0], Piece):
            # FastStream's first look is under way before `Fetching` is in its place.
            fetched = (Piece(list(fetched), self._generation),)
        return KafkaAckableMessage(
            body=b"", headers={}, raw_message=fetched, message_id="", correlation_id="", consumer=_NoConsumer()
        )

    def _made(self) -> tuple[KafkaBroker, Any]:
        settings, service = self._settings, self._service
        access = settings.access
        pattern = heard_pattern(service, access.realm)
        named = () if pattern else tuple(map(access.outside, heard_topics(service)))
        broker = KafkaBroker(
            access.bootstrap.split(","),
            apply_types=False,
            allow_auto_create_topics=False,
            consumer_only=True,
            client_id=f"hub.{service.name}",
            decoder=_undecoded,
            parser=self._parsed,
            logger=None,
            graceful_timeout=settings.stop_most_seconds,
            metadata_max_age_ms=settings.metadata_age_milliseconds * (1 if pattern else _NAMED_TOPICS_STAY),
            request_timeout_ms=settings.request_timeout_milliseconds,
            security=_security(access),
        )
        subscriber = broker.subscriber(
            *named,
            pattern=pattern,
            batch=True,
            max_records=settings.batch_records,
            batch_timeout_ms=_SLEEP_MILLISECONDS,
            group_id=access.outside(topics.group(service.name)),
            group_instance_id=f"{service.name}.{settings.instance}" if settings.static_membership else None,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=settings.session_timeout_milliseconds,
            heartbeat_interval_ms=max(settings.session_timeout_milliseconds // 10, 100),
            rebalance_timeout_ms=settings.rebalance_timeout_milliseconds,
            max_poll_interval_ms=_NEVER_LEAVE_MILLISECONDS,
            fetch_max_bytes=settings.fetch_bytes,
            max_partition_fetch_bytes=settings.fetch_bytes // (1 if service.door else _SHARES),
            listener=self,
        )
        subscriber(self._heard)
        return broker, subscriber


def _security(access: KafkaAccess) -> SASLScram512:
    encrypted = access.protocol == "SASL_SSL"
    return SASLScram512(
        access.user, access.password, ssl_context=ssl.create_default_context() if encrypted else None, use_ssl=encrypted
    )


async def _undecoded(message: Any) -> Any:
    """Hand over the piece: `contracts.reading` reads its records."""
    (piece,) = message.raw_message
    return piece


class _NoConsumer:
    """Offsets are committed by `Subscriber` alone, for exactly what was handled."""

    async def commit(self) -> None:
        """Do nothing."""

    def seek(self, partition: Any, offset: int) -> None:
        """Do nothing."""
