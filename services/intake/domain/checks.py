"""What the contract's shape cannot tell: dates, ages, codes, sizes, who may refer as whom, and whose ORI it is.

Each finding has its reason. It never repeats a value: what is wrong may be private.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from contracts.catalogue import CapacityReported, ConsentSigned, PersonCorrected, ReferralAmended, ReferralSubmitted
from contracts.event import Event
from contracts.parts import AfterTheFact, PersonDetails
from contracts.words import CLEAR_PRIVATE_MOST, Door, Problem
from services.intake.domain.leaves import Leaf, moments, texts
from services.intake.domain.placing import contradicted
from services.intake.domain.pretrial import amiss
from services.intake.domain.sections import OLDEST, age_on, day_of
from services.sites import Agency, Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TOLERANCE: Final = timedelta(minutes=5)
"""How far a sender's clock may be ahead of the broker's."""
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
PLANNED: Final = frozenset({"appointment_at", "expires_at", "irrevocable_until_at", "hold_until"})
"""Times and days that may lie ahead."""
PRIVATE_BYTES_MOST: Final = 40_000
"""All private text of one message, as JSON: sealed, a category of it still fits into its field."""

_INVALID: Final = "invalid-data"
_ONE_PLACE: Final = "Send the point alone, or correct one of the two."
_NUL: Final = "\x00"
_ESCAPED_NUL: Final = b"\\u0000"
_BYTES_A_CHARACTER_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a message is not sound: the reason in one word or two, and the problem as the sender is told."""

    reason: str
    problem: Problem


def findings(event: Event, data: bytes, agency: Agency, site: Site, appended_at: datetime) -> list[Finding]:
    """Return all that is wrong with an event that fits its contract.

    `data` are the JSON that it was read from, `appended_at` is the broker's append time.
    """
    latest = appended_at + TOLERANCE
    found = [finding for leaf in moments(event) for finding in _moment(leaf, latest, site)]
    # Most messages are shorter than a single text may be, and need no look at each of theirs.
    if len(data) > CLEAR_PRIVATE_MOST or _ESCAPED_NUL in data:
        found += _texts(event)
    return [*found, *_of_event(event, agency, site, appended_at)]


def _texts(event: Event) -> Iterator[Finding]:
    private = []
    for leaf in texts(event):
        if leaf.private:
            private.append(leaf.value)
            yield from _private(leaf)
        yield from _text(leaf)
    if _bytes(private) > PRIVATE_BYTES_MOST:
        yield _too_much()


def _moment(leaf: Leaf, latest: datetime, site: Site) -> Iterator[Finding]:
    if isinstance(leaf.value, datetime):
        return _instant(leaf, latest)
    return _day(leaf, day_of(latest, site.timezone))


def _instant(leaf: Leaf, latest: datetime) -> Iterator[Finding]:
    if leaf.value > (LATEST if leaf.name in PLANNED else latest):
        yield _finding("date-in-the-future", leaf.path, "It is not in the future.", "Send when it happened.")
    elif leaf.value < EARLIEST:
        yield _finding(_INVALID, leaf.path, "It is not before the year 1900.", "Correct the year.")


def _day(leaf: Leaf, today: date) -> Iterator[Finding]:
    if leaf.value > (LATEST.date() if leaf.name in PLANNED else today):
        yield _finding("date-in-the-future", leaf.path, "It is not in the future.", "Send the day on which it was.")
    elif leaf.value < EARLIEST.date():
        yield _finding(_INVALID, leaf.path, "It is not before the year 1900.", "Correct the year.")


def _text(leaf: Leaf) -> Iterator[Finding]:
    if _NUL in leaf.value:
        yield _finding(_INVALID, leaf.path, "Text has no NUL character.", "Take the character out.")


def _private(leaf: Leaf) -> Iterator[Finding]:
    if len(leaf.value) > CLEAR_PRIVATE_MOST:
        rule = f"Private text has at most {CLEAR_PRIVATE_MOST} characters."
        yield _finding("text-too-long", leaf.path, rule, "Shorten it.")


def _bytes(texts: list[str]) -> int:
    """Return how many bytes they take as JSON; where they cannot be too many, only an upper bound."""
    most = sum(map(len, texts)) * _BYTES_A_CHARACTER_MOST
    return most if most <= PRIVATE_BYTES_MOST else len(json.dumps(texts, ensure_ascii=False).encode())


def _too_much() -> Finding:
    rule = f"All private text of a message together has at most {PRIVATE_BYTES_MOST} bytes."
    return _finding("text-too-long", "data", rule, "Shorten it, or send less of it.")


def contradictions(person: PersonDetails | None, referred_at: datetime, timezone: str) -> list[Finding]:
    """Return how birth date and age contradict each other, or the day of the referral."""
    if person is None or person.birth_date is None:
        return []
    return list(_ages(person.birth_date, person, day_of(referred_at, timezone)))


def _of_event(event: Event, agency: Agency, site: Site, appended_at: datetime) -> Iterator[Finding]:
    if isinstance(event, ReferralSubmitted):
        yield from _permitted(event, agency)
        yield from _ori(event, agency)
        # A day before all calendars is a finding of its own already.
        referred_at = event.referred_at if event.referred_at >= EARLIEST else appended_at
        yield from contradictions(event.person, referred_at, site.timezone)
        yield from _codes(event, site)
        yield from _area("location.area", event.location.area, site)
        for field in contradicted(event, site, referred_at):
            yield _finding("contradiction", field, "It is the area in which the point lies.", _ONE_PLACE)
        yield from _handed_off_to(event.after_the_fact, site)
    elif isinstance(event, ReferralAmended):
        # Whether its ages agree with the day of the referral is judged where the referral is known.
        yield from _codes(event, site)
        yield from _area("area", event.area, site)
        yield from _each_once("needs", event.needs or ())
    elif isinstance(event, PersonCorrected):
        # Whether the birth date agrees with the day of each referral is judged where the referrals are known.
        yield from _area("area", event.area, site)
        yield from _area("residence_area", event.residence_area, site)
        yield from _each_once("needs", event.needs or ())
        yield from _each_once("not_so", event.not_so)
    elif isinstance(event, CapacityReported):
        yield from _each_once("doors", event.doors)
    elif isinstance(event, ConsentSigned):
        yield from _each_once("categories", event.categories)
    else:
        yield from (Finding(reason, problem) for reason, problem in amiss(event, agency, site))


def _permitted(event: ReferralSubmitted, agency: Agency) -> Iterator[Finding]:
    kinds = agency.may_refer.get(event.door)
    if kinds is None:
        rule = "It is a door through which your agency may refer."
        yield _finding("not-permitted", "door", rule, _through(agency.may_refer))
    elif event.source_kind not in kinds:
        rule = "It is one of the kinds as which your agency may refer through this door."
        yield _finding("not-permitted", "source_kind", rule, f"Send one of: {', '.join(sorted(kinds))}.")


def _through(may_refer: Mapping[Door, object]) -> str:
    return f"Send one of: {', '.join(sorted(may_refer))}; the program office may agree on others."


def _ori(event: ReferralSubmitted, agency: Agency) -> Iterator[Finding]:
    if event.incident is not None and event.incident.ori not in agency.oris:
        rule = "It is an ORI of the agency that sends."
        yield _finding("wrong-ori", "incident.ori", rule, "Send your own agency's ORI; ask the program office for it.")


def _ages(born: date, person: PersonDetails, day: date) -> Iterator[Finding]:
    if born > day:
        rule = "It is not after the day of the referral."
        yield _finding("contradiction", "person.birth_date", rule, "Correct one of the two.")
        return
    if born.replace(day=1) < day.replace(year=day.year - OLDEST - 1, day=1):
        rule = f"Nobody is older than {OLDEST} years."
        yield _finding(_INVALID, "person.birth_date", rule, "Correct the year.")
    guess = person.estimated_age
    if guess is not None and not guess.from_years <= age_on(born, day) <= guess.to_years:
        rule = "It agrees with the birth date."
        yield _finding("contradiction", "person.estimated_age", rule, "Send the birth date alone, or correct it.")


def _codes(event: ReferralSubmitted | ReferralAmended, site: Site) -> Iterator[Finding]:
    for place, offence in enumerate(event.offences or ()):
        if offence.nibrs not in site.offences:
            yield _unknown(f"offences.{place}.nibrs", "It is an offence code of NIBRS (data element 6).")
    for place, drug in enumerate(event.drugs or ()):
        if drug.kind not in site.drugs:
            yield _unknown(f"drugs.{place}.kind", "It is a drug code of NIBRS (data element 20).")
    yield from _area("residence_area", event.residence_area, site)
    told = None if event.person is None else event.person.demographics
    if told is not None:
        for name, code in told:
            codes: frozenset[str] = getattr(site.demographics, name)
            if code is not None and code not in codes:
                rule = "It is a code of the site's list of demographics."
                fix = f"Send one of: {', '.join(sorted(codes))}; or leave it out."
                yield _finding("unknown-code", f"person.demographics.{name}", rule, fix)


def _area(path: str, area: str | None, site: Site) -> Iterator[Finding]:
    if area is not None and area not in site.area_codes:
        yield _unknown(path, "It is an area of this site.")


def _handed_off_to(after_the_fact: AfterTheFact | None, site: Site) -> Iterator[Finding]:
    if after_the_fact is not None:
        agency = site.agencies.get(after_the_fact.to_agency)
        if agency is None or not agency.meets_people_first:
            rule = "It is a case-management agency of this site: nobody else meets people first."
            yield _unknown("after_the_fact.to_agency", rule)


def _each_once(path: str, codes: Sequence[str]) -> Iterator[Finding]:
    """Refuse a list that the published shape leaves without an end: each code says all it can when it is said once."""
    if len(set(codes)) < len(codes):
        yield _finding(_INVALID, path, "Each code is in the list once.", "Leave out what is there already.")


def _unknown(path: str, rule: str) -> Finding:
    return _finding("unknown-code", path, rule, "Send a code of the list, or leave it out.")


def _finding(reason: str, path: str, rule: str, fix: str) -> Finding:
    return Finding(reason, Problem(field=path, rule=rule, fix=fix))
