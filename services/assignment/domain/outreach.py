"""Seeking somebody: attempts, nobody finds them, somebody does again; and what follows when they have died."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AssignmentEnded,
    AssignmentReopened,
    AssignmentUnlocated,
    ContactAttempted,
    ContactFlagged,
    DeathReported,
    ParticipationEnded,
)
from contracts.words import Answer, ContactResult, EndReason
from services.assignment.domain.candidates import own_agency
from services.assignment.domain.offering import remind_of_intake
from services.assignment.domain.onward import called_off
from services.assignment.domain.relations import UNKNOWN_PERSON, ended
from services.plumbing.service import Said
from services.sites.relationship import not_found

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.relationship import ContactMode
    from services.assignment.domain.course import Course
    from services.assignment.domain.placement import Placement

_IN_VAIN: Final = frozenset({ContactResult.NOT_FOUND, ContactResult.LEFT_MESSAGE})
"""Results that say nothing of where the person is. In custody, in hospital, or unwilling just now, they are found."""


def contacted(course: Course, event: ContactAttempted) -> None:
    """Somebody tried to reach the person. It is kept; only who was given the person may say so."""
    agency = course.fact.agency
    if not course.placement.knew(agency, course.at):
        course.refuse("unknown-person", UNKNOWN_PERSON)
        return
    if event.result is ContactResult.LEFT_MESSAGE:
        _flag(course, event)
    if event.result is ContactResult.DECEASED:
        _died_by_the_word_of(course, agency)
    elif event.result is ContactResult.CONTACTED:
        _found_again(course, agency)
    else:
        _sought(course, agency)


def _died_by_the_word_of(course: Course, agency: str | None) -> None:
    """It ends everything by the word of who has the person, or of who had them where nobody has them now."""
    placement, at = course.placement, course.at
    others = [offer for _, _, offer in placement.live if offer.accepted_at is not None and offer.agency != agency]
    if others and not placement.held_by(agency, at):
        course.refuse("unknown-person", UNKNOWN_PERSON)
        return
    died(course, agency)


def died(course: Course, by: str | None, *, passed_on: bool = False) -> None:
    """End all that is under way for the person, with every agency, and under the records that are linked with this one.

    No agency hears why. A referral for which an officer stands with the person goes on: with whom somebody stands is
    alive, and whoever referred them learns nothing by it.
    """
    if not passed_on:
        course.say(DeathReported(by=by))
    course.outcomes += [Said(DeathReported(by=by), subject=other) for other in sorted(course.placement.linked)]
    for referral_id, offer_id, offer in tuple(course.placement.live):
        referral = course.referral(referral_id)
        stands_there = referral.officer_waits and not referral.settled and offer.agency != by
        if offer.accepted_at is None or offer.accepted_at > course.at or stands_there:
            continue
        course.say(
            AssignmentEnded(
                referral_id=referral_id, offer_id=offer_id, agency=offer.agency, reason=EndReason.DECEASED, by=by
            )
        )
        course.openings.add(offer.agency)
    called_off(course)


def ends(course: Course, event: ParticipationEnded) -> None:
    """The person is no longer with the agency; where they have died, with none."""
    if not course.placement.knew(course.fact.agency, course.at):
        course.refuse("unknown-person", UNKNOWN_PERSON)
    elif event.reason is EndReason.DECEASED:
        _died_by_the_word_of(course, course.fact.agency)
    else:
        ended(course, event)


def death_passed_on(course: Course, event: DeathReported) -> None:
    """The same person has died, as was reported under another record; records that are linked with this one hear it.

    One report has one time wherever it is passed on, so that it goes round once: who has heard of it, or of a later
    one, says it to nobody again. What began after it is a new question.
    """
    known = None if course.before is None else course.before.died_at
    if known is None or known < course.at:
        died(course, event.by, passed_on=True)


def may_have_again(course: Course, referral_id: str, agency: str | None) -> bool:
    """Whether the agency may have the person again by this referral: nobody else has them, and they said no to none."""
    placement = course.placement
    return (
        placement.referrals[referral_id].live is None
        and own_agency(course.case_managers, course.board, placement) in {None, agency}
        and not placement.says_no(referral_id, course.office)
        and agency in course.case_managers.slugs
    )


def reopen(course: Course, referral_id: str, agency: str, *, met: bool, enrolled: bool) -> None:
    """Give the agency the person again, also where it is full by now: they are its own."""
    offer_id = course.naming.offer(referral_id, agency, len(course.referral(referral_id).offers))
    course.say(
        AssignmentReopened(referral_id=referral_id, offer_id=offer_id, agency=agency, met=met, enrolled=enrolled)
    )
    if not enrolled:
        remind_of_intake(course, offer_id)


def _found_again(course: Course, agency: str | None) -> None:
    """Whom an agency could not find, it has again once it has found them."""
    for referral_id, referral in tuple(course.placement.referrals.items()):
        last = referral.last_of(agency)
        if last is None or last[1].unlocated_at is None or referral.retracted:
            continue
        if agency is not None and may_have_again(course, referral_id, agency):
            reopen(course, referral_id, agency, met=False, enrolled=False)


def _sought(course: Course, agency: str | None) -> None:
    """End outreach where the site has a rule, and as many attempts as it asks for found nobody."""
    rule = course.site.relationship.unable_to_locate
    for referral_id, offer_id, offer in course.placement.held_by(agency, course.at):
        referral = course.referral(referral_id)
        if offer.met or offer.accepted_at is None or (referral.officer_waits and not referral.settled):
            continue
        counted = not_found(rule, _in_vain(course.placement, agency, offer.accepted_at), course.site.clocks.days(1))
        if counted is None:
            continue
        attempts, since = counted
        course.say(
            AssignmentUnlocated(
                referral_id=referral_id, offer_id=offer_id, agency=offer.agency, attempts=attempts, since=since
            )
        )
        course.openings.add(offer.agency)


def _in_vain(placement: Placement, agency: str | None, since: datetime) -> list[tuple[datetime, ContactMode]]:
    """Return the agency's attempts that found nobody, since it has the person and since it last found them."""
    theirs = [one for one in placement.attempts.values() if one.agency == agency and one.at >= since]
    found_at = max((one.at for one in theirs if one.result not in _IN_VAIN), default=since)
    return [(one.at, one.mode) for one in theirs if one.result in _IN_VAIN and one.at >= found_at]


def _flag(course: Course, event: ContactAttempted) -> None:
    """Alarm operators where a message was left that should not have been. The attempt stands: it was made."""
    for referral_id, referral in sorted(course.placement.referrals.items()):
        safety = course.placement.safety.get(referral_id)
        if safety is not None and safety.answer is Answer.NO and referral.last_of(course.fact.agency) is not None:
            course.say(ContactFlagged(referral_id=referral_id, agency=course.fact.agency or "", mode=event.mode))
            return
