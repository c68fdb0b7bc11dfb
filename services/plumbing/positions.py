"""Where everybody stands in Kafka: ends of topics, what was appended by a moment, and what a service has committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from contracts import topics
from services.plumbing.sending import KafkaAway
from services.plumbing.waiting import Patience, happened

if TYPE_CHECKING:
    from datetime import datetime

    from services.plumbing.access import KafkaAccess

_FIRST_PAUSE_SECONDS: Final = 0.02
_LONGEST_PAUSE_SECONDS: Final = 1.0
Answer = TypeVar("Answer")
Ends = Mapping[TopicPartition, int]
"""For each partition that is not empty, the offset that comes next."""


class Positions:
    """Asks Kafka; connects with the first question, and anew after an error. Questions are asked one at a time."""

    def __init__(self, access: KafkaAccess, *, timeout: float, client: str = "hub.clock") -> None:
        """`timeout` seconds is how long one question may take before Kafka counts as away; `client` is who asks."""
        self._access = access
        self._client = client
        self._timeout = timeout
        self._consumer: Any = None
        self._admin: Any = None
        self._turn = asyncio.Lock()

    async def ends(self, names: Iterable[str]) -> Ends:
        """Return the ends of the topics, as they are now. Topics that are not there have none.

        Raises:
            KafkaAway: as all questions here do.
        """
        wanted = set(map(self._access.outside, names))
        return await self._asked(lambda: self._ends(wanted.__contains__))

    async def appended_until(self, at: datetime) -> Ends:
        """Return, for the topics on which agencies speak, the end of what the broker had appended by `at`."""
        return await self._asked(lambda: self._appended_until(int(at.timestamp() * 1000) + 1))

    async def committed(self, service: str, wanted: Ends) -> bool:
        """Whether the service's group has committed all of `wanted`."""
        if not wanted:
            return True
        group = self._access.outside(topics.group(service))
        committed = await self._asked(lambda: self._admin.list_consumer_group_offsets(group))
        return all(one in committed and committed[one].offset >= end for one, end in wanted.items())

    async def lag(self, service: str, ends: Ends) -> int:
        """Return how many records of `ends` the service's group has not committed."""
        group = self._access.outside(topics.group(service))
        committed = await self._asked(lambda: self._admin.list_consumer_group_offsets(group))
        return sum(max(0, end - max(0, committed[one].offset if one in committed else 0)) for one, end in ends.items())

    async def close(self) -> None:
        """Disconnect. Again does nothing."""
        consumer, admin, self._consumer, self._admin = self._consumer, self._admin, None, None
        with suppress(KafkaError, OSError, TimeoutError):
            if consumer is not None:
                await asyncio.wait_for(consumer.stop(), self._timeout)
        with suppress(KafkaError, OSError, TimeoutError):
            if admin is not None:
                await asyncio.wait_for(admin.close(), self._timeout)

    async def _asked(self, question: Callable[[], Awaitable[Answer]]) -> Answer:
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout):
                    await self._connect()
                    return await question()
            except (KafkaError, OSError, TimeoutError) as error:
                await self.close()
                raise KafkaAway(KafkaAway.__doc__) from error

    async def _connect(self) -> None:
        if self._consumer is None:
            options = {**self._access.for_aiokafka(), "request_timeout_ms": int(self._timeout * 1000)}
            consumer = AIOKafkaConsumer(enable_auto_commit=False, client_id=self._client, **options)
            admin = AIOKafkaAdminClient(client_id=self._client, **options)
            self._consumer, self._admin = consumer, admin
            await consumer.start()
            await admin.start()

    async def _partitions(self, wanted: Callable[[str], bool]) -> list[TopicPartition]:
        names = [name for name in await self._admin.list_topics() if wanted(name)]
        described = await self._admin.describe_topics(names) if names else []
        return [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]

    async def _ends(self, wanted: Callable[[str], bool]) -> Ends:
        partitions = await self._partitions(wanted)
        if not partitions:
            return {}
        starts = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        return {one: end for one, end in ends.items() if end > starts[one]}

    async def _appended_until(self, later_than: int) -> Ends:
        ends = await self._ends(lambda name: topics.agency_of(self._access.inside(name) or "") is not None)
        if not ends:
            return {}
        later = await self._consumer.offsets_for_times(dict.fromkeys(ends, later_than))
        # No record after that moment: all that is there was appended by then.
        return {one: end if later.get(one) is None else later[one].offset for one, end in ends.items()}


class Backlog:
    """What is on a service's topics, until the service has read it: for whoever must not act before that."""

    def __init__(
        self, service: str, names: Iterable[str], positions: Positions, *, stopping: asyncio.Event, log: Any
    ) -> None:
        """`names` are the topics that the service reads; nothing is asked yet."""
        self._service = service
        self._names = tuple(names)
        self._positions = positions
        self._stopping = stopping
        self._log = log

    async def read(self) -> None:
        """Wait until the service's group has committed all that is there now, whichever of its instances read it.

        What was parked is committed, too: it holds its person by itself. An outage of Kafka is waited out, and what
        came meanwhile is waited for as well. It ends early where the service stops.
        """
        patience = Patience(0.2, 5.0, self._stopping)
        told = False
        try:
            while not self._stopping.is_set():
                try:
                    return await self._until_committed(await self._positions.ends(self._names))
                except KafkaAway:
                    if not told:
                        self._log.warning("waiting", service=self._service, for_="Kafka", trouble="backlog not known")
                    told = True
                    await happened(self._stopping, patience.next())
        finally:
            await self._positions.close()

    async def _until_committed(self, ends: Ends) -> None:
        patience = Patience(_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, self._stopping)
        while not self._stopping.is_set() and not await self._positions.committed(self._service, ends):
            await happened(self._stopping, patience.next())  # Kafka is asked, there is no event
