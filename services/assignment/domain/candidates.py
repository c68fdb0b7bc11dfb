"""Which agencies a referral may be offered to, and in which order they are asked.

Those come first that are the person's own: whoever has them already, under this record or a linked one. Then those of
the site's case managers whom it suits (`case_managers`). While an officer waits, and the site has a rota, those who are
on call at that instant come first, in its order; an own case manager who is not on call comes after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.assignment.domain.board import Board, Turn, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.assignment.domain.case_managers import CaseManagers
    from services.assignment.domain.placement import Placement
    from services.assignment.domain.referral import Referral
    from services.sites import Site


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency that suits the referral. `own`: it has the person already, so room is no question."""

    agency: str
    own: bool = False


def candidates(
    who: CaseManagers, board: Board, placement: Placement, referral_id: str, at: datetime | None = None
) -> Iterator[Candidate]:
    """Yield the agencies that suit, in the order in which they are asked; whether they have room is not looked at.

    A person whom an agency has already is asked of others only while an officer waits: two case managers are nobody's.
    The order is that of the rota at `at`; without an instant only who suits is told, in the usual order.
    """
    referral = placement.referrals[referral_id]
    if referral.told is None:
        return
    own = own_agency(who, board, placement)
    on_call = () if at is None else on_call_for(who, referral, at)
    if own is not None and (not on_call or own in on_call):
        yield Candidate(own, own=True)
        if not referral.officer_waits:
            return
    suited = [slug for slug in who.for_newcomers(board, referral.told) if slug != own]
    yield from (Candidate(slug) for slug in on_call if slug in suited)
    if own is not None and on_call and own not in on_call:
        yield Candidate(own, own=True)
    yield from (Candidate(slug) for slug in suited if slug not in on_call)


def on_call_for(who: CaseManagers, referral: Referral, at: datetime) -> tuple[str, ...]:
    """Return who is on call for the referral at that instant, in order; nobody where no officer waits."""
    if not referral.officer_waits or referral.told is None:
        return ()
    on_call = who.rota.at(referral.told.area, at)
    return () if on_call is None else on_call.agencies


def nobody_on_call(who: CaseManagers, referral: Referral, at: datetime) -> bool:
    """Whether an officer waits at an hour for which the rota says that nobody comes."""
    if not referral.officer_waits or referral.told is None:
        return False
    on_call = who.rota.at(referral.told.area, at)
    return on_call is not None and on_call.nobody is not None


def askable(
    who: CaseManagers, board: Board, placement: Placement, referral_id: str, at: datetime
) -> Iterator[Candidate]:
    """Yield the candidates that were not asked in this round, or have made room since, in the order of that instant."""
    referral = placement.referrals[referral_id]
    found = candidates(who, board, placement, referral_id, at)
    return (one for one in found if fresh(board, referral, one.agency))


def fresh(board: Board, referral: Referral, agency: str) -> bool:
    """Whether the agency was not asked in this round, or has made room since, and gave no lasting reason."""
    if not referral.offers:
        return True
    asked_at = referral.asked_at(agency)
    return (asked_at is None or board.opened_since(agency, asked_at)) and not referral.refused_by(agency)


def own_agency(who: CaseManagers, board: Board, placement: Placement) -> str | None:
    """Return the agency that has the person already: as a participant, as somebody handed off, or through a link."""
    held = [
        (offer.enrolled_at is None, offer.handed_off_at is None, offer.accepted_at, offer.agency)
        for referral in placement.referrals.values()
        for offer in referral.offers.values()
        if offer.accepted_at is not None and not offer.over
    ]
    if not held and not placement.links:
        return None
    held.sort()
    linked = [agency for other in sorted(placement.linked) for agency in board.with_agencies(other)]
    enrolled = [agency for newcomer, _, _, agency in held if not newcomer]
    known = [*enrolled, *linked, *(agency for newcomer, _, _, agency in held if newcomer)]
    return next((agency for agency in known if agency in who.slugs), None)


def turns(who: CaseManagers, board: Board, placement: Placement) -> Iterator[Waiting]:
    """Yield where the person's referrals wait: one entry for each agency that may still take them."""
    for referral_id, referral in placement.referrals.items():
        turn = turn_of(who.site, placement, referral_id)
        if turn is None or not placement.waits(referral_id, who.site.program_office):
            continue
        for one in candidates(who, board, placement, referral_id):
            if not referral.refused_by(one.agency):
                yield Waiting(one.agency, turn, placement.person, referral.asked_at(one.agency))


def turn_of(site: Site, placement: Placement, referral_id: str) -> Turn | None:
    """Return the referral's turn on the waiting list, or None if it was never on it."""
    referral = placement.referrals.get(referral_id)
    if referral is None or referral.told is None or referral.waitlisted_at is None:
        return None
    return site.door_priority[referral.told.door], referral.waitlisted_at, referral_id
