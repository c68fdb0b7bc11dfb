"""The next step of a referral that seeks a case manager: record, close, offer or wait. Asked again at every fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.catalogue import AssignmentUnavailable, AssignmentWaitlisted
from contracts.words import ClosedReason, Door
from services.assignment.domain.candidates import (
    Candidate,
    askable,
    candidates,
    fresh,
    nobody_on_call,
    own_agency,
    turn_of,
)
from services.assignment.domain.evolving import ROUND
from services.assignment.domain.offering import cancel, close, offer_to, record, terms_of, told_of

if TYPE_CHECKING:
    from datetime import datetime

    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Offer
    from services.assignment.domain.placement import Placement


def proceed(course: Course, referral_id: str, promised: str | None = None) -> None:
    """Take the next step of the referral, if there is one. `promised` is the agency whose free place was said to it."""
    placement = course.placement
    referral = placement.referrals[referral_id]
    if referral.told is None or referral.received_at is None or referral.settled:
        return
    reason = _why_close(placement, referral_id, course.office)
    if reason is not None:
        close(course, referral_id, reason)
    elif referral.told.after_the_fact is not None:
        made = referral.told.after_the_fact
        record(course, referral_id, made.to_agency, made.handed_off_at)
    elif placement.ready_at(referral_id, course.office) is None:
        return
    elif referral.live is None:
        _seek(course, referral_id, promised)
    else:
        _renew(course, referral_id, referral.live[1])


def _why_close(placement: Placement, referral_id: str, office: str) -> ClosedReason | None:
    referral = placement.referrals[referral_id]
    if placement.says_no(referral_id, office):
        return ClosedReason.PERSON_DECLINED
    if referral.retracted:
        return ClosedReason.WITHDRAWN_BY_SOURCE
    if placement.dead(referral_id):
        return ClosedReason.PARTICIPATION_ENDED
    recorded = referral.told is not None and referral.told.after_the_fact is not None
    if recorded or not (referral.ineligible and referral.ruled_as_told):
        return None
    live = referral.live
    return None if live is not None and live[1].holds else ClosedReason.NOT_DIVERTIBLE


def _seek(course: Course, referral_id: str, promised: str | None) -> None:
    """Offer to the next, or wait. At an hour for which nobody is on call the officer hears so before anybody is asked.

    The person is then offered as whom no officer waits with: for an appointment.
    """
    at, somebody_left = _asked_at(course, referral_id), False
    if nobody_on_call(course.case_managers, course.referral(referral_id), at):
        follows = _full_for_newcomers(course, referral_id)
        course.say(AssignmentUnavailable(referral_id=referral_id, appointment_follows=follows))
    for one in askable(course.case_managers, course.board, course.placement, referral_id, at):
        somebody_left = True
        if _has_room(course, referral_id, one, promised):
            offer_to(course, referral_id, one.agency)
            return
    officer = course.referral(referral_id).officer_waits
    _nobody(course, referral_id, full=_full_for_newcomers(course, referral_id) if officer else somebody_left)


def _asked_at(course: Course, referral_id: str) -> datetime:
    """Return the instant by which the rota is read: that of the fact, yet not before all that makes it ready was said.

    So the order in which the first facts are read makes no difference; and over a change of shift whoever is on call
    when the next is asked comes next.
    """
    ready_at = course.placement.ready_at(referral_id, course.office)
    return course.at if ready_at is None else max(course.at, ready_at)


def _renew(course: Course, referral_id: str, offer: Offer) -> None:
    """Take back an open offer that no longer says what is so, and make it again, with a new clock.

    The agency keeps its place in the order and the place it gave, unless it suits no more, or another agency has the
    person by now: then the next is asked. An offer whose time is up is left to lapse.
    """
    terms = terms_of(course.referral(referral_id))
    if not offer.open or offer.late(course.at) or offer.terms is None:
        return
    anew = offer.terms != terms
    pressing_now = terms.officer_waiting and not offer.terms.officer_waiting
    gone = (anew and not _still_suits(course, referral_id, offer)) or _of_another(course, referral_id, offer)
    if pressing_now or gone:
        cancel(course, referral_id, ClosedReason.DIRECTED_ELSEWHERE)
        _seek(course, referral_id, None)
    elif anew:
        cancel(course, referral_id, ClosedReason.AMENDED)
        offer_to(course, referral_id, offer.agency)


def _of_another(course: Course, referral_id: str, offer: Offer) -> bool:
    """Whether another agency has the person since just now, and no officer waits: nobody needs two case managers.

    Had it them before, an operator asked this one by hand.
    """
    own = own_agency(course.case_managers, course.board, course.placement)
    if own in {None, offer.agency} or course.referral(referral_id).officer_waits:
        return False
    return course.before is None or own != own_agency(course.case_managers, course.board, course.before)


def _still_suits(course: Course, referral_id: str, offer: Offer) -> bool:
    """Whether the agency suits as well as when it was asked; whom an operator chose by hand need not suit."""
    if course.board.room(offer.agency).suspended:
        return False
    now = candidates(course.case_managers, course.board, course.placement, referral_id)
    suited = offer.terms is not None and course.case_managers.suit(offer.agency, offer.terms)
    return not suited or any(one.agency == offer.agency for one in now)


def _has_room(course: Course, referral_id: str, one: Candidate, promised: str | None) -> bool:
    """Whether a place is free for this person: nobody overtakes those who wait, but for a waiting officer.

    Who has the person needs no place. But while an officer waits they are asked only where a newcomer could be offered,
    too: else who refers could tell the one from the other.
    """
    board, person, referral = course.board, course.placement.person, course.referral(referral_id)
    room, told = board.room(one.agency), told_of(referral)
    if room.suspended:
        return False
    if _knows(course, one):
        return not referral.officer_waits or any(
            is_open(course, agency, told.door) and fresh(board, referral, agency)
            for agency in course.case_managers.for_newcomers(board, told)
        )
    if not is_open(course, one.agency, told.door):
        return False
    if referral.officer_waits or promised == one.agency or not board.waiting:
        return True
    turn = turn_of(course.site, course.placement, referral_id) or _new_turn(course, referral_id)
    if board.free(one.agency) > board.ahead(one.agency, turn, person):
        return True
    # Somebody else's turn: should nobody be telling them just now, this does.
    course.openings.add(one.agency)
    return False


def _knows(course: Course, one: Candidate) -> bool:
    """Whether the agency has the person or was asked about them, so that one referral more takes no place."""
    return one.own or course.board.holding(course.placement.person, one.agency)


def is_open(course: Course, agency: str, door: Door) -> bool:
    """Whether the agency may be offered a newcomer by this door."""
    room = course.board.room(agency)
    return not room.suspended and (room.doors is None or door in room.doors) and course.board.free(agency) > 0


def _full_for_newcomers(course: Course, referral_id: str) -> bool:
    """Whether some agency would not have been asked for a newcomer, for want of room; whoever the person is."""
    referral, board = course.referral(referral_id), course.board
    told = told_of(referral)
    own = own_agency(course.case_managers, board, course.placement)
    return any(
        fresh(board, referral, agency)
        or (_knows(course, Candidate(agency, own=agency == own)) and not is_open(course, agency, told.door))
        for agency in course.case_managers.for_newcomers(board, told)
    )


def _nobody(course: Course, referral_id: str, *, full: bool) -> None:
    """Nobody is left to ask. `full`: some agency was not asked, for want of room."""
    referral = course.referral(referral_id)
    told = told_of(referral)
    officer = referral.officer_waits
    if officer:
        course.say(AssignmentUnavailable(referral_id=referral_id, appointment_follows=full))
        at = _asked_at(course, referral_id)
        for one in askable(course.case_managers, course.board, course.placement, referral_id, at):
            if _knows(course, one) and _has_room(course, referral_id, one, None):
                offer_to(course, referral_id, one.agency)
                return
    elif course.waited(referral_id):
        return
    course.say(
        AssignmentWaitlisted(
            referral_id=referral_id,
            door=told.door,
            priority=course.site.door_priority[told.door],
            appointment=referral.appointment or (full and (officer or told.door is Door.ARREST_DIVERSION)),
        )
    )
    suiting = candidates(course.case_managers, course.board, course.placement, referral_id)
    if any(referral.asked_at(one.agency) for one in suiting):
        course.remind(ROUND, referral_id, course.at + course.times.outreach)


def _new_turn(course: Course, referral_id: str) -> tuple[int, datetime, str]:
    return course.site.door_priority[told_of(course.referral(referral_id)).door], course.at, referral_id
