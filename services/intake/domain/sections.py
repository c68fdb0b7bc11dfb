"""A referral in its sections: facts without identity for those who decide; what is private, grouped to be sealed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from contracts.parts import AgeFact, Particulars
from contracts.words import Answer, Category, SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from contracts.catalogue import ReferralAmended, ReferralSubmitted
    from contracts.parts import Incident, PersonDetails, Reach
    from contracts.words import Private

RESTRICTED: Final = frozenset({SourceKind.EMERGENCY_DEPARTMENT, SourceKind.TREATMENT, SourceKind.HEALTH_CARE})
"""Sources that reveal health or treatment by being the source."""
OLDEST: Final = 125

Clear = dict[Category, dict[str, Any]]
"""What is private, in the clear, by category; what is absent is left out."""


def particulars_of(event: ReferralSubmitted, referred_at: datetime, timezone: str) -> Particulars:
    """Return the facts without identity of a new referral; the age is that of the day of `referred_at`."""
    return Particulars(
        **_of_person(event.person, referred_at, timezone),
        area=event.location.area,
        residence_area=event.residence_area,
        offences=event.offences,
        drugs=event.drugs,
        attestations=event.attestations,
        prior_involvement=event.prior_involvement,
        needs=event.needs,
    )


def particulars_after(former: Particulars, event: ReferralAmended, referred_at: datetime, timezone: str) -> Particulars:
    """Return the facts as the amendment leaves them: a section that is given replaces the former one."""
    changes: dict[str, Any] = {
        name: getattr(event, name)
        for name in ("area", "residence_area", "offences", "drugs", "attestations", "needs")
        if getattr(event, name) is not None
    }
    if event.person is not None:
        changes |= _of_person(event.person, referred_at, timezone)
    return former.model_copy(update=changes)


def officer_waits(event: ReferralSubmitted) -> bool:
    """Whether an officer stands with the person and waits."""
    return event.incident is not None and event.incident.officer_waiting


def changed_by(event: ReferralAmended) -> tuple[str, ...]:
    """Return the names of the sections that the amendment gives."""
    return tuple(
        name.replace("_", "-") for name in type(event).model_fields if name != "of" and getattr(event, name) is not None
    )


def private_of(event: ReferralSubmitted) -> Clear:
    """Return all that is private of a new referral, by category."""
    return _filled(
        {
            Category.IDENTITY: _identity(event.person),
            Category.DEMOGRAPHICS: _demographics(event.person),
            Category.CONTACT: _contact(event.reach, event.referrer_contact),
            Category.INCIDENT: _incident(event),
            Category.NARRATIVE: {"reason": event.reason},
            Category.SAFETY: {"safety_notes": event.safety_notes, "safety_code": event.safety_code},
        }
    )


def private_given(event: ReferralAmended, former_contact: Mapping[str, Any]) -> dict[Category, dict[str, Any] | None]:
    """Return the private sections that the amendment replaces; None where it leaves nothing of one."""
    given: Clear = {}
    if event.person is not None:
        given |= {
            Category.IDENTITY: _identity(event.person),
            Category.DEMOGRAPHICS: _demographics(event.person),
        }
    if event.reach is not None:
        # The referrer's own contact is no part of the section, so it stays.
        given[Category.CONTACT] = _contact(event.reach, former_contact.get("referrer_contact"))
    if event.reason is not None:
        given[Category.NARRATIVE] = {"reason": event.reason}
    filled = _filled(given)
    return {category: filled.get(category) for category in given}


def as_json(content: Mapping[str, Any]) -> bytes:
    """Return a private section as it is sealed: one JSON object."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years, between 0 and 125."""
    years = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
    return max(0, min(OLDEST, years))


def day_of(at: datetime, timezone: str) -> date:
    """Return the day at the site."""
    return at.astimezone(ZoneInfo(timezone)).date()


def _of_person(person: PersonDetails, referred_at: datetime, timezone: str) -> dict[str, Any]:
    return {
        "age": _age(person, day_of(referred_at, timezone)),
        "under_supervision": person.under_supervision,
        "language": person.language,
        "interpreter": person.interpreter,
        "housing": person.housing,
    }


def _age(person: PersonDetails, day: date) -> AgeFact:
    if person.birth_date is not None:
        exact = age_on(person.birth_date, day)
        return AgeFact(from_years=exact, to_years=exact)
    if person.estimated_age is not None:
        return AgeFact(from_years=person.estimated_age.from_years, to_years=person.estimated_age.to_years)
    return AgeFact()


def _identity(person: PersonDetails) -> dict[str, Any]:
    return person.model_dump(
        mode="json",
        include={"legal_name", "preferred_name", "aliases", "pronouns", "birth_date", "agency_person_number"},
    )


def _demographics(person: PersonDetails) -> dict[str, Any]:
    coded = person.demographics.model_dump(mode="json") if person.demographics is not None else {}
    return coded | {"veteran": _known(person.veteran)}


def _contact(reach: Reach, referrer_contact: Private | None) -> dict[str, Any]:
    return reach.model_dump(mode="json") | {
        "message_is_safe": _known(reach.message_is_safe),
        "referrer_contact": referrer_contact,
    }


def _incident(event: ReferralSubmitted) -> dict[str, Any]:
    content: dict[str, Any] = {"source_reference": event.source_reference, "place": event.location.place}
    incident: Incident | None = event.incident
    if incident is not None:
        content |= incident.model_dump(mode="json", exclude={"officer_waiting", "officer"})
        if incident.officer is not None:
            content["officer"] = incident.officer.model_dump(mode="json", exclude_none=True)
    return content


def _known(answer: Answer) -> str | None:
    return None if answer is Answer.UNKNOWN else answer.value


def _filled(sections: Clear) -> Clear:
    filled = {
        category: {name: value for name, value in content.items() if value not in (None, [], (), {})}
        for category, content in sections.items()
    }
    return {category: content for category, content in filled.items() if content}
