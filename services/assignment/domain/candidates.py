"""Which agencies suit a referral, and in which order they are asked.

Those come first that are the person's own: whoever has them already, under this record or a linked one. Then, of the
case-management agencies that serve the door, the area and the age: a youth provider first for a minor; who names the
area before who works everywhere; who speaks the language; who is less full; and last the slug. Language is a matter of
order only: with an interpreter any agency is better than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.words import AgeBand
from services.assignment.domain.board import Board, Turn, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.parts import AgeFact
    from services.assignment.domain.kept import Terms, Told
    from services.assignment.domain.placement import Placement
    from services.assignment.domain.referral import Referral
    from services.sites import Agency, Site

ADULT: Final = 18
_OLDEST: Final = 125
_BANDS: Final = (
    (0, 17, AgeBand.UNDER_18),
    (18, 24, AgeBand.FROM_18_TO_24),
    (25, 64, AgeBand.FROM_25_TO_64),
    (65, _OLDEST, AgeBand.FROM_65),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency that suits the referral. `own`: it has the person already, so room is no question."""

    agency: str
    own: bool = False


def candidates(site: Site, board: Board, placement: Placement, referral_id: str) -> list[Candidate]:
    """Return the agencies that suit, in the order in which they are asked; whether they have room is not looked at.

    A person whom an agency has already is asked of others only while an officer waits: two case managers are nobody's.
    """
    referral = placement.referrals[referral_id]
    if referral.told is None:
        return []
    own = own_agency(site, board, placement)
    if own is not None and not referral.officer_waits:
        return [Candidate(own, own=True)]
    first = [] if own is None else [Candidate(own, own=True)]
    return first + [Candidate(slug) for slug in for_newcomers(site, board, referral.told) if slug != own]


def for_newcomers(site: Site, board: Board, told: Told) -> list[str]:
    """Return the agencies that suit whoever is referred so, in the order in which a newcomer is offered to them."""
    found = [agency for agency in site.case_management if suits(agency, told)]
    found.sort(key=lambda agency: _preference(agency, told, board))
    return [agency.slug for agency in found]


def askable(site: Site, board: Board, placement: Placement, referral_id: str) -> list[Candidate]:
    """Return the candidates that were not asked in this round, or have made room since."""
    referral = placement.referrals[referral_id]
    found = candidates(site, board, placement, referral_id)
    return [one for one in found if fresh(board, referral, one.agency)]


def fresh(board: Board, referral: Referral, agency: str) -> bool:
    """Whether the agency was not asked in this round, or has made room since, and gave no lasting reason."""
    asked_at = referral.asked_at(agency)
    return (asked_at is None or board.opened_since(agency, asked_at)) and not referral.refused_by(agency)


def own_agency(site: Site, board: Board, placement: Placement) -> str | None:
    """Return the agency that has the person already: as a participant, as somebody handed off, or through a link."""
    held = sorted(
        (offer.enrolled_at is None, offer.handed_off_at is None, offer.accepted_at, offer.agency)
        for _, _, offer in placement.live
        if offer.accepted_at is not None
    )
    linked = [agency for other in sorted(placement.linked) for agency in board.with_agencies(other)]
    of_case_managers = {agency.slug for agency in site.case_management}
    enrolled = [agency for newcomer, _, _, agency in held if not newcomer]
    known = [*enrolled, *linked, *(agency for newcomer, _, _, agency in held if newcomer)]
    return next((agency for agency in known if agency in of_case_managers), None)


def suits(agency: Agency, told: Told) -> bool:
    """Whether the agency meets people of this door, in this area, of this age. What is not known excludes nobody."""
    return told.door in agency.doors and agency.covers(told.area) and _of_age(agency, *_range(told.age))


def suits_terms(agency: Agency, terms: Terms) -> bool:
    """Whether the agency meets people of whom an offer says this."""
    youngest, oldest = next(((low, high) for low, high, band in _BANDS if band is terms.age_band), (0, _OLDEST))
    return terms.door in agency.doors and agency.covers(terms.area) and _of_age(agency, youngest, oldest)


def turns(site: Site, board: Board, placement: Placement) -> Iterator[Waiting]:
    """Yield where the person's referrals wait: one entry for each agency that may still take them."""
    for referral_id, referral in placement.referrals.items():
        turn = turn_of(site, placement, referral_id)
        if turn is None or not placement.waits(referral_id, site.program_office):
            continue
        for one in candidates(site, board, placement, referral_id):
            if not referral.refused_by(one.agency):
                yield Waiting(one.agency, turn, placement.person, referral.asked_at(one.agency))


def turn_of(site: Site, placement: Placement, referral_id: str) -> Turn | None:
    """Return the referral's turn on the waiting list, or None if it was never on it."""
    referral = placement.referrals.get(referral_id)
    if referral is None or referral.told is None or referral.waitlisted_at is None:
        return None
    return site.door_priority[referral.told.door], referral.waitlisted_at, referral_id


def age_band(age: AgeFact) -> AgeBand:
    """Return the band of an exact or estimated age; an estimate over two bands is unknown, not guessed."""
    if age.from_years is None or age.to_years is None:
        return AgeBand.UNKNOWN
    fits = (band for youngest, oldest, band in _BANDS if youngest <= age.from_years and age.to_years <= oldest)
    return next(fits, AgeBand.UNKNOWN)


def _preference(agency: Agency, told: Told, board: Board) -> tuple[bool, int, bool, float, str]:
    minor = _range(told.age)[1] < ADULT
    for_youth = agency.max_age is not None
    named = told.area is not None and told.area in agency.areas
    ground = 0 if named else 1 if not agency.areas else 2
    speaks = not agency.languages or told.language in agency.languages
    return for_youth != minor, ground, not speaks, board.load(agency.slug), agency.slug


def _of_age(agency: Agency, youngest: int, oldest: int) -> bool:
    return youngest <= (_OLDEST if agency.max_age is None else agency.max_age) and oldest >= (agency.min_age or 0)


def _range(age: AgeFact) -> tuple[int, int]:
    return age.from_years or 0, _OLDEST if age.to_years is None else age.to_years
