"""Replay on a real PostgreSQL: its schema, batches of facts, runners, and a notification that is only played."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from contracts.envelope import Fact, headers_in
from contracts.reading import read
from contracts.replaying import Foreseen, ReplayPass
from contracts.replays.replay_ordered import ReplayOrdered
from services.plumbing.arrivals import Arrival
from services.plumbing.batch import work
from services.plumbing.database import Database
from services.plumbing.log import logger
from services.plumbing.migrations import migrate
from services.plumbing.roles import prepare
from services.plumbing.runner import Pipes
from services.plumbing.tables import PostgresTables
from services.replay.app import service
from services.replay.app.running import Running
from services.replay.domain import Item, Replay
from services.replay.settings import RunnerSettings
from services.replay.store import Asking
from services.sites import Site
from tests.platform.kept import migrations
from tests.replay.examples import BEGIN, again, foreseen, held, later, site

SETTINGS = RunnerSettings(lease_seconds=60, outstanding=200)


class World:
    """One service's schema. `now` is the clock on the wall; it may jump."""

    def __init__(self, dsn: str) -> None:
        self.database = Database(dsn, "replay", password=None, instance="test", timeout=30)
        self.deployed(site())
        self.now = BEGIN
        self.read_to = 0
        self.withheld: set[str] = set()
        self.because = ("consent", "consent-ended")
        """The layer and rule by which something is withheld."""
        self.other_words: set[str] = set()

    def deployed(self, of: Site) -> None:
        """The service is there anew, with this site's data; so is every runner from now on."""
        self.site, self.service = of, service(of)
        self.stopping = asyncio.Event()

    def runner(self, settings: RunnerSettings = SETTINGS, holder: str | None = None) -> Running:
        pipes = Pipes(
            "replay", None, self.database, None, lambda: None, self.stopping, asyncio.Event(), lambda: self.now,  # type: ignore[arg-type]
            lambda *_: None, logger(service="replay"), _nothing,
        )  # fmt: skip
        return Running(self.site, pipes, settings, holder=holder)

    async def hear(self, *facts: Fact) -> None:
        """Handle the facts as one batch, as the service does; what it says is folded and in the outbox."""
        arrivals = [Arrival(None, None, one, self.service.key(one), (self.service.key(one) or "",)) for one in facts]
        async with self.database.transaction() as conn:
            await work(self.service, PostgresTables(conn), conn, arrivals, condemned={})

    async def said(self, after: int = 0) -> list[tuple[int, Fact]]:
        async with self.database.connection() as conn:
            rows = await conn.fetch("SELECT id, headers, body FROM outbox WHERE id > $1 ORDER BY id", after)
        return [(row["id"], read(headers_in(row["headers"]), row["body"])) for row in rows]

    async def orders(self) -> list[ReplayOrdered]:
        """What was asked of notification since this was asked last."""
        found = await self.said(self.read_to)
        self.read_to = found[-1][0] if found else self.read_to
        return [one.event for _, one in found if isinstance(one.event, ReplayOrdered)]

    async def answer(self, orders: Iterable[ReplayOrdered], *, twice: bool = False) -> None:
        """Play notification: everything is told again as it was, but for what is withheld or has other words."""
        facts = [answered for order in orders for answered in self._answers(order)]
        for _ in range(2 if twice else 1):
            for at in range(0, len(facts), 50):
                await self.hear(*facts[at : at + 50])

    def _answers(self, order: ReplayOrdered) -> Iterable[Fact]:
        for item in order.items:
            one, of = item.message_id, f"per-{(item.reference.referral_id or '')[4:]}"
            if order.mode in {ReplayPass.FORESEE, ReplayPass.REHEARSE}:
                gone = one in self.withheld
                more = {"layer": "consent", "rule": "consent-ended"} if gone else {"categories": ("contact",)}
                outcome = Foreseen.WITHHELD if gone else Foreseen.SAME
                if one in self.other_words and not gone and order.mode is ReplayPass.REHEARSE:
                    outcome = Foreseen.CHANGED
                yield foreseen(order.replay_id, one, outcome, later(1), of, order.mode, **more)
            elif order.mode is ReplayPass.RECALL:
                yield again(
                    order.replay_id, one, later(9), of, other=f"rec-of-{one}", message_type="information.recalled"
                )
            elif one in self.withheld:
                layer, rule = self.because
                yield held(order.replay_id, one, later(2), of, rule, layer)
            else:
                yield again(order.replay_id, one, later(2), of, other=f"{one}-new" if one in self.other_words else None)

    async def until(self, done: Callable[[Replay], bool], runner: Running, *, rounds: int = 200) -> Replay:
        """Let the runner work and notification answer until it stands as is asked."""
        for _ in range(rounds):
            await runner.round()
            await self.answer(await self.orders())
            replay = await self.replay()
            if done(replay):
                return replay
        raise AssertionError(replay)

    async def replay(self) -> Replay:
        async with self.database.connection() as conn:
            (newest, *_) = await Asking(conn).replays()
        return newest

    async def items(self) -> list[Item]:
        replay = await self.replay()
        async with self.database.connection() as conn:
            return [one async for one in Asking(conn).items(replay.replay_id)]

    async def at(self, moment: datetime) -> None:
        self.now = moment


async def _nothing() -> None:
    """All is read."""


@asynccontextmanager
async def opened(dsn: str):  # type: ignore[no-untyped-def]
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("DROP SCHEMA IF EXISTS replay CASCADE")
        await prepare(conn, ["replay"])
        await conn.execute("SET ROLE hub_replay; SET search_path TO replay")
        await migrate(conn, "replay", migrations("replay"))
    finally:
        await conn.close()
    world = World(dsn)
    await world.database.open()
    try:
        yield world
    finally:
        await world.database.close()
