"""Making an offer, taking one back, recording a hand-off that was made: what is said, and which moments are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentCancelled,
    AssignmentClosed,
    AssignmentHandedOff,
    AssignmentOffered,
    AssignmentUnavailable,
)
from contracts.words import ClosedReason, Door
from services.assignment.domain.case_managers import age_band
from services.assignment.domain.kept import Terms
from services.assignment.domain.referral import FINAL

if TYPE_CHECKING:
    from datetime import datetime

    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Offer, Told
    from services.assignment.domain.referral import Referral

OFFER: Final = "offer"
ARRIVAL: Final = "arrival"
ARRIVAL_ALARM: Final = "arrival-alarm"
INTAKE: Final = "intake"


def offer_to(course: Course, referral_id: str, agency: str, since: datetime | None = None) -> None:
    """Offer the referral to the agency, blind; it lapses by the site's clock, from when it was ready, or `since`."""
    referral = course.referral(referral_id)
    told, terms = told_of(referral), terms_of(referral)
    ready_at = course.placement.ready_at(referral_id, course.office)
    pressing = referral.officer_waits or (told.door is Door.ARREST_DIVERSION and not referral.unavailable)
    time = course.times.answer if pressing else course.times.outreach
    lapses_at = max(course.at, ready_at or course.at, since or course.at) + time
    offer_id = _offer_id(course, referral_id, agency)
    course.say(
        AssignmentOffered(
            referral_id=referral_id,
            offer_id=offer_id,
            agency=agency,
            door=terms.door,
            area=terms.area,
            age_band=terms.age_band,
            language=terms.language,
            needs=terms.needs,
            officer_waiting=terms.officer_waiting,
            lapses_at=lapses_at,
            arrive_within_minutes=course.site.clocks.arrival_minutes if terms.officer_waiting else None,
            test=told.test,
        )
    )
    course.remind(OFFER, offer_id, lapses_at)


def record(course: Course, referral_id: str, agency: str, handed_off_at: datetime) -> None:
    """Record a hand-off that was made already: nobody is paged, and the place is taken whatever screening says."""
    cancel(course, referral_id, ClosedReason.DIRECTED_ELSEWHERE)
    offer_id = _offer_id(course, referral_id, agency)
    course.say(AssignmentAccepted(referral_id=referral_id, offer_id=offer_id, agency=agency, after_the_fact=True))
    remind_of_intake(course, offer_id)
    course.say(
        AssignmentHandedOff(
            referral_id=referral_id,
            offer_id=offer_id,
            agency=agency,
            handed_off_at=handed_off_at,
            after_the_fact=True,
        )
    )


def cancel(course: Course, referral_id: str, reason: ClosedReason) -> bool:
    """Take back what is open or accepted and not yet handed off; whether there was anything."""
    live = course.referral(referral_id).live
    if live is None or live[1].met:
        return False
    offer_id, offer = live
    course.say(AssignmentCancelled(referral_id=referral_id, offer_id=offer_id, agency=offer.agency, reason=reason))
    course.openings.add(offer.agency)
    return True


def close(course: Course, referral_id: str, reason: ClosedReason) -> None:
    """Take back what stands, and close the referral; it is said once.

    The officer hears that nobody comes where the facts that they know are not divertible, and where the person says no
    to the very case manager whom they were told of; no other no of the person shows to police.
    """
    turned_away = reason is ClosedReason.PERSON_DECLINED and _turned_away(course, referral_id)
    cancelled = cancel(course, referral_id, reason)
    referral = course.referral(referral_id)
    closed = referral.closed
    if not closed & FINAL and (reason not in closed or cancelled or course.waited(referral_id)):
        unfit = reason is ClosedReason.NOT_DIVERTIBLE and referral.officer_expects_somebody
        if unfit or (turned_away and referral.officer_waits):
            course.say(AssignmentUnavailable(referral_id=referral_id, appointment_follows=False))
        course.say(AssignmentClosed(referral_id=referral_id, reason=reason))


def _turned_away(course: Course, referral_id: str) -> bool:
    """Whether the person says no by way of who accepted them from a waiting officer, and before they were met."""
    live = course.referral(referral_id).live
    if live is None or not live[1].holds or live[1].met or live[1].arrive_by is None:
        return False
    words = course.placement.words.values()
    return any(
        not word.yes and word.agency == live[1].agency and live[1].accepted_at is not None
        and word.at >= live[1].accepted_at and course.placement.counts(word, referral_id, course.office)
        for word in words
    )  # fmt: skip


def remind_of_arrival(course: Course, offer_id: str, arrive_by: datetime) -> None:
    """Have whoever does not come in time lose the person, and operators alarmed before that."""
    if course.times.alarm is not None:
        course.remind(ARRIVAL_ALARM, offer_id, arrive_by - course.times.alarm)
    course.remind(ARRIVAL, offer_id, arrive_by)


def remind_of_intake(course: Course, offer_id: str) -> None:
    """Have the program office told when nothing is heard of an intake for too long: nobody is lost unseen."""
    course.remind(INTAKE, offer_id, course.at + course.times.intake)


def says_otherwise(course: Course, referral_id: str, offer: Offer) -> bool:
    """Whether an offer says what is so no more."""
    return offer.terms is not None and offer.terms != terms_of(course.referral(referral_id))


def terms_of(referral: Referral) -> Terms:
    """Return what an offer of the referral says by now."""
    told = told_of(referral)
    return Terms(
        door=told.door,
        area=told.area,
        age_band=age_band(told.age),
        language=told.language,
        needs=told.needs,
        officer_waiting=referral.officer_waits,
    )


def told_of(referral: Referral) -> Told:
    """Return what its sender told of a referral that is or may be offered."""
    if referral.told is None:
        message = "Only a referral that was received is offered."
        raise AssertionError(message)
    return referral.told


def _offer_id(course: Course, referral_id: str, agency: str) -> str:
    return course.naming.offer(referral_id, agency, len(course.referral(referral_id).offers))
