"""Offsets of what is handled, committed beside the work: the next batch does not wait for Kafka's answer.

Late or lost commits do no harm: what is read again, the inbox knows.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from services.plumbing.arrivals import cause_of
from services.plumbing.waiting import Interrupted, Patience

if TYPE_CHECKING:
    from collections.abc import Iterable


class Commits:
    """Commits the newest offsets that were noted, again and again, in a task of its own."""

    def __init__(self, pause_seconds: float, most_seconds: float, interrupt: asyncio.Event) -> None:
        """After each commit it pauses; one takes `most_seconds`; `interrupt` ends the waiting for a Kafka that is away.

        aiokafka itself would wait for ever, and nobody would see it.
        """
        self.trouble: str | None = None
        self._pause = pause_seconds
        self._most_seconds = most_seconds
        self._interrupt = interrupt
        self._offsets: dict[TopicPartition, int] = {}
        self._noted = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._consumer: Any = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, consumer: Any) -> None:
        """Commit for this consumer from now on."""
        self._consumer = consumer
        self._task = asyncio.create_task(self._run())

    def note(self, records: Iterable[Any]) -> None:
        """These records are handled; they come in order."""
        newest = {(one.topic, one.partition): one.offset for one in records}
        self._offsets |= {TopicPartition(*where): offset + 1 for where, offset in newest.items()}
        self._noted.set()

    async def settle(self) -> None:
        """Commit what was noted, if Kafka takes it now, and forget it: the partitions may go elsewhere."""
        await self._commit()
        self._offsets.clear()

    async def end(self) -> None:
        """Commit no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._noted.wait()
            self._noted.clear()
            await self._commit()
            await asyncio.sleep(self._pause)

    async def _commit(self) -> None:
        async with self._one_at_a_time:
            patience = Patience(0.1, 5.0, self._interrupt)
            while self._offsets and self._consumer is not None:
                offsets, self._offsets = self._offsets, {}
                try:
                    await asyncio.wait_for(self._consumer.commit(offsets), self._most_seconds)
                except (CommitFailedError, IllegalStateError):
                    # The partitions went elsewhere: whoever has them reads this again, and the inbox knows it.
                    pass
                except Exception as error:  # noqa: BLE001  # whatever it trips over, it goes on, and the trouble shows
                    self.trouble = cause_of(error)
                    self._offsets = self._still_ours(offsets) | self._offsets
                    try:
                        await patience.pause()
                    except Interrupted:
                        return
                    continue
                self.trouble = None

    def _still_ours(self, offsets: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        """A topic that was removed must not hold up the others."""
        assigned = self._consumer.assignment()
        known = {one: self._consumer.partitions_for_topic(one.topic) for one in offsets if one in assigned}
        return {one: offsets[one] for one, there in known.items() if there}
