"""The demonstration itself: scene by scene the cases are referred, the agencies answer, and each end is checked."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.catalogue import CapacityReported
from contracts.reading import Unreadable, read
from contracts.topics import HUB_TOPICS
from services.demo.answering import Agencies
from services.demo.checking import doubled, first_end_reached, ledger_holds, lost, problems, unentered
from services.demo.courses import what_follows
from services.demo.mirror import Mirror
from services.demo.privacy import improper, joined
from services.demo.runs import Run
from services.plumbing.chains import Verified

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from contracts.envelope import Fact
    from services.console.store import Asking
    from services.demo.cases import Chapter
    from services.partner import Partner
    from services.plumbing.access import KafkaAccess
    from services.sites import Site

ROOM: Final = 1_000
"""Places that every case-management agency reports where a chapter says nothing else."""
_AT_ONCE: Final = 6
"""How many cases are under way side by side, those that wait for a clock not counted: a slow machine plays more slowly,
and no offer lapses because of it."""
_SCENE_SECONDS: Final = 120.0
_SCENE_MINUTES: Final = 60.0
"""A scene that is not over by then is ended: in seconds, or in the site's minutes, whichever is longer."""
_QUIET_SECONDS: Final = 2.0


@dataclass
class Report:
    """What came of it."""

    runs: list[Run]
    troubles: list[str] = field(default_factory=list)
    improper: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unentered: list[str] = field(default_factory=list)
    ledger: Verified = field(default_factory=Verified)
    seconds: float = 0.0

    @property
    def as_expected(self) -> int:
        """How many cases ended as expected."""
        return sum(run.end is not None and not run.end.problems for run in self.runs)

    @property
    def well(self) -> bool:
        """Whether everything is as it should be."""
        wrong = (self.troubles, self.improper, self.lost, self.doubled, self.unentered, self.ledger.broken)
        return self.as_expected == len(self.runs) and not any(wrong)

    def counts(self) -> dict[str, int]:
        """Return the numbers that programs look at."""
        return {
            "cases": len(self.runs),
            "as_expected": self.as_expected,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "improper": len(self.improper),
            "unentered": len(self.unentered),
            "ledger_entries": self.ledger.entries,
            "ledger_broken": int(self.ledger.broken is not None),
        }


class Play:
    """One run of a caseload against one hub."""

    def __init__(
        self,
        site: Site,
        chapters: Sequence[Chapter],
        partners: dict[str, Partner],
        asking: Asking,
        hub: KafkaAccess,
        *,
        operator_key: str,
        shown: Callable[[], None] = lambda: None,
    ) -> None:
        """`hub` reads the hub's own topics for the counts at the end; `shown` is called whenever something is new.

        `operator_key` is the private half of the key that is registered for `OPERATOR`.
        """
        mark = secrets.token_hex(3)
        self.site = site
        self.chapters = chapters
        self.runs = {case.slug: Run(case, mark) for chapter in chapters for case in chapter.cases}
        self._asking = asking
        self._mirror = Mirror(asking)
        self._agencies = Agencies(site, partners, self._mirror, operator_key)
        self._agencies.expect(list(self.runs.values()))
        self._partners = partners
        self._hub = hub
        self._shown = shown

    async def play(self) -> Report:
        """Play all scenes, then check everything."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self._mirror.skip_to_the_end()
        async with self._topics() as read_facts, self._listening():
            for scene in sorted({chapter.scene for chapter in self.chapters}):
                await self._scene([chapter for chapter in self.chapters if chapter.scene == scene])
            facts = await read_facts()
        # The mirror has followed on the same connection until now.
        report = await self._checked(facts)
        report.seconds = loop.time() - began
        return report

    def problems(self, run: Run) -> list[str]:
        """Return what is not yet, or not, as the case expects."""
        return problems(run, self.runs, self.site.program_office)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        follower = asyncio.create_task(self._mirror.follow())
        readies = {slug: asyncio.Event() for slug in self._partners}
        ears = [asyncio.create_task(self._agencies.listen(slug, ready)) for slug, ready in readies.items()]
        try:
            await asyncio.wait_for(asyncio.gather(*(ready.wait() for ready in readies.values())), 60)
            yield
        finally:
            await self._agencies.wind_up()
            for task in (follower, *ears):
                task.cancel()
            await asyncio.gather(follower, *ears, return_exceptions=True)

    async def _scene(self, chapters: list[Chapter]) -> None:
        for places in {ROOM if chapter.places is None else chapter.places for chapter in chapters}:
            await self._report_places(places)
        runs = [self.runs[case.slug] for chapter in chapters for case in chapter.cases]
        starting = asyncio.create_task(self._start(runs))
        try:
            for chapter in chapters:
                if chapter.places_after is not None:
                    own = [self.runs[case.slug] for case in chapter.cases]
                    await self._until(lambda own=own: all(map(first_end_reached, own)))  # type: ignore[misc]
                    await self._report_places(chapter.places_after)
            await self._until(lambda: starting.done() and not any(map(self.problems, runs)))
            await self._quiet()
            for run in runs:
                run.ended(self.problems(run))
        finally:
            starting.cancel()

    async def _start(self, runs: list[Run]) -> None:
        """Begin the cases one after the other; one that comes after another waits for that one's end."""
        waiting = sorted(runs, key=lambda run: not run.case.patient)
        while waiting:
            ready = [run for run in waiting if run.case.after is None or not self.problems(self.runs[run.case.after])]
            under_way = sum(run.started and not run.case.patient and bool(self.problems(run)) for run in runs)
            ready = [run for run in ready if run.case.patient or under_way < _AT_ONCE][:1]
            for run in ready:
                waiting.remove(run)
                await self._agencies.refer(run)
            if not ready:
                await self._mirror.changed(0.1)

    async def _until(self, done: Callable[[], bool]) -> None:
        longest = max(_SCENE_SECONDS, self.site.clocks.minutes(_SCENE_MINUTES).total_seconds())
        until = asyncio.get_running_loop().time() + longest
        while not done() and asyncio.get_running_loop().time() < until:
            await self._mirror.changed(0.25)
            for run in self.runs.values():
                if run.started:
                    await what_follows(self._agencies, run)
            self._shown()

    async def _quiet(self) -> None:
        """Wait until nothing happens any more: what should not come would come now."""
        seen = -1
        while seen != self._mirror.steps_seen + len(self._agencies.heard):
            seen = self._mirror.steps_seen + len(self._agencies.heard)
            await asyncio.sleep(_QUIET_SECONDS)
            self._shown()

    async def _report_places(self, places: int) -> None:
        """Every case-management agency says how many it can have, and the hub has heard so."""
        for agency in self.site.case_management:
            await self._agencies.say(None, agency.slug, CapacityReported(places=places))
        await self._quiet()

    async def _checked(self, facts: list[Fact]) -> Report:
        runs = list(self.runs.values())
        messages = self._agencies.heard
        ledger = await self._asking.ledger()
        return Report(
            runs=runs,
            troubles=self._agencies.troubles,
            improper=[
                *(words for message in messages for words in improper(message, self.site, runs)),
                *joined(messages),
            ],
            lost=lost(self._agencies.sent, facts, messages),
            doubled=doubled(facts, messages),
            unentered=unentered(ledger, messages),
            ledger=ledger_holds(ledger, facts),
        )

    @asynccontextmanager
    async def _topics(self) -> AsyncIterator[Callable[[], Any]]:
        """Note where the hub's topics end now; what is called at the end returns everything that came after."""
        consumer = AIOKafkaConsumer(**self._hub.for_looking())
        await consumer.start()
        try:
            cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001  # there is no public question
            partitions = [
                TopicPartition(self._hub.outside(topic), number)
                for topic in HUB_TOPICS
                for number in cluster.partitions_for_topic(self._hub.outside(topic)) or ()
            ]
            begin = await consumer.end_offsets(partitions)

            async def read_facts() -> list[Fact]:
                return await _between(consumer, begin, await consumer.end_offsets(partitions))

            yield read_facts
        finally:
            await consumer.stop()


async def _between(
    consumer: AIOKafkaConsumer, begin: dict[TopicPartition, int], end: dict[TopicPartition, int]
) -> list[Fact]:
    open_ = {partition for partition in begin if end[partition] > begin[partition]}
    if not open_:
        return []
    consumer.assign(list(open_))
    for partition in open_:
        consumer.seek(partition, begin[partition])
    facts: list[Fact] = []
    while any([await consumer.position(partition) < end[partition] for partition in open_]):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                try:
                    facts.append(read(record.headers, record.value))
                except Unreadable:
                    continue
    return facts
