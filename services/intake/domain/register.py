"""What intake shares over all cases of a batch: marks, links, people's records, who is suspended, who is an operator.

Loaded once for a batch, changed only by `follow`, and saved by what is different then: so a decision sees what the one
before it said, and a second batch elsewhere waits for the locks that loading took.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentDirected,
    ConsentRevoked,
    ErasureRequested,
    LinkAnswered,
    LinkProposed,
    MessageCorrected,
    OrderReported,
    PersonCorrected,
    PersonDeclined,
    PersonLinked,
    PersonUnlinked,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReplayEndorsed,
    ReplayRequested,
    ReplaySteered,
    ReviewAnswered,
    ScreeningOverridden,
)
from contracts.envelope import Fact
from contracts.event import Event
from services.intake.domain.bearing import Marked, Pair, Seals
from services.intake.domain.cases import CHANGES, Case, evolve
from services.intake.domain.heard import Heard, Mark
from services.intake.domain.naming import case_of_referral
from services.intake.domain.orders import Order, order_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from services.intake.domain.correcting import Letter

LINKED = "linked"
PROPOSED = "proposed"
PARTED = "unlinked"
UNASKED = "operator"
"""The basis of a pair that nothing matched: an operator spoke of it unasked."""
MOST_MATCHES = 10
"""How many people one mark brings at most, the first noted first: a name that stands for none matches thousands."""
BY_OPERATORS: Final = frozenset(
    {
        AgencyResumed,
        AgencySuspended,
        AssignmentDirected,
        ErasureRequested,
        LinkAnswered,
        MessageCorrected,
        PersonCorrected,
        ReplayEndorsed,
        ReplayRequested,
        ReplaySteered,
        ReviewAnswered,
        ScreeningOverridden,
    }
)
"""Events in which an operator decides, or writes down, by name."""
PASSED_ON: Final[frozenset[type[Event]]] = frozenset({ConsentRevoked, PersonDeclined})
"""The person's no, passed on: whoever names themselves signs, but it never waits for a signature.

It only takes back, so a suspended agency's is heard, too."""


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
    orders: Mapping[str, Order] = _NOBODY
    """The orders whose respondents bear one of the marks, and those that are spoken of, by their own mark."""
    suspended: Mapping[str, datetime] = _NOBODY
    operators: Mapping[str, str] = _NOBODY
    heard: tuple[Mark, ...] = ()
    """The marks in the message that is decided now: noted once it is admitted."""
    correcting: frozenset[str] = frozenset()
    """Who says something of themselves in this batch."""
    cases: Mapping[str, Case] = _NOBODY
    """Their cases, by key."""
    letters: Mapping[int, Letter] = _NOBODY
    """What the door has put aside and operators correct, by number."""
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
    orders: Mapping[str, Order] = _NOBODY
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
        _new(before.orders, register.orders),
        _new(before.suspended, register.suspended),
        frozenset(before.suspended.keys() - register.suspended.keys()),
    )


def _records(register: Register) -> dict[str, tuple[str, ...]]:
    return {person: (newest, *register.earlier.get(person, ())) for person, newest in register.people.items()}


def _new(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in after.items() if before.get(key) != value}


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Return the two in their one order."""
    return (one, other) if one < other else (other, one)


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
    if register.correcting and type(fact.event) in CHANGES:
        register = _restated(register, fact, fact.event)
    step = _STEPS.get(type(fact.event))
    return register if step is None else step(register, fact, fact.event)


def _changed(register: Register, **changed: Any) -> Register:
    return register._replace(before=register.before or register, **changed)


def _restated(register: Register, fact: Fact, event: Any) -> Register:
    """Keep the cases of those who correct something as they now stand."""
    key = case_of_referral(event.referral_id)
    if key not in register.cases and fact.subject not in register.correcting:
        return register
    return _changed(register, cases={**register.cases, key: evolve(register.cases.get(key), fact)})


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


def _order(register: Register, fact: Fact, event: OrderReported) -> Register:
    if not isinstance(fact, Heard) or fact.key is None:
        return register
    order = order_after(register.orders.get(fact.key), fact, event)
    return _changed(register, orders={**register.orders, fact.key: order})


def _letter(register: Register, fact: Fact, event: MessageCorrected) -> Register:
    """Note that a letter is corrected once that was admitted: a second correction of the same batch finds it so."""
    letter = register.letters.get(event.letter)
    if isinstance(fact, Heard) or letter is None:
        return register
    return _changed(register, letters={**register.letters, letter.id: letter._replace(corrected=True)})


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
    OrderReported: _order,
    MessageCorrected: _letter,
    AgencySuspended: lambda register, fact, event: _suspended(register, event.agency, fact.at),
    AgencyResumed: lambda register, _fact, event: _suspended(register, event.agency, None),
}
"""How the register changes, by the event."""
