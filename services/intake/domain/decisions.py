"""What follows from a message at the door: a referral, a correction, a link, a report admitted, or a no."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentEnrolled,
    ConvictionVacated,
    DeadlineReached,
    ErasureRequested,
    LinkAnswered,
    MessageCorrected,
    OrderReported,
    PersonCorrected,
    ReferralAmended,
    ReferralCorrected,
    ReferralReceived,
    ReferralRepeated,
    ReferralRetracted,
    ReferralSubmitted,
    ReferralWithdrawn,
)
from contracts.corrections import SaidBy
from contracts.envelope import service_source
from contracts.words import Answer, Category
from services.intake.domain import correcting, erasing, orders, own_word, recognition
from services.intake.domain.admission import objection
from services.intake.domain.cases import revision_of
from services.intake.domain.checks import contradictions
from services.intake.domain.heard import LeftOut
from services.intake.domain.meant import found_of
from services.intake.domain.naming import referral_id_of
from services.intake.domain.register import follow as register_after
from services.intake.domain.repeats import difference
from services.intake.domain.reports import sealed
from services.intake.domain.sections import (
    RESTRICTED,
    as_json,
    changed_by,
    groups_of,
    officer_waits,
    particulars_after,
    particulars_of,
    private_given,
    private_of,
)
from services.intake.domain.unadmitted import UNKNOWN_SUBJECT, Unadmitted, refused, said_no, was_read
from services.plumbing.identity import mark_of, stated_id
from services.plumbing.service import Outcome, Row, Said
from services.plumbing.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.intake.domain.cases import Case, Whole
    from services.intake.domain.heard import Heard
    from services.intake.domain.register import Register
    from services.intake.domain.rules import Rules

_SERVICE: Final = "intake"
_SOURCE: Final = service_source(_SERVICE)


def follow(rules: Rules, register: Register, fact: Fact) -> Register:
    """Return the register after the fact; one that is not admitted leaves no trace in it."""
    after = register_after(register, fact)
    # Most facts change nothing here, and whether they are admitted is asked once more by `decide`.
    if after is register or isinstance(fact.event, MessageCorrected):
        return after
    return register if objection(rules, register, fact) else after


def decide(rules: Rules, _before: Case | None, case: Case, fact: Fact, register: Register) -> Iterator[Outcome]:
    """Yield what follows. Nothing that an agency can send makes it raise; nothing private leaves it in the clear."""
    if isinstance(fact.event, Unadmitted):
        yield said_no(fact.event.refusal)
        if fact.event.takes_back_of is not None:
            yield was_read(fact.agency or "", fact.id, fact.event.takes_back_of, fact.event.word)
        return
    heard = rules.naming.heard(fact)
    yield from _decided(rules, case, heard, register)
    # After the word itself: it holds by itself from then on.
    if heard.word is not None and heard.subject is not None:
        yield was_read(heard.agency or "", heard.id, heard.subject, heard.word)


def _decided(rules: Rules, case: Case, heard: Heard, register: Register) -> Iterator[Outcome]:
    objected = objection(rules, register, heard)
    if objected is not None:
        yield refused(heard, *objected)
        return
    if heard.left_out:
        yield Row(LeftOut(heard.agency or "", heard.event.name, heard.left_out))
    step = _STEPS.get(type(heard.event))
    if step is None:
        yield _admitted(heard, register)
    else:
        yield from step(rules, case, heard, heard.event, register)


def _submitted(
    rules: Rules, case: Case, fact: Heard, event: ReferralSubmitted, register: Register
) -> Iterator[Outcome]:
    """The same incident and subject again begins nothing new; after a withdrawal it begins another referral."""
    known = case.referrals.get(case.open_one or "")
    if known is not None and known.whole is not None:
        yield _again(rules, known.person, known.whole, fact, event, register)
        return
    agency = fact.agency or ""
    latest = case.latest
    if latest is not None and _stays_erased(rules, case.referrals[latest].erased):
        yield refused(fact, "erased-referral", erasing.ERASED)
        return
    person = case.referrals[latest].person if latest else fact.subject or fact.newcomer or ""
    referral_id = referral_id_of(fact.key or "", len(case.referrals))
    received = ReferralReceived(
        referral_id=referral_id,
        agency=agency,
        door=event.door,
        source_kind=event.source_kind,
        agreement=event.agreement,
        officer_waiting=officer_waits(event),
        referred_at=event.referred_at,
        particulars=particulars_of(event, event.referred_at, rules.site.timezone),
        sealed=_tokens(register, referral_id, person, _said_in(fact, ReferralReceived), private_of(event)),
        restricted_source=event.source_kind in RESTRICTED or rules.site.agencies[agency].restricted_source,
        after_the_fact=event.after_the_fact,
        test=event.test,
    )
    if not event.test:
        yield from orders.of_a_newcomer(register.orders, person, [mark.hash for mark in fact.marks])
    yield Said(received, subject=person)
    yield Row(groups_of(referral_id, event.person))
    if event.reach.message_is_safe is not Answer.UNKNOWN:
        yield own_word.reach(referral_id, person, SaidBy.SENDER, event.reach.message_is_safe)
    yield from erasing.day_to_come(rules, received, event.person.birth_date)
    if not event.test:
        yield from recognition.recognised(register, person, fact.marks, rules.site.recognition)


def _stays_erased(rules: Rules, ground: str | None) -> bool:
    """Whether a case whose record was erased on this ground may not be submitted again."""
    known = None if ground is None else rules.site.ground(ground)
    return ground is not None and (known is None or not known.may_return)


def _again(rules: Rules, person: str, stands: Whole, fact: Fact, event: ReferralSubmitted, register: Register) -> Said:
    """Acknowledge the referral that stands where this is the same again; else say how it differs."""
    differs = difference(event, stands, person, register, rules.site.timezone)
    if differs is not None:
        return refused(fact, *differs)
    repeated = ReferralRepeated(referral_id=stands.referral_id, agency=stands.agency, message_id=fact.id)
    return Said(repeated, subject=person)


def _amended(rules: Rules, case: Case, fact: Heard, event: ReferralAmended, register: Register) -> Iterator[Outcome]:
    """The whole as it now stands: what is given replaces its section, what is not given is sealed again as it was.

    What the person said of themselves stays before whatever their sender tells.
    """
    found = found_of(case, fact, event.of)
    if isinstance(found, Said):
        yield found
        return
    wrong = contradictions(event.person, found.referred_at, rules.site.timezone)
    if wrong:
        yield refused(fact, wrong[0].reason, *(one.problem for one in wrong))
        return
    person = case.referrals[found.referral_id].person
    corrected = _corrected(rules, found, fact, event, register, person)
    if event.person is not None and not found.test:
        yield from orders.of_a_newcomer(register.orders, person, [mark.hash for mark in fact.marks])
    yield Said(corrected, subject=person)
    if event.reach is not None:
        yield own_word.reach(found.referral_id, person, SaidBy.SENDER, event.reach.message_is_safe)
    if event.person is None:
        return
    yield Row(groups_of(found.referral_id, event.person))
    yield from erasing.day_anew(rules, replace(case.referrals[found.referral_id], whole=corrected), fact, register)
    if not found.test:
        yield from recognition.recognised(register, person, fact.marks, rules.site.recognition)


def _corrected(
    rules: Rules, found: Whole, fact: Heard, event: ReferralAmended, register: Register, person: str
) -> ReferralCorrected:
    at, token = Place(person, Category.CONTACT, found.referral_id), found.sealed.get(Category.CONTACT)
    given = private_given(event, register.seals.carried(token, at) if event.reach is not None else {})
    kept = {category: token for category, token in found.sealed.items() if category not in given}
    mark = _said_in(fact, ReferralCorrected)
    told = particulars_after(own_word.as_sent(found), event, found.referred_at, rules.site.timezone)
    changes: dict[str, Any] = own_word.standing(found, told) | {
        "said_by": SaidBy.SENDER,
        "by_way_of": found.agency,
        "sealed": register.seals.seal_again(found.referral_id, person, mark, kept)
        | _tokens(register, found.referral_id, person, mark, given),
        "own": own_word.carried(register, found, person, mark),
        "revision": revision_of(found) + 1,
        "sender_revision": revision_of(found) + 1,
        "changed": changed_by(event),
    }
    for name in ("agreement", "officer_waiting"):
        if getattr(event, name) is not None:
            changes[name] = getattr(event, name)
    return ReferralCorrected(**dict(found) | changes)


def _withdrawn(
    _rules: Rules, case: Case, fact: Heard, event: ReferralWithdrawn, _register: Register
) -> Iterator[Outcome]:
    found = found_of(case, fact, event.of)
    if isinstance(found, Said):
        yield found
        return
    retracted = ReferralRetracted(referral_id=found.referral_id, agency=found.agency, why=event.why)
    yield Said(retracted, subject=case.referrals[found.referral_id].person)


def _link_answered(
    _rules: Rules, _case: Case, fact: Heard, event: LinkAnswered, register: Register
) -> Iterator[Outcome]:
    yield _admitted(fact, register)
    yield from recognition.answered(register, event)


def _order_reported(
    _rules: Rules, _case: Case, fact: Heard, _event: OrderReported, register: Register
) -> Iterator[Outcome]:
    """Who is known to be kept away has it noted. The report itself goes no further: it names people."""
    order_id = fact.key or ""
    yield from orders.told_of(order_id, register.orders[order_id], register.marks)


def _vacated(_rules: Rules, case: Case, fact: Heard, event: ConvictionVacated, register: Register) -> Iterator[Outcome]:
    """Of whom it is, the subject tells, or a referral that the sender made; the sender's number goes no further."""
    if event.of is None:
        known = fact.subject is not None
        yield _admitted(fact, register) if known else refused(fact, "unknown-subject", UNKNOWN_SUBJECT)
        return
    found = found_of(case, fact, event.of)
    if isinstance(found, Said):
        yield found
        return
    person = case.referrals[found.referral_id].person
    yield Said(event.model_copy(update={"of": None}), subject=person, admitted=True)


_STEPS: Final[Mapping[type[Event], Callable[[Rules, Case, Heard, Any, Register], Iterator[Outcome]]]] = {
    ReferralSubmitted: _submitted,
    ReferralAmended: _amended,
    ReferralWithdrawn: _withdrawn,
    LinkAnswered: _link_answered,
    OrderReported: _order_reported,
    ConvictionVacated: _vacated,
    ErasureRequested: erasing.requested,
    AssignmentEnrolled: erasing.completed,
    DeadlineReached: erasing.reached,
    PersonCorrected: own_word.corrected,
    MessageCorrected: correcting.corrected,
}
"""What follows, by the event; any other is a report, and admitted as it came."""


def _said_in(fact: Fact, event: type[Event]) -> str:
    """Return the mark of the one event of this class that intake says because of the fact."""
    return mark_of(_SOURCE, stated_id(_SERVICE, fact, event.name))


def _tokens(
    register: Register, referral_id: str, person: str, mark: str, sections: Mapping[Category, Mapping[str, Any]]
) -> dict[Category, str]:
    """Return the sections sealed for the event of this mark; an empty one leaves nothing."""
    clear = {category: as_json(section) for category, section in sections.items() if section}
    return register.seals.seal_each(referral_id, person, mark, clear)


def _admitted(fact: Fact, register: Register) -> Said:
    """The report as it came, its private text sealed under the person's newest record."""
    person = fact.subject
    if person is None:
        return Said(fact.event, key=_agency_meant(fact), admitted=True)
    record, mark = register.people.get(person, person), mark_of(fact.source, fact.id)

    def seal(field: str, clear: bytes) -> str:
        return register.seals.seal(record, field, person, mark, clear)

    return Said(sealed(fact.event, seal), admitted=True)


def _agency_meant(fact: Fact) -> str | None:
    event: Event = fact.event
    return event.agency if isinstance(event, AgencySuspended | AgencyResumed) else fact.agency
