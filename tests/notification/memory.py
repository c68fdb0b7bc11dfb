# ruff: noqa: ARG002  # in memory a connection is nothing
"""Notification in memory: the store's twin, and the carrier over it, for journeys without servers."""

from __future__ import annotations

import copy
import hmac
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from contracts import topics
from contracts.envelope import Fact
from services.notification.app.carrier import Carrier
from services.notification.domain.answers import Verdict
from services.notification.domain.dossier import Dossier
from services.notification.domain.judging import Judge
from services.notification.domain.lanes import ConsentEnded, LaneRow
from services.notification.domain.ledger import Told, ToldTo, being_told, entry_of, told_of
from services.notification.domain.recalling import takes_back
from services.notification.domain.rows import RECALL, agency_key, keys_of_agency
from services.notification.domain.telling import Open
from services.notification.domain.writing import read_dossier, written_dossier
from services.notification.gateways import Sent
from services.notification.settings import CarrierSettings
from services.notification.store import CARRYING, WAITING, WITHDRAWN, LaneAlarm, LaneReport, Taken, Waiting
from services.plumbing.chains import Entry, Head, Link, extended
from services.plumbing.ledger import chain_of
from services.plumbing.memory import MemoryHub
from services.plumbing.service import Loaded
from services.plumbing.tokens import Place
from services.sites import Site


@dataclass
class _Tables:
    dossiers: dict[str, str] = field(default_factory=dict)
    rows: dict[int, Waiting] = field(default_factory=dict)
    noted: dict[int, str] = field(default_factory=dict)
    rests: dict[int, str | None] = field(default_factory=dict)
    lanes: dict[str, LaneReport] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    count: int = 0


class MemoryLedger:
    """The ledger in memory: the same chains, and the same fact entered once."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.heads: dict[int, Head] = {}
        self._known: dict[str, str] = {}
        self._subjects: dict[str, list[str]] = {}

    async def append(self, conn: Any, entries: Sequence[Entry]) -> list[Head]:
        grown = set()
        for entry in entries:
            if entry.event_id not in self._known:
                chain = chain_of(entry.key)
                [link] = extended(self.heads.get(chain), chain, [entry.text])
                self.heads[chain] = Head(chain, link.sequence, link.hash)
                self.links.append(link)
                self._known[entry.event_id] = entry.text
                self._subjects.setdefault(entry.subject or "", []).append(entry.text)
                grown.add(chain)
        return [self.heads[chain] for chain in sorted(grown)]

    async def of_subjects(self, conn: Any, subjects: Sequence[str]) -> list[str]:
        return [text for subject in subjects for text in self._subjects.get(subject, ())]

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(link.entry) for link in self.links]


class MemoryBook:
    """Enters facts of disclosure into a ledger in memory; heads are published nowhere."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.ledger = ledger

    async def enter(self, conn: Any, facts: Sequence[Fact]) -> None:
        await self.ledger.append(conn, [entry for fact in facts if (entry := entry_of(fact)) is not None])


class MemoryStore:
    """The same promises as the store in PostgreSQL. A transaction that fails leaves everything as it was."""

    def __init__(self) -> None:
        self.tables = _Tables()
        self.parked: set[str] = set()
        self.ledger = MemoryLedger()
        self.book = MemoryBook(self.ledger)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        before = copy.deepcopy(self.tables)
        try:
            yield
        except BaseException:
            self.tables = before
            raise

    @property
    def rows(self) -> list[Waiting]:
        return [self.tables.rows[one] for one in sorted(self.tables.rows)]

    async def load(self, conn: Any, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[Dossier, ToldTo]:
        persons = {fact.subject for fact in facts if fact.subject and takes_back(fact)}
        return Loaded(self._dossiers(keys), {person: await self._told(person) for person in sorted(persons)})

    async def _told(self, person: str) -> list[Told]:
        told = [*told_of(await self.ledger.of_subjects(None, [person]))]
        for one in self.rows:
            if one.row.key == person and one.verdict is not None:
                told += being_told(one.row, one.verdict, told)
        return told

    async def save(
        self, conn: Any, states: Mapping[str, Dossier], shared: ToldTo, rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        for key, state in states.items():
            self.tables.dossiers[key] = written_dossier(state)
        known = {one.row.message_id for one in self.tables.rows.values()}
        for _, row in rows:
            if isinstance(row, LaneRow) and row.message_id not in known:
                known.add(row.message_id)
                self.tables.count += 1
                self.tables.rows[self.tables.count] = Waiting(self.tables.count, row)
        ended = {row.consent_id for _, row in rows if isinstance(row, ConsentEnded)}
        for number, one in self.tables.rows.items():
            if one.row.rests_on in ended and one.state == WAITING:
                self.tables.rows[number] = replace(one, state=WITHDRAWN)

    async def busy(self, conn: Any, now: datetime) -> list[str]:
        agencies = dict.fromkeys(one.row.agency for one in self.rows)
        return [agency for agency in agencies if (self._retry_at(agency) or now) <= now]

    async def take(self, conn: Any, agency: str, most: int) -> Taken:
        closed = not self.parked.isdisjoint(keys_of_agency(agency))
        mine = [
            one for one in self.rows
            if one.row.agency == agency and one.row.key not in self.parked and not self._held(one.row)
        ]  # fmt: skip
        rows = [] if closed else mine[:most]
        dossiers = self._dossiers([*(one.row.key for one in rows), agency_key(agency)])
        return Taken(rows, dossiers, held=bool(self.parked), closed=closed and bool(mine))

    def _held(self, row: LaneRow) -> bool:
        dossier = self._dossiers([row.key]).get(row.key)
        return dossier is not None and dossier.revoking and row.message != RECALL

    async def note(self, conn: Any, agency: str, why: str) -> list[LaneRow]:
        noted = []
        for one in self.rows:
            held = (one.row.key in self.parked) is (why == "parked")
            if one.row.agency == agency and held and one.state == WAITING and self.tables.noted.get(one.id) != why:
                self.tables.noted[one.id] = why
                noted.append(one.row)
        return noted

    async def anything_parked(self, conn: Any, agency: str) -> bool:
        return any(one.row.agency == agency and one.row.key in self.parked for one in self.rows)

    async def carry(self, conn: Any, judged: Sequence[tuple[int, Verdict]], now: datetime) -> None:
        for number, verdict in judged:
            self._change(number, state=CARRYING, verdict=verdict, carrying_at=now)

    async def put_back(self, conn: Any, ids: Sequence[int]) -> None:
        for number in ids:
            self._change(number, state=WAITING, verdict=None, carrying_at=None)

    async def say_anew(self, conn: Any, rows: Sequence[tuple[int, LaneRow]]) -> None:
        for number, row in rows:
            self._change(number, state=WAITING, verdict=None, carrying_at=None, row=row)

    async def settle(self, conn: Any, ids: Sequence[int]) -> None:
        for number in ids:
            self.tables.rows.pop(number, None)

    async def report(self, conn: Any, lane: LaneReport) -> None:
        before = self.tables.lanes.get(lane.agency)
        if before is None or (before.state, before.reason) != (lane.state, lane.reason):
            self.tables.since[lane.agency] = lane.at
        self.tables.lanes[lane.agency] = lane

    async def attempts(self, conn: Any, agency: str) -> int:
        lane = self.tables.lanes.get(agency)
        return 0 if lane is None else lane.attempts

    async def alarms(self, conn: Any) -> list[LaneAlarm]:
        return [
            LaneAlarm(agency, lane.state, lane.reason, self.tables.since[agency],
                      sum(one.row.agency == agency for one in self.rows))
            for agency, lane in sorted(self.tables.lanes.items())
            if lane.state != "open"
        ]  # fmt: skip

    def _retry_at(self, agency: str) -> datetime | None:
        lane = self.tables.lanes.get(agency)
        return None if lane is None else lane.retry_at

    def _change(self, number: int, **changes: Any) -> None:
        self.tables.rows[number] = replace(self.tables.rows[number], **changes)

    # The line break: what is kept is taken apart anew each time, as after a restart.
    def _dossiers(self, keys: Iterable[str]) -> dict[str, Dossier]:
        kept = self.tables.dossiers
        return {key: read_dossier(kept[key] + "\n") for key in keys if key in kept}


class MemoryLanes:
    """Lanes that end in lists, and can be broken on purpose."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Fact]] = []
        self.troubles: dict[str, str] = {}
        self.outcomes: dict[str, tuple[Sent, str | None]] = {}
        self.before_sending: Callable[[], None] = lambda: None

    async def trouble(self, agency: str) -> str | None:
        return self.troubles.get(agency)

    async def send(self, agency: str, messages: Sequence[Fact]) -> list[tuple[Sent, str | None]]:
        self.before_sending()
        if agency in self.outcomes:
            return [self.outcomes[agency]] * len(messages)
        self.messages += [(agency, message) for message in messages]
        return [(Sent.SENT, None)] * len(messages)

    def of(self, agency: str) -> list[Fact]:
        return [message for slug, message in self.messages if slug == agency]

    def names(self, agency: str) -> list[str]:
        return [message.event.name for message in self.of(agency)]


class MemoryWorld:
    """What the carrier needs of the pipes, in memory."""

    def __init__(
        self,
        store: MemoryStore,
        now: Callable[[], datetime],
        open_: Open,
        pseudonym: Callable[[str, str, str | None], str],
    ) -> None:
        self.store, self.now, self._open, self.pseudonym = store, now, open_, pseudonym
        self.said: list[Fact] = []
        self.alarms: dict[str, str] = {}

    def alarm(self, agency: str, reason: str | None) -> None:
        if reason is None:
            self.alarms.pop(agency, None)
        else:
            self.alarms[agency] = reason

    def transaction(self) -> Any:
        return self.store.transaction()

    @asynccontextmanager
    async def holding(self, persons: Collection[str]) -> AsyncIterator[None]:
        yield

    async def opener(self, conn: Any, tokens: Iterable[str]) -> Open:
        asked = set(tokens)

        def open_(token: str, place: Place) -> bytes | None:
            assert token in asked
            return self._open(token, place)

        return open_

    async def marker(self, conn: Any, records: Iterable[str]) -> Callable[[str | None, bytes], str]:
        asked = set(records)

        def mark(record: str | None, content: bytes) -> str:
            assert record is None or record in asked
            return hmac.digest((record or "site").encode(), content, "sha256").hex()

        return mark

    async def say(self, conn: Any, facts: Sequence[Fact]) -> None:
        self.said += facts
        await self.store.book.enter(conn, facts)


class MemoryCarrier:
    """Carries everything that waits in a `MemoryStore` into a `MemoryHub`: lanes and facts of disclosure.

    >>> carrier = MemoryCarrier(site, store, hub, open_=opener, pseudonym=pseudonyms.of)
    >>> await hub.settle()
    >>> await carrier.settle()
    """

    def __init__(
        self,
        site: Site,
        store: MemoryStore,
        hub: MemoryHub,
        *,
        open_: Open,
        pseudonym: Callable[[str, str, str | None], str],
    ) -> None:
        self.hub, self.store, self.lanes = hub, store, MemoryLanes()
        self.world = MemoryWorld(store, lambda: hub.at, open_, pseudonym)
        self.carrier = Carrier(Judge(site), store, self.lanes, self.world, CarrierSettings())

    async def settle(self) -> None:
        """Carry until nothing more flows; then the messages are on the lanes, and what was said on its topic."""
        while busy := await self.carrier.busy():
            before = (len(self.world.said), len(self.lanes.messages))
            for agency in busy:
                while await self.carrier.carry(agency):
                    pass
            if before == (len(self.world.said), len(self.lanes.messages)):
                break
        for agency, message in self.lanes.messages:
            await self.hub.publish(topics.from_hub(agency), message, key=message.subject or agency)
        for fact in self.world.said:
            await self.hub.say(topics.DISCLOSURES, fact, key=fact.subject or agency_key(fact.event.agency))
        self.lanes.messages.clear()
        self.world.said.clear()
