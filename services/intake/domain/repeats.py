"""A referral that is sent again under a new id: the same once more, another person's, or the same with other facts.

Only the same once more is acknowledged as the one referral: whatever else it says would be lost without a word.
Compared is what an amendment could say, with what stands now.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from contracts.words import Category, Problem
from services.intake.domain.naming import plain
from services.intake.domain.sections import as_json, officer_waits, particulars_of, private_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.catalogue import ReferralSubmitted
    from services.intake.domain.cases import Whole
    from services.intake.domain.register import Register

_AMENDABLE: Final = (Category.IDENTITY, Category.DEMOGRAPHICS, Category.CONTACT, Category.NARRATIVE)
_NOT_AMENDABLE: Final = "referrer_contact"
_TO_AMEND: Final = "Send referral.amended to change what it says"
_TO_NUMBER: Final = "Number each arrested person 1, 2, ..."
_TO_REFER: Final = "Give each person's referral a reference of its own"


def difference(
    event: ReferralSubmitted, stands: Whole, person: str, register: Register, timezone: str
) -> tuple[str, Problem] | None:
    """Return why this is not the referral that stands, as reason and problem; None where it says the same again."""
    opened = {category: register.seals.carried(stands.sealed.get(category), person) for category in _AMENDABLE}
    former = {category: _amendable(section) for category, section in opened.items()}
    private = private_of(event)
    # As JSON, for that is how the former sections come back.
    given = {category: _amendable(json.loads(as_json(private.get(category, {})))) for category in _AMENDABLE}
    if _contradict(given[Category.IDENTITY], former[Category.IDENTITY]):
        return "contradiction", _another_person(event)
    # What was erased tells nothing any more.
    erased = any(category in stands.sealed and not opened[category] for category in _AMENDABLE)
    facts = (particulars_of(event, stands.referred_at, timezone), event.agreement, officer_waits(event))
    stood = (stands.particulars, stands.agreement, stands.officer_waiting)
    if facts == stood and (erased or given == former):
        return None
    return "known-referral", _other_facts(event)


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
    rule = "This referral is known, and stands with other facts."
    return Problem(field=_field(event), rule=rule, fix=f"{_TO_AMEND}. {_to_tell_apart(event)}")


def _field(event: ReferralSubmitted) -> str:
    return "source_reference" if event.incident is None else "incident.subject_sequence"


def _to_tell_apart(event: ReferralSubmitted) -> str:
    return f"{_TO_REFER}." if event.incident is None else _TO_NUMBER
