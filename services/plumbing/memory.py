"""The hub in memory: the same services and the same batch without Kafka and PostgreSQL, and time moved by hand.

Topics are lists, a lane in them is one key (as a partition keeps one person's order), deadlines fire only when all
that was said before has been read. Any interleaving across lanes, and any re-reading, can be asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from contracts.envelope import Fact, headers_in, written
from contracts.reading import read
from services.plumbing.arrivals import Arrival, Reader, Trouble, heard_topics
from services.plumbing.batch import MOST_BYTES, Condemned, work
from services.plumbing.fold import Due
from services.plumbing.reaching import reached
from services.plumbing.service import Record, Service
from services.plumbing.tables import Identity, Letter, Outgoing

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

_MOST_ROUNDS: Final = 100_000


class Unsettled(RuntimeError):
    """The services of a hub in memory keep answering each other without an end."""


@dataclass
class MemoryTables:
    """The pipes' tables of one service, in memory."""

    inbox: dict[Identity, str] = field(default_factory=dict)
    outbox: list[Outgoing] = field(default_factory=list)
    deadlines: dict[tuple[str, str, str, datetime], Due] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    at: datetime | None = None
    """What time it is, for deadlines to know when they were set."""

    async def admit(
        self, identities: Sequence[Identity], digests: Sequence[str], keys: Sequence[str]
    ) -> tuple[set[Identity], set[str]]:
        """Enter the identities into the inbox; return those that are new, and which of `keys` are held back."""
        new = set()
        for identity, digest in zip(identities, digests, strict=True):
            if identity not in self.inbox:
                self.inbox[identity] = digest
                new.add(identity)
        return new, {letter.key for letter in self.letters if letter.key is not None}.intersection(keys)

    async def digests(self, identities: Sequence[Identity]) -> dict[Identity, str]:
        """Return the digests under which the identities are known."""
        return {identity: self.inbox[identity] for identity in identities if identity in self.inbox}

    async def forget(self, identities: Sequence[Identity]) -> None:
        """Take the identities out of the inbox: they were parked, not handled."""
        for identity in identities:
            self.inbox.pop(identity, None)

    async def send(self, rows: Sequence[Outgoing], own: Sequence[Identity] = ()) -> None:
        """Put the rows into the outbox, in order; `own` are handled already and go into the inbox, too."""
        self.outbox += rows
        for identity in own:
            self.inbox.setdefault(identity, "")

    async def set_deadlines(self, deadlines: Sequence[Due]) -> None:
        """Set the deadlines; those that are set already stay as they are."""
        for due in deadlines:
            self.deadlines.setdefault((due.key, due.name, due.reference, due.due_at), replace(due, set_at=self.at))

    async def park(self, parked: Sequence[tuple[Arrival, Trouble]]) -> None:
        """Park the arrivals."""
        for arrival, trouble in parked:
            key = arrival.keys[0] if arrival.keys else None
            self.letters.append(Letter(len(self.letters) + 1, key, arrival.record, trouble))


class _Reading:
    """One service with its tables and how far it has read each lane."""

    def __init__(self, service: Service[Any, Any]) -> None:
        self.service = service
        self.tables = MemoryTables()
        self.reader = Reader(service)
        self.read: dict[tuple[str, str], int] = defaultdict(int)
        self.unread: dict[tuple[str, str], None] = {}
        """The lanes that it has not read to their ends, in the order in which they came to be so."""
        self.topics = frozenset(heard_topics(service))

    def hears(self, topic: str) -> bool:
        return topic in self.topics or (self.service.pattern is not None and topics.agency_of(topic) is not None)


class MemoryHub:
    """Services that hear each other, in memory.

    >>> hub = MemoryHub([app.service(site, MemoryPlacements())], at=monday)
    >>> await hub.publish(topics.REFERRALS, referral_received)
    >>> await hub.settle()
    >>> hub.facts(topics.ASSIGNMENTS)
    """

    def __init__(self, services: Iterable[Service[Any, Any]], *, at: datetime, most_bytes: int = MOST_BYTES) -> None:
        """`at` is the time that it is until `advance` moves it; records are appended at it."""
        self.at = at
        self._readings = {service.name: _Reading(service) for service in services}
        self._lanes: dict[tuple[str, str], list[Record]] = {}
        self._records: dict[str, list[Record]] = defaultdict(list)
        self._hear: dict[str, list[_Reading]] = {}
        self._most_bytes = most_bytes

    async def publish(self, topic: str, *facts: Fact | Record, key: str | None = None) -> None:
        """Append facts (or raw records, as they are) to a topic, under `key` or else their subject.

        Nothing is read yet: `settle` does that.
        """
        for fact in facts:
            if isinstance(fact, Record):
                self._append(topic, key or (fact.key or b"").decode(errors="replace"), fact.headers, fact.body)
            else:
                body, headers = written(fact)
                self._append(topic, key or fact.subject or fact.source, headers, body)

    async def settle(self, shuffle: random.Random | None = None, *, duplicate: float = 0.0) -> None:
        """Let all services read until nothing is unread.

        With `shuffle` they take turns by chance, a piece of one lane at a time, so that lanes interleave in any way;
        order within a lane stays. `duplicate` is the probability (0 to below 1) that a piece read is read again.
        """
        for _ in range(_MOST_ROUNDS):
            behind = [reading for reading in self._readings.values() if reading.unread]
            if not behind:
                return
            if shuffle is None:
                await self._take_all(behind[0])
            else:
                unread = [(reading, lane) for reading in behind for lane in reading.unread]
                await self._take_some(*shuffle.choice(unread), shuffle, duplicate)
        raise Unsettled(Unsettled.__doc__)

    async def advance(self, minutes: float = 0, *, to: datetime | None = None) -> None:
        """Settle, then move time; each deadline on the way is reached in its order, and settled."""
        until = to or self.at + timedelta(minutes=minutes)
        await self.settle()
        while due := self._next_due(until):
            name, deadline = due
            self.at = max(self.at, deadline.due_at)
            fact = reached(name, deadline)
            await self.publish(topics.DEADLINES, fact, key=deadline.key)
            await self.settle()
        self.at = max(self.at, until)

    def facts(self, topic: str) -> list[Fact]:
        """Return all facts of a topic, in the order in which they were appended."""
        return [read(record.headers, record.body) for record in self._records[topic]]

    def records(self, topic: str) -> list[Record]:
        """Return all raw records of a topic."""
        return list(self._records[topic])

    def parked(self, service: str) -> list[Letter]:
        """Return what the service has parked, oldest first."""
        return list(self._readings[service].tables.letters)

    def inbox(self, service: str) -> set[Identity]:
        """Return what the service has handled: source, id and delivery of each event."""
        return set(self._readings[service].tables.inbox)

    def deadlines(self, service: str) -> list[Due]:
        """Return the deadlines that the service has set and that are not reached, soonest first."""
        return sorted(self._readings[service].tables.deadlines.values(), key=lambda due: due.due_at)

    async def say(self, topic: str, fact: Fact, *, key: str | None = None) -> None:
        """Say a fact as something beside a service does (a carrier): appended at once."""
        await self.publish(topic, fact, key=key)

    def _append(self, topic: str, key: str, headers: Iterable[tuple[str, bytes | None]], body: bytes | None) -> None:
        offset = len(self._records[topic])
        record = Record(topic, 0, offset, self.at, tuple(headers), key.encode() or None, body)
        self._records[topic].append(record)
        self._lanes.setdefault((topic, key), []).append(record)
        if topic not in self._hear:
            self._hear[topic] = [reading for reading in self._readings.values() if reading.hears(topic)]
        for reading in self._hear[topic]:
            reading.unread[topic, key] = None

    async def _take_all(self, reading: _Reading) -> None:
        records = [record for lane in reading.unread for record in self._lanes[lane][reading.read[lane] :]]
        for lane in reading.unread:
            reading.read[lane] = len(self._lanes[lane])
        reading.unread.clear()
        order = {topic: place for place, topic in enumerate(self._records)}
        records.sort(key=lambda record: (record.appended_at, order[record.topic], record.offset))
        await self._handle(reading, records)

    async def _take_some(
        self, reading: _Reading, lane: tuple[str, str], chance: random.Random, duplicate: float
    ) -> None:
        start, records = reading.read[lane], self._lanes[lane]
        end = chance.randint(start + 1, len(records))
        await self._handle(reading, records[start:end])
        reading.read[lane] = chance.randint(0, end - 1) if chance.random() < duplicate else end
        if reading.read[lane] == len(records):
            reading.unread.pop(lane, None)

    async def _handle(self, reading: _Reading, records: Sequence[Record]) -> None:
        arrivals = reading.reader.read(records)
        if not arrivals:
            return
        condemned: dict[Arrival, Trouble] = {}
        reading.tables.at = self.at
        while True:
            before = dict(reading.tables.inbox)
            try:
                await work(
                    reading.service, reading.tables, None, arrivals, condemned=condemned, most_bytes=self._most_bytes
                )
            except Condemned as found:
                reading.tables.inbox = before
                condemned.update(found.found)
            else:
                break
        for row in reading.tables.outbox:
            self._append(row.topic, row.key, headers_in(row.headers), row.body)
        reading.tables.outbox.clear()

    def _next_due(self, until: datetime) -> tuple[str, Due] | None:
        due = [
            (deadline.due_at, name, place)
            for name, reading in self._readings.items()
            for place, deadline in reading.tables.deadlines.items()
            if deadline.due_at <= until
        ]
        if not due:
            return None
        _, name, place = min(due)
        return name, self._readings[name].tables.deadlines.pop(place)
