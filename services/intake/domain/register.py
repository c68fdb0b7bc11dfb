"""What intake shares over all cases of a batch: marks, links, people's records, who is suspended, who is an operator.

Loaded once for a batch, changed only by `follow`, and saved by what is different then: so a decision sees what the one
before it said, and a second batch elsewhere waits for the locks that loading took.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentDirected,
    ErasureRequested,
    LinkAnswered,
    LinkProposed,
    PersonLinked,
    PersonUnlinked,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReviewAnswered,
)
from contracts.envelope import Fact
from contracts.event import Event
from services.intake.domain.heard import Heard, Mark
from services.intake.domain.naming import CASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from contracts.words import Category
    from services.plumbing.tokens import Place

LINKED = "linked"
PROPOSED = "proposed"
PARTED = "unlinked"
UNASKED = "operator"
"""The basis of a pair that nothing matched: an operator spoke of it unasked."""
MOST_MATCHES = 10
"""How many people one mark brings at most, the first noted first: a name that stands for none matches thousands."""
BY_OPERATORS: Final = frozenset(
    {AgencyResumed, AgencySuspended, AssignmentDirected, ErasureRequested, LinkAnswered, ReviewAnswered}
)
"""Events in which an operator decides, by name."""


class Seals(Protocol):
    """Seals under the key of a record. A record that was erased keeps nothing, and gives nothing back."""

    def seal(self, record: str, field: str, person: str, event: str, clear: bytes) -> str:
        """Return the token of `clear`, bound to record, field, person and the event of this mark."""
        ...

    def seal_each(self, record: str, person: str, event: str, clear: Mapping[Category, bytes]) -> dict[Category, str]:
        """Return the token of each category of the record."""
        ...

    def seal_again(self, record: str, person: str, event: str, tokens: Mapping[Category, str]) -> dict[Category, str]:
        """Return intake's own former tokens sealed for the event that carries them over."""
        ...

    def carried(self, token: str | None, place: Place) -> Mapping[str, Any]:
        """Return the JSON object in intake's own former token, so that an amendment can carry a part of it over."""
        ...


@dataclass(frozen=True, slots=True)
class Marked:
    """A person who bears a mark, and the keyed birth date that came with it."""

    person: str
    birth: str | None
    record: str = ""
    """The referral that brought the mark last: with all that brought it, the mark goes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How two people stand to each other: linked, proposed or unlinked; and on what basis."""

    standing: str
    basis: str


_NOBODY: Final[Mapping[Any, Any]] = MappingProxyType({})


class Register(NamedTuple):
    """See above. `people` gives each known person's record, the newest referral; `operators` their public keys.

    `earlier` gives their other records, oldest first: when the newest is erased, reports go under the one before it.
    Where none is left, what is private in a report about the person is kept under no key at all.
    """

    seals: Seals
    people: Mapping[str, str] = _NOBODY
    earlier: Mapping[str, tuple[str, ...]] = _NOBODY
    marks: Mapping[str, tuple[Marked, ...]] = _NOBODY
    pairs: Mapping[tuple[str, str], Pair] = _NOBODY
    suspended: Mapping[str, datetime] = _NOBODY
    operators: Mapping[str, str] = _NOBODY
    heard: tuple[Mark, ...] = ()
    """The marks in the message that is decided now: noted once it is admitted."""
    before: Register | None = None
    """As it was loaded; None where this is it."""

    def pair(self, one: str, other: str) -> Pair | None:
        """Return how the two stand to each other, if anybody ever said."""
        return self.pairs.get(pair_of(one, other))


class Changes(NamedTuple):
    """What a batch changed of the register, to be saved."""

    people: Mapping[str, tuple[str, ...]] = _NOBODY
    """Each person's records, the newest first."""
    marks: Mapping[tuple[str, str], Marked] = _NOBODY
    """By mark and person."""
    pairs: Mapping[tuple[str, str], Pair] = _NOBODY
    suspended: Mapping[str, datetime] = _NOBODY
    resumed: frozenset[str] = frozenset()


def changes(register: Register) -> Changes:
    """Return what is different from what was loaded."""
    before = register.before
    if before is None:
        return Changes()
    noted = {
        (hashed, one.person): one
        for hashed, bearers in register.marks.items()
        for one in bearers
        if one not in before.marks.get(hashed, ())
    }
    return Changes(
        _new(_records(before), _records(register)),
        noted,
        _new(before.pairs, register.pairs),
        _new(before.suspended, register.suspended),
        frozenset(before.suspended.keys() - register.suspended.keys()),
    )


def _records(register: Register) -> dict[str, tuple[str, ...]]:
    return {person: (newest, *register.earlier.get(person, ())) for person, newest in register.people.items()}


def _new(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in after.items() if before.get(key) != value}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch needs of the register: computed before anything is loaded.

    Whom a case brings in for the first time is not among the people: nobody has spoken of them yet.
    """

    cases: tuple[str, ...]
    hashes: tuple[str, ...]
    people: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    operators: bool


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Return the two in their one order."""
    return (one, other) if one < other else (other, one)


def wanted(keys: Sequence[str], facts: Iterable[Fact]) -> Wanted:
    """Return what these facts need, each list sorted."""
    hashes: set[str] = set()
    people: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    operators = False
    for fact in facts:
        if fact.subject is not None:
            people.add(fact.subject)
        if not isinstance(fact, Heard):
            continue
        hashes.update([mark.hash for mark in fact.marks])
        if type(fact.event) in BY_OPERATORS:
            operators = True
            people.update(people_named(fact))
            if isinstance(fact.event, LinkAnswered):
                pairs.add(pair_of(fact.event.person, fact.event.other))
    cases = tuple(key for key in keys if key.startswith(CASE))
    return Wanted(cases, tuple(sorted(hashes)), tuple(sorted(people)), tuple(sorted(pairs)), operators)


def people_named(fact: Fact) -> tuple[str, ...]:
    """Return the people that the fact names by the hub's own references, in its data."""
    event = fact.event
    if isinstance(event, LinkAnswered):
        return event.person, event.other
    return (event.person,) if isinstance(event, AssignmentDirected) else ()


def follow(register: Register, fact: Fact) -> Register:
    """Return the register after a fact that was admitted, or said by intake itself; heard marks wait until then.

    Where the fact changes nothing it is the very same register.
    """
    if isinstance(fact, Heard) and fact.marks != register.heard:
        register = _changed(register, heard=fact.marks)
    step = _STEPS.get(type(fact.event))
    return register if step is None else step(register, fact, fact.event)


def _changed(register: Register, **changed: Any) -> Register:
    return register._replace(before=register.before or register, **changed)


def _received(register: Register, fact: Fact, event: ReferralReceived) -> Register:
    person = fact.subject or ""
    before = register.people.get(person, event.referral_id)
    people, earlier = {**register.people, person: event.referral_id}, register.earlier
    if before != event.referral_id:
        earlier = {**earlier, person: (*earlier.get(person, ()), before)}
    return _changed(register, people=people, earlier=earlier, marks=_marks(register, person, event))


def _erased(register: Register, fact: Fact, event: ReferralErased) -> Register:
    """Later reports go under the newest record that is left; where none is, they keep the erased one's name."""
    person, gone = fact.subject or "", event.referral_id
    known = [*register.earlier.get(person, ()), *filter(None, [register.people.get(person)])]
    *earlier, newest = [one for one in known if one != gone] or [gone]
    marks = {hashed: tuple([one for one in found if one.record != gone]) for hashed, found in register.marks.items()}
    return _changed(
        register,
        people={**register.people, person: newest},
        earlier={**register.earlier, person: tuple(earlier)},
        marks=marks,
    )


def _corrected(register: Register, fact: Fact, event: ReferralCorrected) -> Register:
    return _changed(register, marks=_marks(register, fact.subject or "", event))


def _marks(
    register: Register, person: str, event: ReferralReceived | ReferralCorrected
) -> Mapping[str, tuple[Marked, ...]]:
    if event.test or not register.heard:
        return register.marks
    marks = dict(register.marks)
    for mark in register.heard:
        others = tuple([one for one in marks.get(mark.hash, ()) if one.person != person])
        marks[mark.hash] = (*others, Marked(person, mark.birth, event.referral_id))
    return marks


def _paired(register: Register, one: str, other: str, standing: Pair) -> Register:
    return _changed(register, pairs={**register.pairs, pair_of(one, other): standing})


def _parted(register: Register, fact: Fact, event: PersonUnlinked) -> Register:
    person = fact.subject or ""
    before = register.pair(person, event.other)
    return _paired(register, person, event.other, Pair(PARTED, before.basis if before else UNASKED))


def _suspended(register: Register, agency: str, since: datetime | None) -> Register:
    suspended = {slug: at for slug, at in register.suspended.items() if slug != agency}
    if since is not None:
        suspended[agency] = since
    return _changed(register, suspended=suspended)


_STEPS: Final[Mapping[type[Event], Callable[[Register, Fact, Any], Register]]] = {
    ReferralReceived: _received,
    ReferralCorrected: _corrected,
    ReferralErased: _erased,
    PersonLinked: lambda register, fact, event: _paired(
        register, fact.subject or "", event.other, Pair(LINKED, event.basis)
    ),
    LinkProposed: lambda register, fact, event: _paired(
        register, fact.subject or "", event.other, Pair(PROPOSED, event.basis)
    ),
    PersonUnlinked: _parted,
    AgencySuspended: lambda register, fact, event: _suspended(register, event.agency, fact.at),
    AgencyResumed: lambda register, _fact, event: _suspended(register, event.agency, None),
}
"""How the register changes, by the event."""
