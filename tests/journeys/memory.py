"""The whole hub in memory: every service, the carrier, and the agencies of a cast. Time stands until it is moved."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from contracts import topics
from contracts.envelope import STRUCTURED, Fact
from services.assignment.app import service as assignment
from services.charges.app import service as charges
from services.consent.app import service as consent
from services.console.app import service as console
from services.console.domain import read_file, written_file
from services.eligibility.app import service as eligibility
from services.intake.app import service as intake
from services.notification.app import service as notification
from services.plumbing.keystore import SiteKeys
from services.plumbing.memory import MemoryHub
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.sealing import Erased
from services.plumbing.service import Loaded, Record
from services.pretrial.app import service as pretrial
from services.replay.app import service as replay
from services.sites import Site
from tests.assignment.memory import MemoryPlacements
from tests.charges.memory import MemoryDockets
from tests.consent.memory import MemoryRegisters
from tests.eligibility.memory import MemoryPersonFiles
from tests.intake.memory import CasesInMemory
from tests.journeys.cast import CASE_MANAGERS, Case, Cast, Message, places
from tests.notification.memory import MemoryCarrier, MemoryStore
from tests.pretrial.memory import MemoryRoads
from tests.replay.memory import MemoryReplays


class MemoryFiles:
    """The console's files and steps in memory."""

    def __init__(self):
        self.files, self.steps = {}, {}

    async def load(self, _conn, keys, _facts):
        return Loaded({key: read_file(self.files[key]) for key in keys if key in self.files}, None)

    async def save(self, _conn, states, _shared, rows):
        self.files |= {key: written_file(state) for key, state in states.items()}
        for _, step in rows:
            self.steps.setdefault((step.service, step.id), step)


class WholeHub:
    """What runs together, and the lanes. `chance` lets everything take turns in any way, and read pieces again.

    `changed` makes another of a service, to break it on purpose.
    """

    def __init__(
        self, site: Site, keys: SiteKeys, *, at: datetime, chance: random.Random | None = None, again=0.0, changed=None
    ):
        self.site, self.chance, self.again = site, chance, again
        self.cases = CasesInMemory(keys.site)
        self.placements, self.registers = MemoryPlacements(site), MemoryRegisters()
        self.dockets = MemoryDockets()
        self.lanes, self.files = MemoryStore(), MemoryFiles()
        services = [
            intake(site, keys, self.cases),
            eligibility(site, MemoryPersonFiles()),
            consent(site, self.registers),
            assignment(site, keys.naming, self.placements),
            charges(site, self.dockets),
            pretrial(site, MemoryRoads()),
            notification(site, keys, self.lanes, self.lanes.book),
            replay(site, MemoryReplays()),
            console(site, self.files),
        ]
        self.hub = MemoryHub(services if changed is None else map(changed, services), at=at)
        self.carrier = MemoryCarrier(
            site, self.lanes, self.hub, open_=self._open, pseudonym=Pseudonyms(keys.pseudonym).of
        )
        self._openers = {}
        self._read: dict[str, int] = {}
        self._offset = 0
        self.carrier.world.opener = self._opener

    async def say(self, *messages: Message) -> None:
        """Put messages on their agencies' topics; nothing is read yet."""
        headers = (("content-type", STRUCTURED.encode()),)
        for message in messages:
            self._offset += 1
            record = Record(
                topics.to_hub(message.agency), 0, self._offset, self.hub.at, headers, None, message.body(self.hub.at)
            )
            await self.hub.publish(record.topic, record, key=message.agency)

    async def settle(self) -> list[tuple[str, Fact]]:
        """Let everything run until nothing moves; return what came on the lanes since, in order."""
        while True:
            await self.hub.settle(self.chance, duplicate=self.again)
            before = len(self.hub.records(topics.DISCLOSURES))
            await self.carrier.settle()
            if before == len(self.hub.records(topics.DISCLOSURES)):
                break
        return list(self._new())

    async def advance(self, minutes: float) -> list[tuple[str, Fact]]:
        """Move time, with every deadline on the way in its order; return what came on the lanes."""
        until = self.hub.at + timedelta(minutes=minutes)
        heard = await self.settle()
        while due := min((one.due_at for name in self._named() for one in self.hub.deadlines(name)), default=None):
            if due > until:
                break
            await self.hub.advance(to=max(due, self.hub.at))
            heard += await self.settle()
        await self.hub.advance(to=until)
        return heard + await self.settle()

    async def play(self, cast: Cast, cases: Iterable[Case] | None = None) -> None:
        """Play the caseload to its end."""
        if not self.hub.records(topics.to_hub(CASE_MANAGERS[0])):
            await self.say(*places())
        waiting = list(cast.cases if cases is None else cases)
        if self.chance is not None:
            self.chance.shuffle(waiting)
        while True:
            share = len(waiting) if self.chance is None else self.chance.randint(0, len(waiting))
            begun, waiting = waiting[:share], waiting[share:]
            await self.say(*(message for case in begun for message in cast.opening(case)))
            self.hub.at += timedelta(seconds=1)
            answers = [message for agency, fact in await self.settle() for message in cast.hear(agency, fact)]
            if self.chance is not None:
                answers = _shuffled_by_agency(answers, self.chance)
            await self.say(*answers)
            if not answers and not waiting:
                return

    async def retry(self, service: str) -> None:
        """Deliver what the service has parked again, in order, as an operator does after a mend."""
        tables = self.hub._readings[service].tables
        letters, tables.letters = tables.letters, []
        for letter in letters:
            # Everybody else knows it already.
            await self.hub.publish(letter.record.topic, letter.record, key=letter.key or service)

    def facts(self) -> dict[str, list[Fact]]:
        """The hub's topics."""
        return {topic: self.hub.facts(topic) for topic in topics.HUB_TOPICS}

    def parked(self) -> list[str]:
        """What any service could not handle."""
        return [f"{name}: {one.trouble}" for name in self._named() for one in self.hub.parked(name)]

    def lane(self, agency: str) -> list[Fact]:
        """Everything that ever came on the agency's lane."""
        return self.hub.facts(topics.from_hub(agency))

    def _named(self):
        return tuple(name for name in topics.SERVICES)

    def _new(self):
        for agency in self.site.agencies:
            lane = self.lane(agency)
            for fact in lane[self._read.get(agency, 0) :]:
                yield agency, fact
            self._read[agency] = len(lane)

    async def _opener(self, _conn, tokens):
        opener = await self.cases.sealer.opener(None, tokens)

        def open_(token, place):
            try:
                return opener.open(token, place)
            except Erased:
                return None

        return open_

    def _open(self, _token, _place):
        raise AssertionError


def _shuffled_by_agency(messages: list[Message], chance: random.Random) -> list[Message]:
    """Each agency's messages keep their order; agencies come in any."""
    lanes = {}
    for message in messages:
        lanes.setdefault(message.agency, []).append(message)
    mixed = []
    while lanes:
        agency = chance.choice(sorted(lanes))
        mixed.append(lanes[agency].pop(0))
        if not lanes[agency]:
            del lanes[agency]
    return mixed
