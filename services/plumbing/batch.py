"""One batch, one transaction: drop duplicates, load, fold, save, emit. The same on PostgreSQL and in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.envelope import Fact, body_of, lines_of, readdressed
from services.plumbing.arrivals import OVERSIZE, Arrival, Trouble, digest_of
from services.plumbing.fold import Folded, Sent, fold, known
from services.plumbing.service import Connection, Loaded, Service
from services.plumbing.tables import Identity, Outgoing, Tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OTHER_BODY: Final = "other-body-"
"""How the delivery begins under which the inbox knows an id that came again with another body."""
MOST_BYTES: Final = 900_000
"""Bytes that one message may weigh, headers included: below a topic's default of 1 MiB, with room for the frame."""
_FOR_EACH_HEADER: Final = 8


class Condemned(Exception):  # it names the situation: these arrivals cannot be handled, the rest can
    """Some arrivals cannot be saved or sent; the batch is done again without them."""

    def __init__(self, found: Mapping[Arrival, Trouble]) -> None:
        """Name the arrivals and what is wrong with each."""
        super().__init__(Condemned.__doc__)
        self.found = found


@dataclass(slots=True)
class Report:
    """What one batch came to: numbers only."""

    heard: int = 0
    new: int = 0
    duplicates: int = 0
    parked: int = 0
    said: int = 0
    deadlines: int = 0
    correlation: str | None = None

    def add(self, other: Report) -> None:
        """Add what another part of the same batch came to."""
        self.heard += other.heard
        self.new += other.new
        self.duplicates += other.duplicates
        self.parked += other.parked
        self.said += other.said
        self.deadlines += other.deadlines
        self.correlation = self.correlation or other.correlation


async def work(
    service: Service[Any, Any],
    tables: Tables,
    conn: Connection,
    arrivals: Sequence[Arrival],
    *,
    condemned: Mapping[Arrival, Trouble],
    most_bytes: int = MOST_BYTES,
    first_in_line: bool = False,
) -> Report:
    """Do everything that one batch does inside its transaction.

    `first_in_line`: these are dead letters tried again, the oldest of their keys; what is parked behind them does not
    hold them back.

    Raises:
        Condemned: some arrivals make messages that are too big; roll back and do it again with these condemned.
        Exception: whatever the database or the store trip over; the caller tells outage from bad data.
    """
    fresh, blocked = await _fresh(service, tables, arrivals)
    if first_in_line:
        blocked = set()
    viable = [
        one for one in fresh
        if one.trouble is None and one not in condemned and (not blocked or blocked.isdisjoint(one.keys))
    ]  # fmt: skip
    loaded = await _loaded(service, conn, viable)
    folded = fold(service, loaded, fresh, blocked=blocked, condemned=condemned)
    if first_in_line and not fresh:
        folded.sent += [sent for one in arrivals for sent in known(service, one)]
    saving = asyncio.create_task(_save(service, conn, loaded, folded))
    try:
        facts = await _finished(service, conn, folded, saving)
        rows = _rows(folded.sent, facts, most_bytes)
    finally:
        await saving
    await _emit(service, tables, folded, rows)
    return _report(arrivals, fresh, folded)


async def _fresh(
    service: Service[Any, Any], tables: Tables, arrivals: Sequence[Arrival]
) -> tuple[list[Arrival], set[str]]:
    """Return the arrivals that the inbox did not know, in order, and the keys that are held back."""
    readable = [one for one in arrivals if one.fact is not None]
    identities = [one.identity for one in readable]
    digests = [digest_of(one.body).hex() if service.reused else "" for one in readable]
    keys = list({key for one in arrivals for key in one.keys})
    new, blocked = await tables.admit(identities, digests, keys)
    if len(new) == len(arrivals):
        return list(arrivals), blocked
    others: dict[Arrival, Arrival] = {}
    if service.reused is not None and len(new) < len(readable):
        others = await _reused(service, tables, readable, digests)
    fresh = []
    for one in arrivals:
        if one.fact is None:
            fresh.append(one)
        elif one.identity in new:
            new.discard(one.identity)
            fresh.append(one)
        elif one in others:
            fresh.append(others[one])
    return fresh, blocked


async def _reused(
    service: Service[Any, Any], tables: Tables, readable: Sequence[Arrival], digests: Sequence[str]
) -> dict[Arrival, Arrival]:
    """Return what the service makes of ids that come again with another body; each other body is answered once."""
    known = await tables.digests([one.identity for one in readable])
    answers: dict[Identity, tuple[Arrival, Arrival]] = {}
    for one, digest in zip(readable, digests, strict=True):
        if known.get(one.identity, digest) != digest and service.reused is not None and one.fact is not None:
            fact = readdressed(service.reused(one.fact), delivery=f"{OTHER_BODY}{digest}")
            key = service.key(fact)
            if key is not None:
                again = Arrival(one.raw, one.body, fact, key, (key,), letter=one.letter)
                answers.setdefault(again.identity, (one, again))
    if not answers:
        return {}
    new, _ = await tables.admit(list(answers), [""] * len(answers), [])
    return {one: again for identity, (one, again) in answers.items() if identity in new}


async def _loaded(service: Service[Any, Any], conn: Connection, viable: Sequence[Arrival]) -> Loaded[Any, Any]:
    if not viable:
        return Loaded({}, None)
    keys = sorted({one.key for one in viable})  # type: ignore[type-var]  # readable arrivals have a key
    return await service.store.load(conn, keys, [one.fact for one in viable])  # type: ignore[arg-type, misc]


async def _save(service: Service[Any, Any], conn: Connection, loaded: Loaded[Any, Any], folded: Folded) -> None:
    if folded.changed or folded.rows or folded.shared is not loaded.shared:
        await service.store.save(conn, folded.changed, folded.shared, folded.rows)


async def _finished(
    service: Service[Any, Any], conn: Connection, folded: Folded, saving: asyncio.Task[None]
) -> Sequence[Fact]:
    """Return what is said, as it goes out, while PostgreSQL saves; a last step that asks it, too, waits for that."""
    facts = [sent.fact for sent in folded.sent]
    if service.finish is None or not facts:
        await asyncio.sleep(0)  # lets the saving begin
        return facts
    await saving
    return await service.finish(conn, facts)


async def _emit(service: Service[Any, Any], tables: Tables, folded: Folded, rows: Sequence[Outgoing]) -> None:
    """Put out what follows from the batch, each kind in one statement."""
    if rows:
        # What was folded at once and is also heard would come back from its topic: it is handled already.
        heard = frozenset(service.hears)
        own = [_identity(sent.fact) for sent in folded.sent if sent.folded and type(sent.fact.event) in heard]
        await tables.send(rows, own)
    if folded.deadlines:
        await tables.set_deadlines(folded.deadlines)
    if folded.parked:
        entered = [arrival.identity for arrival, _ in folded.parked if arrival.fact is not None]
        if entered:
            await tables.forget(entered)
        await tables.park(folded.parked)


def _rows(sent: Sequence[Sent], facts: Sequence[Fact], most_bytes: int) -> list[Outgoing]:
    rows: list[Outgoing] = []
    oversize: dict[Arrival, Trouble] = {}
    for one, fact in zip(sent, facts, strict=True):
        row = outgoing(one.topic, one.key, fact)
        rows.append(row)
        size = len(row.body) + len(row.headers) + _FOR_EACH_HEADER * row.headers.count("\n")
        if size > most_bytes:
            oversize[one.cause] = Trouble(OVERSIZE, f"{fact.event.name} would be {size} bytes")
    if oversize:
        raise Condemned(oversize)
    return rows


def outgoing(topic: str, key: str, fact: Fact) -> Outgoing:
    """Return the outbox row of a fact.

    Raises:
        ValueError: an attribute holds a line break.
    """
    return Outgoing(topic, key, lines_of(fact), body_of(fact))


def _identity(fact: Fact) -> Identity:
    return fact.envelope.source, fact.envelope.id, fact.envelope.delivery


def _report(arrivals: Sequence[Arrival], fresh: Sequence[Arrival], folded: Folded) -> Report:
    return Report(
        heard=len(arrivals),
        new=folded.handled,
        duplicates=len(arrivals) - len(fresh),
        parked=len(folded.parked),
        said=len(folded.sent),
        deadlines=len(folded.deadlines),
        correlation=_correlation(fresh),
    )


def _correlation(fresh: Sequence[Arrival]) -> str | None:
    envelope = fresh[0].fact.envelope if fresh and fresh[0].fact is not None else None
    return (envelope.correlation_id or envelope.id) if envelope else None
