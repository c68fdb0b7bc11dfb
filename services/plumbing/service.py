"""What a service states, and plumbing does the rest: what it hears, what it keeps, and what follows.

A service is a `domain.py` (pure functions), a `store.py` (one load, one save), a migration and an `app.py` that puts
them together in one `Service`. Nothing of Kafka shows in the first two.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from contracts.envelope import Fact
from contracts.event import Event

State = TypeVar("State")
Shared = TypeVar("Shared")

Connection = Any
"""An asyncpg connection inside the batch's transaction; a store in memory ignores it."""


class Said(NamedTuple):
    """One thing that a service says because of the fact it heard.

    Its id, time, correlation and cause follow from that fact, so the same facts always say the same, with the same id.
    `subject` is left out where it is the heard fact's own; `key` is the partition key where it is not the subject
    (an agency's slug). An `admitted` fact keeps the id, source and time under which its agency sent it; its data go in
    their newest form. What is said under the heard fact's key is folded at once, and never again when it comes back
    from its topic; under another key it is heard from its topic.
    `state` is the key of the one state that it changes, where that is neither the heard fact's nor the subject's: the
    store has loaded it for this batch, and it is folded at once, too.
    """

    event: Event
    subject: str | None = None
    key: str | None = None
    admitted: bool = False
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment at which time itself becomes a fact: `deadline.reached` under the heard fact's key.

    `name` and `reference` come back in it. Nothing is cancelled: a deadline that no longer matters is ignored.
    `key` is under which it is reached, where that is not the heard fact's: one fact may set the days of several states.
    """

    name: str
    reference: str
    due_at: datetime
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Something else to be saved in the same transaction, in the service's own words: `save` gets it with its fact."""

    content: Any


Outcome = Said | Deadline | Row


@dataclass(frozen=True, slots=True)
class Loaded(Generic[State, Shared]):
    """What `load` brings: the states that exist, and what is shared over them (places at agencies, links)."""

    states: dict[str, State]
    shared: Shared


class Store(Protocol[State, Shared]):
    """Where a service keeps what it keeps. One query each way for the whole batch."""

    async def load(self, conn: Connection, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[State, Shared]:
        """Load the states of `keys` (sorted) and what is shared, locking rows in sorted order."""
        ...

    async def save(
        self,
        conn: Connection,
        states: Mapping[str, State],
        shared: Shared,
        rows: Sequence[tuple[Fact, Any]],
    ) -> None:
        """Save the states that changed, and the rows that were decided, in one statement each."""
        ...


def _unchanged(shared: Any, _fact: Fact) -> Any:
    return shared


class Record(NamedTuple):
    """A raw Kafka record, as a door sees it."""

    topic: str
    partition: int
    offset: int
    appended_at: datetime
    headers: tuple[tuple[str, bytes | None], ...]
    key: bytes | None
    body: bytes | None


@dataclass(frozen=True)
class Service(Generic[State, Shared]):
    """A whole service.

    hears   event classes (newest versions). Their topics follow: an agency's event is heard admitted, on `hub.reports`.
    key     whose state a fact touches (the person, the agency); None: not for us, passed over.
    evolve  pure; facts in any order, idempotent by event identity; never raises for what agencies or others may say.
            None stays None, and nothing is saved, where a fact changes no state; `decide` is given that None, too.
    decide  pure; what follows, given the state before and after the fact, and what is shared. Time is `fact.at`.
    follow  pure; how the shared part changes by a fact (heard or said), so that the next decision of the batch sees it.
    door    only intake has one: reads a raw record of an agency's topic; what it cannot admit becomes a fact, too.
    reused  only with a door: what to make of an id that comes again with another body.
    aside   only with a door: what to say at once of a record that is parked, in the record's own envelope; or None.
    again   only with a door: what to say of a parked record that was handled already when it is tried again; or None.
    holding only with a door: the events of which something is said then; parked ones are tried again at each start.
    put_away only with a door: what to make of a record that an operator puts away unread.
    corrected only with a door: what to make of a record as an operator corrected it, given what `save` kept of that.
    finish  the last step before the outbox, in the transaction: intake seals there what is private.
    topics  instead of those that follow from `hears`.
    pattern an additional pattern of topics: the agencies' own, which intake alone reads, through its door.

    What the service itself says under the heard fact's key is folded, but `decide` is not asked about it.
    `follow` comes before `decide`: a decision sees what is shared as it is after the fact.
    """

    name: str
    hears: tuple[type[Event], ...]
    key: Callable[[Fact], str | None]
    evolve: Callable[[State | None, Fact], State | None]
    decide: Callable[[State | None, State, Fact, Shared], Iterable[Outcome]]
    store: Store[State, Shared]
    follow: Callable[[Shared, Fact], Shared] = _unchanged
    door: Callable[[Record], Fact] | None = None
    reused: Callable[[Fact], Fact] | None = None
    aside: Callable[[Record], Fact | None] | None = None
    again: Callable[[Record], Fact | None] | None = None
    holding: frozenset[str] = frozenset()
    put_away: Callable[[Record], Fact] | None = None
    corrected: Callable[[Record, bytes], Fact] | None = None
    finish: Callable[[Connection, Sequence[Fact]], Awaitable[list[Fact]]] | None = None
    topics: tuple[str, ...] = field(default=())
    pattern: str | None = None
