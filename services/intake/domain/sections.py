"""A referral in its sections: facts without identity for those who decide; what is private, grouped to be sealed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from contracts.parts import AgeFact, Offence, Particulars
from contracts.words import Answer, Category, SourceKind
from services.intake.domain.heard import Groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from pydantic import BaseModel

    from contracts.catalogue import ReferralAmended, ReferralSubmitted
    from contracts.parts import PersonDetails, Reach
    from contracts.words import Private

RESTRICTED: Final = frozenset({SourceKind.EMERGENCY_DEPARTMENT, SourceKind.TREATMENT, SourceKind.HEALTH_CARE})
"""Sources that reveal health or treatment by being the source."""
OLDEST: Final = 125
_IDENTITY: Final = ("legal_name", "preferred_name", "aliases", "pronouns", "birth_date", "agency_person_number")
_DEMOGRAPHICS: Final = ("race", "ethnicity", "gender", "gender_identity", "disability")
_REACH: Final = ("phones", "usual_places", "through", "message_is_safe")
_INCIDENT: Final = ("number", "ori", "subject_sequence", "occurred_at", "reported_at")
_OFFICER: Final = ("badge", "name", "call_back", "supervisor")
_UNKNOWN: Final = Answer.UNKNOWN

Section = dict[str, Any]
"""What is private of one category, in the clear, by field; what is absent is left out."""


def particulars_of(event: ReferralSubmitted, referred_at: datetime, timezone: str) -> Particulars:
    """Return the facts without identity of a new referral; the age is that of the day of `referred_at`."""
    return Particulars(
        **_of_person(event.person, referred_at, timezone),
        area=event.location.area,
        residence_area=event.residence_area,
        offences=coded(event.offences),
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
    return without_descriptions(former.model_copy(update=changes))


def coded(offences: tuple[Offence, ...]) -> tuple[Offence, ...]:
    """Return the offences by their codes alone: no rule reads a description, and anything could stand in it.

    It is kept out, and counted as a field that no contract knows is.
    """
    if all(one.description is None for one in offences):
        return offences
    return tuple(one.model_copy(update={"description": None}) for one in offences)


def without_descriptions(particulars: Particulars) -> Particulars:
    """Return the facts as they are kept now; a referral from before may hold descriptions."""
    offences = coded(particulars.offences)
    return particulars if offences is particulars.offences else particulars.model_copy(update={"offences": offences})


def descriptions_in(event: ReferralSubmitted | ReferralAmended) -> int:
    """Return how many descriptions are kept out of this message."""
    return sum(one.description is not None for one in event.offences or ())


def officer_waits(event: ReferralSubmitted) -> bool:
    """Whether an officer stands with the person and waits."""
    return event.incident is not None and event.incident.officer_waiting


def changed_by(event: ReferralAmended) -> tuple[str, ...]:
    """Return the names of the sections that the amendment gives."""
    return tuple(
        name.replace("_", "-") for name in type(event).model_fields if name != "of" and getattr(event, name) is not None
    )


def private_of(event: ReferralSubmitted) -> dict[Category, Section]:
    """Return all that is private of a new referral, by category; a category without anything is left out."""
    sections = {
        Category.IDENTITY: _given(event.person, _IDENTITY),
        Category.DEMOGRAPHICS: _demographics(event.person),
        Category.CONTACT: _contact(event.reach, event.referrer_contact),
        Category.INCIDENT: _incident(event),
        Category.NARRATIVE: _given(event, ("reason",)),
        Category.SAFETY: _given(event, ("safety_notes", "safety_code")),
    }
    return {category: section for category, section in sections.items() if section}


def private_given(event: ReferralAmended, former_contact: Mapping[str, Any]) -> dict[Category, Section]:
    """Return the private sections that the amendment replaces; empty where it leaves nothing of one."""
    given: dict[Category, Section] = {}
    if event.person is not None:
        given[Category.IDENTITY] = _given(event.person, _IDENTITY)
        given[Category.DEMOGRAPHICS] = _demographics(event.person)
    if event.reach is not None:
        # The referrer's own contact is no part of the section, so it stays.
        given[Category.CONTACT] = _contact(event.reach, former_contact.get("referrer_contact"))
    if event.reason is not None:
        given[Category.NARRATIVE] = _given(event, ("reason",))
    return given


def groups_of(referral_id: str, person: PersonDetails) -> Groups:
    """Return the codes by which reports count whoever is referred; of what nobody told, none."""
    return Groups(referral_id, **{name: str(code) for name, code in _demographics(person).items()})


def as_json(section: Mapping[str, Any]) -> bytes:
    """Return a private section as it is sealed: one JSON object."""
    return to_json(section)


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years, between 0 and 125."""
    years = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
    return max(0, min(OLDEST, years))


def age_at(birth_date: date, referred_at: datetime, timezone: str) -> AgeFact:
    """Return the age on the day of the referral, as screening may know it."""
    exact = age_on(birth_date, day_of(referred_at, timezone))
    return _between(exact, exact)


def day_of(at: datetime, timezone: str) -> date:
    """Return the day at the site."""
    return at.astimezone(ZoneInfo(timezone)).date()


def _of_person(person: PersonDetails, referred_at: datetime, timezone: str) -> dict[str, Any]:
    return {
        "age": _age(person, referred_at, timezone),
        "under_supervision": person.under_supervision,
        "language": person.language,
        "interpreter": person.interpreter,
        "housing": person.housing,
    }


def _age(person: PersonDetails, referred_at: datetime, timezone: str) -> AgeFact:
    if person.birth_date is not None:
        return age_at(person.birth_date, referred_at, timezone)
    guess = person.estimated_age
    return AgeFact() if guess is None else _between(guess.from_years, guess.to_years)


@cache
def _between(from_years: int, to_years: int) -> AgeFact:
    return AgeFact(from_years=from_years, to_years=to_years)


def _given(part: BaseModel, names: tuple[str, ...]) -> Section:
    """Return those of the fields that say something: no None, no empty list, no answer that is not known."""
    values = part.__dict__
    return {name: value for name in names if (value := values[name]) and value is not _UNKNOWN}


def _demographics(person: PersonDetails) -> Section:
    section = _given(person, ("veteran",))
    return section if person.demographics is None else _given(person.demographics, _DEMOGRAPHICS) | section


def _contact(reach: Reach, referrer_contact: Private | None) -> Section:
    section = _given(reach, _REACH)
    return section | {"referrer_contact": referrer_contact} if referrer_contact else section


def _incident(event: ReferralSubmitted) -> Section:
    section = _given(event, ("source_reference", "residence_point")) | _given(event.location, ("place", "point"))
    incident = event.incident
    if incident is not None:
        section |= _given(incident, _INCIDENT)
        if incident.officer is not None and (officer := _given(incident.officer, _OFFICER)):
            section["officer"] = officer
    return section
