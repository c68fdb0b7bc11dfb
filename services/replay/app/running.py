"""The runner: it asks notification for the items of a replay, a few at a time, and says when all have ended.

However many run, one works: what is put out goes with the fence of its lease, in one transaction with the cursor. What
it knows it reads anew each time, so that whoever goes on after it goes on where it was.
"""

from __future__ import annotations

import time
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from contracts.replaying import ReplayPass, ReplayStage
from services.plumbing.database import waits_out
from services.plumbing.tables import PostgresTables
from services.plumbing.waiting import happened
from services.replay.app.saying import Saying
from services.replay.domain import NOTHING, Bucket
from services.replay.store import Asking, Fenced, Leases, Work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from services.plumbing.runner import Pipes
    from services.plumbing.tables import Outgoing
    from services.replay.domain import Replay
    from services.replay.settings import RunnerSettings
    from services.replay.store import Course
    from services.sites import Site

_PASS: Final[Mapping[ReplayStage, ReplayPass]] = {
    ReplayStage.PLANNING: ReplayPass.FORESEE,
    ReplayStage.REHEARSING: ReplayPass.REHEARSE,
    ReplayStage.RUNNING: ReplayPass.SEND,
    ReplayStage.CANCELLED: ReplayPass.SEND,
    ReplayStage.COMPENSATING: ReplayPass.RECALL,
}
_MOST_CHUNKS: Final = 50
"""Asked for in one transaction at most."""


class Running:
    """One runner, for as long as its service runs."""

    def __init__(self, site: Site, pipes: Pipes, settings: RunnerSettings, *, holder: str | None = None) -> None:
        """`holder` tells one life of a runner from every other."""
        self._site, self._pipes, self._settings = site, pipes, settings
        self._leases = Leases(holder or f"{pipes.service}-{uuid.uuid4().hex}", settings.lease_seconds)
        self._work, self._says = Work(), Saying(site)
        self._buckets: dict[str, Bucket] = {}

    async def run(self) -> None:
        """Work until it is stopped; an outage of the database is waited out."""
        while not self._pipes.stopping.is_set():
            busy = False
            try:
                busy = await self.round()
            except Exception as error:
                if not waits_out(error):
                    raise
                self._pipes.log.warning("replay waits", service="replay", error=type(error).__name__)
            pause = self._settings.busy_milliseconds if busy else self._settings.idle_milliseconds
            await happened(self._pipes.stopping, pause / 1000)

    async def round(self) -> bool:
        """Do the next step of each replay that is not another runner's; return whether there is any."""
        async with self._pipes.database.connection() as conn:
            waiting = await self._work.at_work(conn)
        self._buckets = {one: bucket for one, bucket in self._buckets.items() if one in waiting}
        for replay_id in waiting:
            async with self._pipes.database.transaction() as conn:
                fence = await self._leases.take(conn, replay_id)
            if fence is not None:
                try:
                    await self.advance(replay_id, fence)
                except Fenced:
                    self._pipes.log.warning("replay taken over", service="replay", replay=replay_id)
        return bool(waiting)

    async def advance(self, replay_id: str, fence: int) -> None:
        """Do the next step of this replay.

        Raises:
            Fenced: another runner has it.
        """
        ended = False
        async with self._held(replay_id, fence) as (conn, replay):
            mode = _PASS.get(replay.stage)
            if mode is None or replay.asked is None:
                return
            course = await self._work.course(conn, replay_id, mode)
            if course is None:
                await self._begin(conn, replay, mode)
                return
            if replay.stage is not ReplayStage.CANCELLED:
                course = await self._ask(conn, replay, mode, course)
            ended = _ended(replay, course)
        if ended:
            # A message has several answers where it has several purposes: all that was said by now is read.
            await self._pipes.read()
            await self._end(replay_id, fence)

    async def _end(self, replay_id: str, fence: int) -> None:
        async with self._held(replay_id, fence) as (conn, replay):
            mode = _PASS.get(replay.stage)
            course = None if mode is None else await self._work.course(conn, replay_id, mode)
            if mode is None or course is None or not _ended(replay, course):
                return
            saying, now = self._says, self._pipes.now()
            match mode:
                case ReplayPass.FORESEE:
                    fact = saying.planned(replay, await saying.tallied(Asking(conn), replay), now)
                    await saying.expires(PostgresTables(conn), replay, fact)
                case ReplayPass.REHEARSE:
                    fact = saying.advanced(replay, ReplayStage.REHEARSED, now)
                case ReplayPass.RECALL:
                    fact = saying.advanced(replay, ReplayStage.COMPENSATED, now)
                case _:
                    fact = saying.completed(replay, await saying.tallied(Asking(conn), replay), now)
            await saying.say(conn, self._work, replay, fact)
        self._pipes.wake()
        self._pipes.log.info("replay pass ended", service="replay", replay=replay_id, mode=mode.value)

    async def _begin(self, conn: Any, replay: Replay, mode: ReplayPass) -> None:
        now = self._pipes.now()
        if mode is ReplayPass.FORESEE:
            await self._work.select_lane(conn, replay.replay_id, replay.request)
            if not await self._work.begin(conn, replay.replay_id, mode, now):
                await self._says.say(conn, self._work, replay, self._says.refused(replay, NOTHING, now))
                self._pipes.wake()
            return
        await self._work.begin(conn, replay.replay_id, mode, now)

    async def _ask(self, conn: Any, replay: Replay, mode: ReplayPass, course: Course) -> Course:
        """Ask for as many chunks as the pace allows, and as few as leave live traffic its turn."""
        bucket = self._bucket(replay, mode)
        cursor, ordered = course.cursor, 0
        rows: list[Outgoing] = []
        while (
            course.ordered + ordered < course.total
            and course.outstanding + ordered < self._settings.outstanding
            and bucket.open
            and len(rows) < _MOST_CHUNKS
        ):
            items = await self._work.chunk(conn, replay.replay_id, mode, cursor)
            if not items:
                break
            rows.append(self._says.ordered(replay, mode, items, self._pipes.now()))
            cursor, ordered = items[0]["chunk"], ordered + len(items)
            bucket.take(len(items))
        if rows:
            await PostgresTables(conn).send(rows)
            await self._work.move(conn, replay.replay_id, mode, cursor, ordered)
            self._pipes.wake()
        return type(course)(cursor, course.ordered + ordered, course.answered, course.total)

    def _bucket(self, replay: Replay, mode: ReplayPass) -> Bucket:
        """Planning goes as fast as the site allows at all: nothing is told by it."""
        rules = self._site.replay
        pace = rules.most_per_second if mode is ReplayPass.FORESEE else (replay.per_second or rules.per_second)
        now = time.monotonic()
        bucket = self._buckets.setdefault(replay.replay_id, Bucket(pace, now, tokens=1.0))
        bucket.fill(now, min(pace, rules.most_per_second))
        return bucket

    @asynccontextmanager
    async def _held(self, replay_id: str, fence: int) -> AsyncIterator[tuple[Any, Replay]]:
        """Lend a transaction in which nobody else can work on this replay.

        Raises:
            Fenced: another runner has it.
        """
        async with self._pipes.database.transaction() as conn:
            await self._leases.require(conn, replay_id, fence)
            replay = await self._work.held(conn, replay_id)
            if replay is None:
                raise Fenced(Fenced.__doc__)
            yield conn, replay


def _ended(replay: Replay, course: Course) -> bool:
    """Whether every item that was asked for is answered, and no more is asked for."""
    all_asked = course.ordered >= course.total or replay.stage is ReplayStage.CANCELLED
    return all_asked and course.answered >= course.ordered
