"""Replays in a world that is broken on purpose: operators whose word is not lost, and a storm that blows meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
from confluent_kafka import Message

from contracts import topics
from contracts.envelope import STRUCTURED, Envelope, Fact, agency_source, structured
from contracts.event import Event
from contracts.reading import read
from contracts.replaying import ReplayKind, ReplayReason, ReplayStage, ReplayStep
from contracts.to_hub.replay_endorsed import ReplayEndorsed
from contracts.to_hub.replay_requested import ReplayRequested
from contracts.to_hub.replay_steered import ReplaySteered
from services.intake.store import register_operator, remove_operator
from services.plumbing.identity import derived
from services.plumbing.signing import new_key, sign
from services.replay.domain import Item, Replay
from services.replay.store import Asking
from tests.chaos.stopping import Stopping
from tests.chaos.world import World, until
from tests.journeys import cast
from tests.journeys.cast import OFFICE

JUNO, ROBIN = "juno-sample", "robin-sample"
SERVERS = ("kafka", "postgres")
VICTIMS = ("replay", "notification", "kafka", "intake", "postgres")
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What asking a database comes to that was killed."""


class Replaying(Stopping):
    """They know by its id what a replay brings: they keep it and answer nothing anew."""

    def _hear(self, message: Message) -> None:
        topic = message.topic()
        fact = None if topic in self._facts else read(message.headers() or [], message.value())
        if fact is None or not fact.envelope.delivery:
            super()._hear(message)
            return
        self.lanes[topic.removeprefix("agency.").removesuffix(".from-hub")].append(fact)

    def _send(self, message: cast.Message) -> None:
        """The provider has not answered yet: so what it was asked is still told."""
        if message.type != "onward.answered":
            super()._send(message)

    def says(self, event: Event, key: str) -> str:
        """Say a signed word of an operator's through the program office's door; Kafka may be away meanwhile."""
        identity = uuid.uuid4().hex
        envelope = Envelope(
            identity, agency_source(OFFICE), event.name, datetime.now(UTC), dataschema=event.dataschema,
            signature=sign(key, identity, event),
        )  # fmt: skip
        body = json.dumps(structured(Fact(event, envelope))).encode()
        with self._lock:
            self._producer.produce(topics.to_hub(OFFICE), body, headers={"content-type": STRUCTURED})
        return identity

    def brought(self, slug: str, replay_id: str) -> list[Fact]:
        """What a replay brought onto a lane, as it stands there."""
        return [fact for fact in list(self.lanes[slug]) if fact.envelope.delivery == replay_id]


@dataclass
class Storm:
    """Kills at random moments; a server comes back a little later. It blows only while somebody waits."""

    world: World
    chance: random.Random
    left: list[str] = field(default_factory=list)
    killed: int = 0
    _away: dict[str, float] = field(default_factory=dict)
    _next_at: float = 0.0

    def blow(self) -> None:
        """Do what is due by now."""
        now = time.monotonic()
        for name in [one for one, back_at in self._away.items() if now >= back_at]:
            self._back(name)
        if self.left and now >= self._next_at and self.left[-1] not in self._away:
            name = self.left.pop()
            self.world.kill(name)
            self.killed += 1
            if name in SERVERS:
                self._away[name] = time.monotonic() + self.chance.uniform(0.3, 2)
            self._next_at = time.monotonic() + self.chance.uniform(0.2, 4)

    def calm(self) -> None:
        """Let every server come back, and kill nobody more."""
        self.left = []
        for name in list(self._away):
            self._back(name)

    def _back(self, name: str) -> None:
        del self._away[name]
        self.world.restart(name)


def victims(chance: random.Random, before: int, count: int) -> list[str]:
    """The next in turn, each as often as every other, in an order by chance."""
    chosen = [VICTIMS[number % len(VICTIMS)] for number in range(before, before + count)]
    chance.shuffle(chosen)
    return chosen


class Operators:
    """Two, each with a key of their own, for as long as the block lasts."""

    def __init__(self, world: World, agencies: Replaying, storm: Storm) -> None:
        self._world, self._agencies, self._storm = world, agencies, storm
        self._keys: dict[str, str] = {}

    @contextmanager
    def registered(self) -> Iterator[Operators]:
        publics = {}
        for name in (JUNO, ROBIN):
            self._keys[name], publics[name] = new_key()

        async def register(conn: Any) -> None:
            for name, public in publics.items():
                await register_operator(conn, name, public)

        async def remove(conn: Any) -> None:
            for name in publics:
                await remove_operator(conn, name)

        self._asked("intake", register)
        try:
            yield self
        finally:
            self._asked("intake", remove)

    def planned(self, agency: str, since: datetime) -> Replay:
        event = ReplayRequested(
            kind=ReplayKind.LANE, agency=agency, since=since, reason=ReplayReason.DATA_LOST, operator=JUNO
        )
        word = self._agencies.says(event, self._keys[JUNO])
        replay_id = derived("rpl-", agency_source(OFFICE), word)
        return self._until(replay_id, lambda replay: replay.stage in {ReplayStage.PLANNED, ReplayStage.REFUSED})

    def approved(self, replay: Replay) -> Replay:
        assert replay.plan is not None
        event = ReplayEndorsed(replay_id=replay.replay_id, plan_hash=replay.plan.plan_hash, operator=ROBIN)
        self._agencies.says(event, self._keys[ROBIN])
        return self._until(replay.replay_id, lambda replay: replay.approvals)

    def begun(self, replay: Replay, per_second: int) -> Replay:
        event = ReplaySteered(replay_id=replay.replay_id, step=ReplayStep.RUN, per_second=per_second, operator=JUNO)
        self._agencies.says(event, self._keys[JUNO])
        return self._until(replay.replay_id, lambda replay: replay.begun)

    def completed(self, replay: Replay) -> Replay:
        return self._until(replay.replay_id, lambda replay: replay.stage is ReplayStage.COMPLETED)

    def items(self, replay: Replay) -> list[Item]:
        async def asked(conn: Any) -> list[Item]:
            return [one async for one in Asking(conn).items(replay.replay_id)]

        return self._asked("replay", asked)

    def _until(self, replay_id: str, done: Callable[[Replay], Any]) -> Replay:
        seen: list[Replay | None] = [None]

        def look() -> Replay | None:
            self._storm.blow()
            with suppress(*AWAY):
                seen[0] = self._asked("replay", lambda conn: Asking(conn).replay(replay_id))
            return seen[0] if seen[0] is not None and done(seen[0]) else None

        return until(look, lambda: f"{seen[0] and (seen[0].stage, seen[0].steps)} {self._world.standings()}")

    def _asked(self, service: str, ask: Callable[[Any], Any]) -> Any:
        async def asked() -> Any:
            conn = await asyncpg.connect(self._world.hub.database, server_settings={"search_path": service}, timeout=10)
            try:
                return await ask(conn)
            finally:
                await conn.close()

        return asyncio.run(asked())
