"""A referral that is sent again under a new id: the same once more, another person's, or the same with other facts.

Only the same once more is acknowledged as the one referral: whatever else it says would be lost without a word.
Compared is all that a referral says, with what its sender told until now: what the person says of themselves is not for
the sender to hear, nor to be told by a refusal. What an amendment can say is answered with that; what none
can say begins anew, after a withdrawal.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.words import Category, Problem
from services.intake.domain.naming import plain
from services.intake.domain.own_word import as_sent
from services.intake.domain.sections import as_json, officer_waits, particulars_of, private_of, without_descriptions
from services.plumbing.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.catalogue import ReferralSubmitted
    from contracts.parts import Particulars
    from services.intake.domain.cases import Whole
    from services.intake.domain.register import Register

    Sections = Mapping[Category, Mapping[str, Any]]

_CATEGORIES: Final = (
    Category.IDENTITY,
    Category.DEMOGRAPHICS,
    Category.CONTACT,
    Category.INCIDENT,
    Category.NARRATIVE,
    Category.SAFETY,
)
_AMENDABLE: Final = (Category.IDENTITY, Category.DEMOGRAPHICS, Category.CONTACT, Category.NARRATIVE)
_NOT_AMENDABLE: Final = "referrer_contact"
_FOR_GOOD: Final = ("test", "door", "source_kind", "after_the_fact")
"""What a referral says in the clear and no amendment says."""
_SEALED_FOR_GOOD: Final = (
    (Category.SAFETY, "safety_notes", "safety_notes"),
    (Category.SAFETY, "safety_code", "safety_code"),
    (Category.INCIDENT, "place", "location.place"),
    (Category.INCIDENT, "point", "location.point"),
    (Category.INCIDENT, "residence_point", "residence_point"),
    (Category.INCIDENT, "number", "incident.number"),
    (Category.INCIDENT, "ori", "incident.ori"),
    (Category.INCIDENT, "subject_sequence", "incident.subject_sequence"),
    (Category.INCIDENT, "occurred_at", "incident.occurred_at"),
    (Category.INCIDENT, "reported_at", "incident.reported_at"),
    (Category.INCIDENT, "officer", "incident.officer"),
    (Category.CONTACT, "referrer_contact", "referrer_contact"),
)
"""What is sealed and no amendment says: its category, its name there, and the field that the sender knows.

An incident's `source_reference` is not among them: a system that numbers each sending anew sends the same referral.
"""
_REPLACED: Final = (("area", "location.area"), ("residence_area", "residence_area"))
"""What an amendment replaces, but cannot take back."""
_MOMENTS: Final = frozenset({"occurred_at", "reported_at"})
_KNOWN: Final = "This referral is known, and stands with other facts."
_TO_AMEND: Final = "Send referral.amended to change what it says"
_TO_BEGIN_ANEW: Final = "Withdraw this referral and submit it anew under a new id."
_TO_NUMBER: Final = "Number each arrested person 1, 2, ..."
_TO_REFER: Final = "Give each person's referral a reference of its own"


def difference(
    event: ReferralSubmitted, stands: Whole, person: str, register: Register, timezone: str
) -> tuple[str, Problem] | None:
    """Return why this is not the referral that stands, as reason and problem; None where it says the same again."""
    former = {
        category: register.seals.carried(stands.sealed.get(category), Place(person, category, stands.referral_id))
        for category in _CATEGORIES
    }
    private = private_of(event)
    # As JSON, for that is how the former sections come back.
    given = {category: json.loads(as_json(private.get(category, {}))) for category in _CATEGORIES}
    if _contradict(given[Category.IDENTITY], former[Category.IDENTITY]):
        return "contradiction", _another_person(event)
    # What was erased tells nothing any more.
    if any(category in stands.sealed and not former[category] for category in _CATEGORIES):
        given = former
    particulars = particulars_of(event, stands.referred_at, timezone)
    for_good = next(_not_amendable(event, stands, particulars, given, former), None)
    if for_good is not None:
        return "known-referral", _begun_anew(event, for_good)
    facts = (particulars, event.agreement, officer_waits(event))
    stood = (without_descriptions(as_sent(stands)), stands.agreement, stands.officer_waiting)
    if facts == stood and all(_amendable(given[one]) == _amendable(former[one]) for one in _AMENDABLE):
        return None
    return "known-referral", _other_facts(event)


def _not_amendable(
    event: ReferralSubmitted, stands: Whole, particulars: Particulars, given: Sections, former: Sections
) -> Iterator[str]:
    """Yield the fields that say otherwise what no amendment can say."""
    yield from (name for name in _FOR_GOOD if getattr(event, name) != getattr(stands, name))
    for category, name, field in _SEALED_FOR_GOOD:
        if _compared(name, given[category].get(name)) != _compared(name, former[category].get(name)):
            yield field
    stood = as_sent(stands)
    if particulars.prior_involvement != stood.prior_involvement:
        yield "prior_involvement"
    for name, field in _REPLACED:
        if getattr(particulars, name) is None and getattr(stood, name) is not None:
            yield field
    if former[Category.NARRATIVE] and not given[Category.NARRATIVE]:
        yield "reason"


def _compared(name: str, value: Any) -> Any:
    """Return a value as it is compared: a number in one spelling, a moment in one zone."""
    if value is None:
        return None
    if name == "number":
        return plain(value)
    return datetime.fromisoformat(value) if name in _MOMENTS else value


def _amendable(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != _NOT_AMENDABLE}


def _contradict(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the two cannot be one person: another number of the sender's own, or another birth date."""
    return any(
        name in one and name in other and plain(one[name]) != plain(other[name])
        for name in ("agency_person_number", "birth_date")
    )


def _another_person(event: ReferralSubmitted) -> Problem:
    rule = "It is of one person; a person of another number or birth date is known under it."
    return Problem(field=_field(event), rule=rule, fix=f"{_to_tell_apart(event)} {_TO_AMEND} of the same person.")


def _other_facts(event: ReferralSubmitted) -> Problem:
    return Problem(field=_field(event), rule=_KNOWN, fix=f"{_TO_AMEND}. {_to_tell_apart(event)}")


def _begun_anew(event: ReferralSubmitted, field: str) -> Problem:
    return Problem(field=field, rule=_KNOWN, fix=f"{_TO_BEGIN_ANEW} {_to_tell_apart(event)}")


def _field(event: ReferralSubmitted) -> str:
    return "source_reference" if event.incident is None else "incident.subject_sequence"


def _to_tell_apart(event: ReferralSubmitted) -> str:
    return f"{_TO_REFER}." if event.incident is None else _TO_NUMBER
