"""Notification and its carrier over a store in memory: facts go in one by one, and time moves by hand."""

from __future__ import annotations

from datetime import datetime

from contracts.envelope import Fact
from services.notification.app import service
from services.notification.app.carrier import Carrier
from services.notification.domain.judging import Judge
from services.notification.settings import CarrierSettings
from services.plumbing.identity import stated
from services.plumbing.service import Deadline, Row, Said
from tests.notification.examples import KEYS, NOON, open_, pseudonym, whatcom
from tests.notification.memory import MemoryLanes, MemoryStore, MemoryWorld


class Bench:
    """Notification and its carrier over a store in memory; time moves by hand."""

    def __init__(self) -> None:
        self.now: datetime = NOON
        self.deadlines: list[Deadline] = []
        self.store, self.lanes = MemoryStore(), MemoryLanes()
        self.service = service(whatcom(), KEYS, self.store, self.store.book)
        self.world = MemoryWorld(self.store, lambda: self.now, open_, pseudonym)
        self.settings = CarrierSettings(retry_first_milliseconds=1_000)
        self.carrier = self.new_carrier()

    def new_carrier(self) -> Carrier:
        return Carrier(Judge(whatcom()), self.store, self.lanes, self.world, self.settings)

    async def hear(self, *facts: Fact) -> None:
        for fact in facts:
            key = self.service.key(fact)
            assert key is not None
            loaded = await self.store.load(None, [key], [fact])
            before = loaded.states.get(key)
            after = self.service.evolve(before, fact)
            outcomes = list(self.service.decide(before, after, fact, loaded.shared))
            said = [
                stated("notification", fact, one, place) for place, one in enumerate(outcomes) if isinstance(one, Said)
            ]
            for one in said:
                after = self.service.evolve(after, one)
            rows = [(fact, row.content) for row in outcomes if isinstance(row, Row)]
            await self.store.save(None, {key: after}, loaded.shared, rows)
            self.deadlines += [one for one in outcomes if isinstance(one, Deadline)]
            await self.store.book.enter(None, said)
            self.world.said += said

    async def carry(self) -> None:
        for _ in range(5):
            for agency in await self.carrier.busy():
                await self.carrier.carry(agency)

    def said(self, name: str) -> list:
        return [fact.event for fact in self.world.said if fact.event.name == name]
