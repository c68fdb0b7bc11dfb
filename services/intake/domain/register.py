"""What intake shares over all cases of a batch: marks, links, people's records, who is suspended, who is an operator.

Loaded once for a batch, changed only by `follow`, and saved by its `changes`: so a decision sees what the one before
it said, and a second batch elsewhere waits for the locks that loading took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentDirected,
    LinkAnswered,
    LinkProposed,
    PersonLinked,
    PersonUnlinked,
    ReferralAmended,
    ReferralCorrected,
    ReferralReceived,
    ReferralSubmitted,
)
from contracts.envelope import Fact
from services.intake.domain.heard import Mark
from services.intake.domain.naming import CASE, Naming, case_of_referral

LINKED = "linked"
PROPOSED = "proposed"
PARTED = "unlinked"
UNASKED = "operator"
"""The basis of a pair that nothing matched: an operator spoke of it unasked."""
MOST_MATCHES = 10
"""How many people one mark brings at most, the first noted first: a name that stands for none matches thousands."""


class Seals(Protocol):
    """Seals under the key of a record. A record that was erased keeps nothing, and gives nothing back."""

    def seal(self, record: str, field: str, person: str, clear: bytes) -> str:
        """Return the token of `clear`, bound to record, field and person."""
        ...

    def carried(self, token: str | None, person: str) -> Mapping[str, Any]:
        """Return the JSON object in intake's own former token, so that an amendment can carry a part of it over."""
        ...


@dataclass(frozen=True, slots=True)
class Marked:
    """A person who bears a mark, and the keyed birth date that came with it."""

    person: str
    birth: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """How two people stand to each other: linked, proposed or unlinked; and on what basis."""

    standing: str
    basis: str


@dataclass(frozen=True)
class Changes:
    """What a batch changed of the register, to be saved."""

    people: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[tuple[str, Marked], ...] = ()
    pairs: Mapping[tuple[str, str], Pair] = field(default_factory=dict)
    suspended: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """See above. `people` gives each known person's record, the newest referral; `operators` their public keys."""

    seals: Seals
    people: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, tuple[Marked, ...]] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Pair] = field(default_factory=dict)
    suspended: Mapping[str, datetime] = field(default_factory=dict)
    operators: Mapping[str, str] = field(default_factory=dict)
    heard: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    """The marks in what was heard of a case and is not admitted yet."""
    changes: Changes = field(default_factory=Changes)

    def pair(self, one: str, other: str) -> Pair | None:
        """Return how the two stand to each other, if anybody ever said."""
        return self.pairs.get(pair_of(one, other))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch needs of the register: computed before anything is loaded."""

    cases: tuple[str, ...]
    hashes: tuple[str, ...]
    people: tuple[str, ...]
    newcomers: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    operators: bool


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Return the two in their one order."""
    return (one, other) if one < other else (other, one)


def wanted(naming: Naming, keys: Sequence[str], facts: Iterable[Fact]) -> Wanted:
    """Return what these facts need, each list sorted."""
    hashes: set[str] = set()
    people: set[str] = set()
    newcomers: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    operators = False
    for fact in facts:
        event = fact.event
        operators = operators or operator_of(fact) is not None
        people.update(person for person in (fact.subject, getattr(event, "person", None)) if isinstance(person, str))
        if isinstance(event, ReferralSubmitted):
            newcomers.add(naming.person_of_case(naming.key(fact) or ""))
        hashes.update(mark.hash for mark in naming.marks_in(fact))
        if isinstance(event, LinkAnswered):
            people.add(event.other)
            pairs.add(pair_of(event.person, event.other))
    cases = tuple(key for key in keys if key.startswith(CASE))
    return Wanted(
        cases, tuple(sorted(hashes)), tuple(sorted(people)), tuple(sorted(newcomers)), tuple(sorted(pairs)), operators
    )


def operator_of(fact: Fact) -> str | None:
    """Return the operator who decides in this fact, or None where it is no operator's decision."""
    operator = getattr(fact.event, "operator", None)
    return operator if isinstance(operator, str) and fact.agency is not None else None


def people_named(fact: Fact) -> tuple[str, ...]:
    """Return the people that the fact names by the hub's own references, in its data."""
    match fact.event:
        case LinkAnswered(person=person, other=other):
            return person, other
        case AssignmentDirected(person=person):
            return (person,)
        case _:
            return ()


def follow(naming: Naming, register: Register, fact: Fact) -> Register:
    """Return the register after a fact that was admitted, or said by intake itself; heard marks wait until then."""
    person = fact.subject or ""
    match fact.event:
        case ReferralSubmitted() | ReferralAmended() as event if event.person is not None:
            register = replace(register, heard={**register.heard, naming.key(fact) or "": naming.marks_in(fact)})
        case ReferralReceived() as event:
            register = _marked(_known(register, person, event.referral_id), person, event)
        case ReferralCorrected() as event:
            register = _marked(register, person, event)
        case PersonLinked(other=other, basis=basis):
            register = _paired(register, person, other, Pair(LINKED, basis))
        case LinkProposed(other=other, basis=basis):
            register = _paired(register, person, other, Pair(PROPOSED, basis))
        case PersonUnlinked(other=other):
            before = register.pair(person, other)
            register = _paired(register, person, other, Pair(PARTED, before.basis if before else UNASKED))
        case AgencySuspended(agency=agency):
            register = _suspended(register, agency, fact.at)
        case AgencyResumed(agency=agency):
            register = _suspended(register, agency, None)
    return register


def _known(register: Register, person: str, referral_id: str) -> Register:
    people = {person: referral_id}
    changes = replace(register.changes, people={**register.changes.people, **people})
    return replace(register, people={**register.people, **people}, changes=changes)


def _marked(register: Register, person: str, event: ReferralReceived | ReferralCorrected) -> Register:
    if event.test:
        return register
    marks = dict(register.marks)
    noted = list(register.changes.marks)
    for mark in register.heard.get(case_of_referral(event.referral_id), ()):
        bearer = Marked(person, mark.birth)
        others = tuple(one for one in marks.get(mark.hash, ()) if one.person != person)
        marks[mark.hash] = (*others, bearer)
        noted.append((mark.hash, bearer))
    return replace(register, marks=marks, changes=replace(register.changes, marks=tuple(noted)))


def _paired(register: Register, one: str, other: str, standing: Pair) -> Register:
    pair = pair_of(one, other)
    if register.pairs.get(pair) == standing:
        return register
    changes = replace(register.changes, pairs={**register.changes.pairs, pair: standing})
    return replace(register, pairs={**register.pairs, pair: standing}, changes=changes)


def _suspended(register: Register, agency: str, since: datetime | None) -> Register:
    suspended = {slug: at for slug, at in register.suspended.items() if slug != agency}
    if since is not None:
        suspended[agency] = since
    changes = replace(register.changes, suspended={**register.changes.suspended, agency: since})
    return replace(register, suspended=suspended, changes=changes)
