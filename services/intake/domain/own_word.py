"""What people say of themselves: it goes before what a referral's sender told, then and in every amendment since.

The sender's own telling is kept beside it, whole: police hear of nothing but that, and what they send again is compared
with that alone. What the person says is kept field by field, in sealed parts of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import ReachStated, ReferralCorrected
from contracts.corrections import OwnFact, SaidBy, own_field
from contracts.envelope import service_source
from contracts.parts import AgeFact, PersonDetails
from contracts.words import Answer, Category, Problem
from services.intake.domain import erasing, orders, recognition
from services.intake.domain.cases import own_facts, revision_of
from services.intake.domain.checks import contradictions
from services.intake.domain.naming import case_of_referral
from services.intake.domain.sections import age_at, as_json
from services.intake.domain.unadmitted import refused
from services.plumbing.identity import mark_of, stated_id
from services.plumbing.service import Outcome, Said
from services.plumbing.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.catalogue import PersonCorrected
    from contracts.envelope import Fact
    from contracts.parts import Particulars
    from services.intake.domain.cases import Case, Referral, Whole
    from services.intake.domain.heard import Heard
    from services.intake.domain.register import Register
    from services.intake.domain.rules import Rules

    Sections = dict[Category, dict[str, Any]]

_SERVICE: Final = "intake"
_SEALED: Final[Mapping[OwnFact, Category]] = {
    **dict.fromkeys(
        (OwnFact.LEGAL_NAME, OwnFact.PREFERRED_NAME, OwnFact.ALIASES, OwnFact.PRONOUNS, OwnFact.BIRTH_DATE),
        Category.IDENTITY,
    ),
    **dict.fromkeys((OwnFact.PHONES, OwnFact.USUAL_PLACES, OwnFact.THROUGH, OwnFact.MESSAGE_IS_SAFE), Category.CONTACT),
}
"""What is private of it, and in which part it is sealed."""
_CLEAR: Final[Mapping[OwnFact, str]] = {
    OwnFact.BIRTH_DATE: "age",
    **{one: one.value for one in OwnFact if one not in _SEALED},
}
"""What is a fact without identity, and its name there."""
_UNSAID: Final[Mapping[OwnFact, Any]] = {
    OwnFact.BIRTH_DATE: AgeFact(), OwnFact.LANGUAGE: "en", OwnFact.INTERPRETER: "unknown", OwnFact.NEEDS: (),
}  # fmt: skip
"""What a fact is where nothing is known of it; of any other, None."""
_NOTHING_STANDS: Final = Problem(
    field="subject",
    rule="A referral of this person stands: none that was withdrawn or erased can be corrected.",
    fix="Refer them anew with what is so.",
)


def as_sent(whole: Whole) -> Particulars:
    """Return the facts of the referral as its sender alone tells them."""
    return whole.as_sent if isinstance(whole, ReferralCorrected) else whole.particulars


def standing(whole: Whole, told: Particulars) -> dict[str, Any]:
    """Return the facts of the referral where its sender tells these, and the person's own word stands before them."""
    if not own_facts(whole):
        return {"particulars": told, "sender_told": None}
    names = [_CLEAR[one] for one in own_facts(whole) if one in _CLEAR]
    own = {name: getattr(whole.particulars, name) for name in names}
    return {"particulars": told.model_copy(update=own), "sender_told": told}


def carried(register: Register, whole: Whole, person: str, mark: str) -> dict[Category, str] | None:
    """Return the person's own sealed parts for the event of this mark."""
    return _sealed(register, whole.referral_id, person, mark, _own(register, whole, person))


def corrected(rules: Rules, _case: Case, fact: Heard, event: PersonCorrected, register: Register) -> Iterator[Outcome]:
    """Correct every referral of the person that stands: who asks for one of them would have to know of it."""
    person = fact.subject or ""
    found = _standing_of(person, register)
    if not found:
        yield refused(fact, "nothing-stands", _NOTHING_STANDS)
        return
    details = PersonDetails(birth_date=event.birth_date)
    for _, whole in found:
        wrong = contradictions(details, whole.referred_at, rules.site.timezone)
        if wrong:
            problem = wrong[0].problem.model_copy(update={"field": "birth_date"})
            yield refused(fact, wrong[0].reason, problem)
            return
    if not all(whole.test for _, whole in found):
        yield from orders.of_a_newcomer(register.orders, person, [mark.hash for mark in fact.marks])
    for place, (referral, whole) in enumerate(found):
        said = _restated(rules, fact, event, register, whole, place)
        yield Said(said, subject=person, state=case_of_referral(whole.referral_id))
        if OwnFact.MESSAGE_IS_SAFE in event.corrects:
            yield reach(whole.referral_id, person, SaidBy.PERSON, event.message_is_safe or Answer.UNKNOWN)
        if OwnFact.BIRTH_DATE in event.corrects:
            yield from erasing.day_anew(rules, replace(referral, whole=said), fact, register)
    if not all(whole.test for _, whole in found):
        yield from recognition.recognised(register, person, fact.marks, rules.site.recognition)


def _standing_of(person: str, register: Register) -> list[tuple[Referral, Whole]]:
    """Return every referral of theirs that stands, by id; neither a withdrawn nor an erased one."""
    found = [
        (one, one.whole)
        for case in register.cases.values()
        for one in case.referrals.values()
        if one.person == person and one.whole is not None and not _erased(register, one.whole, person)
    ]
    return sorted(found, key=lambda pair: pair[1].referral_id)


def _restated(  # all that a correction follows from
    rules: Rules, fact: Fact, event: PersonCorrected, register: Register, whole: Whole, place: int
) -> ReferralCorrected:
    """Return the referral with the person's word before its sender's; `place` counts them within this decision."""
    person, referral_id, facts = fact.subject or "", whole.referral_id, event.corrects
    mark = mark_of(service_source(_SERVICE), stated_id(_SERVICE, fact, ReferralCorrected.name, place))
    own = _own(register, whole, person)
    for one in facts:
        if one in _SEALED:
            own.setdefault(_SEALED[one], {})[one.value] = getattr(event, one.value)
    before = own_facts(whole)
    clear = {_CLEAR[one]: _clear(rules, event, one, whole) for one in facts if one in _CLEAR}
    changes: dict[str, Any] = {
        "said_by": SaidBy.PERSON,
        "by_way_of": fact.agency or "",
        "particulars": whole.particulars.model_copy(update=clear),
        "sender_told": as_sent(whole),
        "sealed": register.seals.seal_again(referral_id, person, mark, whole.sealed),
        "own": _sealed(register, referral_id, person, mark, own),
        "own_facts": tuple(one for one in OwnFact if one in before or one in facts),
        "revision": revision_of(whole) + 1,
        "sender_revision": sender_revision_of(whole),
        "changed": tuple(one.value.replace("_", "-") for one in facts),
    }
    return ReferralCorrected(**dict(whole) | changes)


def reach(referral_id: str, person: str, said_by: SaidBy, answer: Answer) -> Said:
    """Say in the clear whether a message may be left: without number or place, so that a slip is seen at once."""
    return Said(ReachStated(referral_id=referral_id, said_by=said_by, message_is_safe=answer), subject=person)


def sender_revision_of(whole: Whole) -> int:
    """Return the newest revision of the referral that was its sender's word."""
    return whole.sender_revision if isinstance(whole, ReferralCorrected) else 0


def _clear(rules: Rules, event: PersonCorrected, one: OwnFact, whole: Whole) -> Any:
    if one in event.not_so:
        return _UNSAID.get(one)
    if one is OwnFact.BIRTH_DATE and event.birth_date is not None:
        return age_at(event.birth_date, whole.referred_at, rules.site.timezone)
    return getattr(event, one.value)


def _own(register: Register, whole: Whole, person: str) -> Sections:
    """Return what the person has said so far, by category."""
    tokens = (whole.own if isinstance(whole, ReferralCorrected) else None) or {}
    return {
        category: dict(register.seals.carried(token, Place(person, own_field(category), whole.referral_id)))
        for category, token in tokens.items()
    }


def _sealed(register: Register, record: str, person: str, mark: str, own: Sections) -> dict[Category, str] | None:
    tokens = {
        category: register.seals.seal(record, own_field(category), person, mark, as_json(section))
        for category, section in own.items()
    }
    return tokens or None


def _erased(register: Register, whole: Whole, person: str) -> bool:
    """Tell whether the record's key is gone: no part of it opens any more."""
    return any(
        not register.seals.carried(token, Place(person, category, whole.referral_id))
        for category, token in whole.sealed.items()
    )
