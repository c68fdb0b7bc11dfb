"""A tiny service for the pipes' own tests: it counts attempts, and gives up when none succeeds in time.

It hears attempts at contact (on the reports' topic), says `place.freed` after the third one, to the person (folded at
once) and to another (another key), and sets a deadline with each first attempt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.assignments.place_freed import PlaceFreed
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import Envelope, Fact, agency_source
from contracts.event import Event
from contracts.to_hub.contact_attempted import ContactAttempted
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.words import ContactResult
from services.plumbing.identity import derived
from services.plumbing.service import Deadline, Loaded, Outcome, Row, Said, Service

MONDAY = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
POISON = "phone"
"""An attempt in this mode makes the example trip, as a mistake of ours would."""
UNSAVABLE = "letter"
"""An attempt in this mode is folded, and the database refuses to save it."""
LONG = "text"
"""An attempt in this mode makes the example say something of the note's length ten times."""


class Tally(BaseModel):
    """What is kept of one person."""

    model_config = ConfigDict(frozen=True)

    attempts: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    agreed_at: datetime | None = None
    lapsed: bool = False
    unsavable: bool = False

    @property
    def count(self) -> int:
        return len(self.attempts)


def person(number: int) -> str:
    return derived("per-", "sample person", str(number))


def attempt(
    number: int, subject: int = 1, *, mode: str = "in_person", at: datetime = MONDAY, note: str | None = None
) -> Fact:
    """The `number`-th attempt at contact with a person, already admitted."""
    event = ContactAttempted(result=ContactResult.NOT_FOUND, mode=mode, note=note)
    return said_by_agency(event, f"attempt-{subject}-{number}", person(subject), at)


def agreed(subject: int = 1, *, at: datetime = MONDAY) -> Fact:
    return said_by_agency(PersonAgreed(), f"agreed-{subject}", person(subject), at)


def said_by_agency(event: Event, identity: str, subject: str, at: datetime) -> Fact:
    envelope = Envelope(identity, agency_source("sample-agency"), event.name, at, subject, admitted_at=at)
    return Fact(event, envelope)


def key(fact: Fact) -> str | None:
    if isinstance(fact.event, DeadlineReached) and fact.event.service != "tally":
        return None
    return fact.subject


def evolve(tally: Tally | None, fact: Fact) -> Tally:
    tally = tally or Tally()
    match fact.event:
        case ContactAttempted(mode=mode):
            if mode == POISON:
                raise KeyError(mode)
            attempts = tuple(sorted({*tally.attempts, fact.id}))
            return tally.model_copy(update={"attempts": attempts, "unsavable": tally.unsavable or mode == UNSAVABLE})
        case PlaceFreed():
            return tally.model_copy(update={"freed": tuple(sorted({*tally.freed, fact.id}))})
        case PersonAgreed():
            return tally.model_copy(update={"agreed_at": min(fact.at, tally.agreed_at or fact.at)})
        case DeadlineReached(due_at=due_at):
            return tally.model_copy(update={"lapsed": tally.agreed_at is None or tally.agreed_at > due_at})
    return tally


def decide(before: Tally | None, after: Tally, fact: Fact, shared: int) -> Iterator[Outcome]:
    if not isinstance(fact.event, ContactAttempted) or before == after:
        return
    yield Row(f"{fact.id} {shared}")
    if before is None or before.count == 0:
        yield Deadline("agreement", fact.subject or "", fact.at + timedelta(minutes=30))
    place = PlaceFreed(referral_id=derived("ref-", fact.id), agency="sample-agency")
    if after.count == 3:
        yield Said(place)
        yield Said(place, subject=person(1000), key=person(1000))
    if fact.event.mode == LONG:
        yield Said(ContactAttempted(result=fact.event.result, note=fact.event.note), admitted=True, key="sample-agency")


def follow(shared: int, fact: Fact) -> int:
    return shared + isinstance(fact.event, ContactAttempted)


HEARS: tuple[type[Event], ...] = (ContactAttempted, PersonAgreed, PlaceFreed, DeadlineReached)


def tally_service(store: Any, **changes: Any) -> Service[Tally, int]:
    return Service(
        **{
            "name": "tally", "hears": HEARS, "key": key, "evolve": evolve, "decide": decide, "store": store,
            "follow": follow,
        } | changes
    )  # fmt: skip


class MemoryTallies:
    """The store in memory."""

    def __init__(self) -> None:
        self.states: dict[str, Tally] = {}
        self.rows: list[str] = []
        self.attempts = 0

    async def load(self, _conn: Any, keys: Sequence[str], _facts: Sequence[Fact]) -> Loaded[Tally, int]:
        return Loaded({key: self.states[key] for key in keys if key in self.states}, self.attempts)

    async def save(
        self, _conn: Any, states: Mapping[str, Tally], shared: int, rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        self.states.update(states)
        self.attempts = shared
        self.rows += [content for _, content in rows]


class PostgresTallies:
    """The store in PostgreSQL: states as text, shared attempts not kept."""

    migrations: ClassVar = {
        "0001_tallies_are_kept.sql": "CREATE TABLE tallies (person text PRIMARY KEY, state text NOT NULL,"
        " unsavable boolean NOT NULL CHECK (NOT unsavable));"
        "CREATE TABLE lines (id bigint GENERATED ALWAYS AS IDENTITY, line text NOT NULL)"
    }

    async def load(self, conn: Any, keys: Sequence[str], _facts: Sequence[Fact]) -> Loaded[Tally, int]:
        rows = await conn.fetch(
            "SELECT person, state FROM tallies WHERE person = ANY($1::text[]) ORDER BY person FOR UPDATE", keys
        )
        return Loaded({row[0]: Tally.model_validate_json(row[1]) for row in rows}, 0)

    async def save(
        self, conn: Any, states: Mapping[str, Tally], _shared: int, rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        await conn.execute(
            "INSERT INTO tallies SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])"
            " ON CONFLICT (person) DO UPDATE SET state = excluded.state, unsavable = excluded.unsavable",
            list(states),
            [state.model_dump_json() for state in states.values()],
            [state.unsavable for state in states.values()],
        )
        if rows:
            await conn.execute("INSERT INTO lines (line) SELECT * FROM unnest($1::text[])", [line for _, line in rows])
