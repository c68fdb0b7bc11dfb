"""Erasing a record: on an operator's word, where a ground of the site's list holds; or by itself, when its day is come.

A juvenile's record of an arrest diversion is destroyed within the site's days of the day on which the person is of age
and the intake is completed. The deadline is set when the birth date is told, and lies so many of these days later as a
keyed hash says: it does not give the birthday away. What the person says of it goes before what the sender tells.
Where only an age was guessed, it runs from the last day on which somebody of the youngest guessed age comes of age;
where none is known, there is none, and an operator has it erased.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from contracts.catalogue import ReferralCorrected, ReferralErased
from contracts.corrections import OwnFact, own_field
from contracts.referrals.referral_erased import CLOCK
from contracts.words import Category, Problem
from services.intake.domain.cases import own_facts
from services.intake.domain.heard import Gone
from services.intake.domain.naming import case_of_referral
from services.intake.domain.reports import sealed
from services.intake.domain.sections import age_on, day_of
from services.intake.domain.unadmitted import refused
from services.plumbing.identity import mark_of
from services.plumbing.service import Deadline, Outcome, Row, Said
from services.plumbing.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.catalogue import AssignmentEnrolled, DeadlineReached, ErasureRequested
    from contracts.envelope import Fact
    from services.intake.domain.cases import Case, Referral, Whole
    from services.intake.domain.register import Register
    from services.intake.domain.rules import Rules
    from services.sites import Ground, Site

DESTRUCTION: Final = "destruction"
"""The deadline at which a record may have to go by itself; its reference is the referral."""
_BEFORE: Final = "erased-before/"
ERASED: Final = Problem(
    field="referral",
    rule="The record of this case was erased; the hub keeps nothing of it and takes it in no more.",
    fix="Give another person or incident a number of its own, or ask the program office.",
)
"""The same words whatever the ground."""
_UNKNOWN: Final = Problem(
    field="referral_id", rule="It names a referral whose record is there.", fix="Take it from the timeline."
)


def requested(rules: Rules, case: Case, fact: Fact, event: ErasureRequested, register: Register) -> Iterator[Outcome]:
    """Erase it where the ground holds. The reason is sealed under the record's own key, and goes with it."""
    referral = case.referrals.get(event.referral_id)
    if referral is None or referral.erased:
        yield refused(fact, "unknown-referral", _UNKNOWN)
        return
    ground = rules.site.ground(event.ground)
    if ground is None:
        names = ", ".join(one.id for one in rules.site.erasure)
        problem = Problem(field="ground", rule="It is a ground of the site's list.", fix=f"Send one of: {names}.")
        yield refused(fact, "unknown-ground", problem)
        return
    against = _against(ground, referral, _born(referral, register), fact.at, rules.site)
    if against is not None:
        problem = Problem(field="ground", rule=f"{against} ({ground.citation}).", fix=_FIX)
        yield refused(fact, "ground-does-not-hold", problem)
        return
    person = referral.person

    def seal(field: str, clear: bytes) -> str:
        return register.seals.seal(event.referral_id, field, person, mark_of(fact.source, fact.id), clear)

    yield Said(sealed(event, seal), subject=person, admitted=True)
    yield from _erased(event.referral_id, person, ground.id, fact, event.operator)


def reached(rules: Rules, case: Case, fact: Fact, event: DeadlineReached, register: Register) -> Iterator[Outcome]:
    """Its day has come: erase it if the intake was completed. If not, its completion sets the day."""
    referral = case.referrals.get(event.reference)
    if event.deadline.startswith(_BEFORE):
        yield from _once_more(case, fact, event)
        return
    ground = rules.site.destroys
    if referral is None or referral.erased or ground is None or not referral.completed:
        return
    if referral.whole is None:
        # Of what its source withdrew no birth date is kept: the deadline was set by it. But where the person spoke of
        # theirs there may be a day by the sender's word, and nobody can tell the two days apart any more.
        holds = not referral.own_birth_date
    else:
        holds = _against(ground, referral, _born(referral, register), fact.at, rules.site) is None
    if holds:
        yield from _erased(event.reference, referral.person, ground.id, fact, CLOCK)


def erased_before(ground: str, by: str) -> str:
    """Name the deadline by which a restored hub erases what was erased after its backup was made.

    The ground held then, and there is nothing left by which it could be asked again.
    """
    return f"{_BEFORE}{ground}/{by}"


def _once_more(case: Case, fact: Fact, event: DeadlineReached) -> Iterator[Outcome]:
    ground, _, by = event.deadline.removeprefix(_BEFORE).partition("/")
    referral = case.referrals.get(event.reference)
    if referral is not None and not referral.erased:
        yield from _erased(event.reference, referral.person, ground, fact, by)


def completed(rules: Rules, case: Case, fact: Fact, event: AssignmentEnrolled, register: Register) -> Iterator[Outcome]:
    """The intake is completed: its day is set anew; mostly it is there already."""
    referral = case.referrals.get(event.referral_id)
    if referral is not None:
        yield from day_anew(rules, referral, fact, register)


def day_anew(rules: Rules, referral: Referral, fact: Fact, register: Register) -> Iterator[Deadline]:
    """Set the day as everything that was told by now has it.

    Once the intake is completed of somebody who is of age already, the record's days run from now.
    """
    whole, ground = referral.whole, rules.site.destroys
    if whole is None or ground is None:
        return
    born = _born(referral, register)
    if referral.completed and _against(ground, referral, born, fact.at, rules.site) is None:
        yield _day(rules, whole.referral_id, ground, fact.at)
    else:
        yield from day_to_come(rules, whole, born)


def day_to_come(rules: Rules, whole: Whole, born: date | None) -> Iterator[Deadline]:
    """Set the day on which the record of a juvenile may have to go, by this birth date or the age in the referral."""
    ground = rules.site.destroys
    if ground is None or whole.door not in ground.doors or not _was_under(ground, whole, born, rules.site):
        return
    of_age = _of_age_on(ground, whole, born, rules.site)
    if of_age is not None:
        begins = datetime.combine(of_age, time(), ZoneInfo(rules.site.timezone)).astimezone(UTC)
        yield _day(rules, whole.referral_id, ground, begins)


def _day(rules: Rules, referral_id: str, ground: Ground, begins: datetime) -> Deadline:
    """Return the record's day among those that begin then; under its case, whatever the fact was about that sets it."""
    due = begins + _spread(rules, referral_id, ground)
    return Deadline(DESTRUCTION, referral_id, due, case_of_referral(referral_id))


def _erased(referral_id: str, person: str, ground: str, fact: Fact, by: str) -> Iterator[Outcome]:
    event = ReferralErased(referral_id=referral_id, ground=ground, erased_at=fact.at, by=by)
    yield Said(event, subject=person)
    yield Row(Gone(referral_id, person, fact.at, ground, by))


def _spread(rules: Rules, referral_id: str, ground: Ground) -> timedelta:
    """Return how long after the first possible day: within the ground's days, the last of which is left to spare."""
    return rules.site.clocks.days((ground.within_days or 1) - 1) * rules.naming.share(DESTRUCTION, referral_id)


_FIX: Final = "Name a ground that holds; the site's erasure.toml says what each asks."


def _against(ground: Ground, referral: Referral, born: date | None, at: datetime, site: Site) -> str | None:
    """Return the first condition of the ground that does not hold, as a sentence; None where all do."""
    whole, today = referral.whole, day_of(at, site.timezone)
    if today < ground.in_force_from:
        return f"The site erases on this ground from {ground.in_force_from} on"
    if ground.withdrawn:
        return None if referral.retracted else "It is of a record that its source withdrew"
    if whole is None:
        return "It is of a record that its source did not withdraw"
    if ground.doors and whole.door not in ground.doors:
        return f"It is of referrals by the door {' or '.join(sorted(ground.doors))}"
    if ground.under_age is not None and not _was_under(ground, whole, born, site):
        return f"The person was known to be under {ground.under_age} on the day of the referral"
    of_age = _of_age_on(ground, whole, born, site)
    if ground.from_age is not None and (of_age is None or today < of_age):
        return f"The person is {ground.from_age} by now, as far as birth date or guessed age can tell"
    if ground.refused_if_completed and referral.completed:
        return ground.refused_if_completed
    if ground.completed and not referral.completed:
        return "The condition of the diversion was met"
    since = _years_later(day_of(whole.referred_at, site.timezone), ground.after_years or 0)
    return f"{ground.after_years} years have passed since the referral" if today < since else None


def _born(referral: Referral, register: Register) -> date | None:
    """Return the birth date in intake's own sealed sections, if there is one: the person's own word, else the sender's.

    Where the person said that the sender's is not so, and no other, none is known.
    """
    whole = referral.whole
    if whole is None:
        return None
    if OwnFact.BIRTH_DATE in own_facts(whole):
        token, place = _own_token(whole), Place(referral.person, own_field(Category.IDENTITY), whole.referral_id)
    else:
        token, place = whole.sealed.get(Category.IDENTITY), Place(referral.person, Category.IDENTITY)
    told: Any = register.seals.carried(token, place).get("birth_date")
    return None if told is None else date.fromisoformat(told)


def _own_token(whole: Whole) -> str | None:
    tokens = (whole.own if isinstance(whole, ReferralCorrected) else None) or {}
    return tokens.get(Category.IDENTITY)


def _was_under(ground: Ground, whole: Whole, born: date | None, site: Site) -> bool:
    """Whether the person was certainly younger than the ground says, on the day of the referral."""
    if ground.under_age is None:
        return True
    if born is not None:
        return age_on(born, day_of(whole.referred_at, site.timezone)) < ground.under_age
    oldest = whole.particulars.age.to_years
    return oldest is not None and oldest < ground.under_age


def _of_age_on(ground: Ground, whole: Whole, born: date | None, site: Site) -> date | None:
    """Return the day on which the person certainly has the ground's age; None where nothing is known of it."""
    if ground.from_age is None:
        return None
    if born is not None:
        return _years_later(born, ground.from_age)
    youngest = whole.particulars.age.from_years
    day = day_of(whole.referred_at, site.timezone)
    return None if youngest is None else _years_later(day, max(ground.from_age - youngest, 0))


def _years_later(day: date, years: int) -> date:
    """Return the same day of a later year; the day after, where that year has no such day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
