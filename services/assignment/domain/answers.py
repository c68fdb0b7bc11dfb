"""What agencies and the clock answer to an offer. Unknown, lapsed, cancelled and somebody else's get the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentDeclined,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentUnavailable,
    DeadlineReached,
    HandoffCompleted,
    OfferAccepted,
    OfferDeclined,
)
from contracts.words import Problem
from services.assignment.domain.first_contact import ARRIVAL, OFFER

if TYPE_CHECKING:
    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Offer

UNKNOWN_OFFER: Final = Problem(
    field="offer_id",
    rule="It names an offer that is open to you, or a person whom you have accepted.",
    fix="Answer an offer by its own id while it is open; this one cannot be answered.",
)


def accepted(course: Course, event: OfferAccepted) -> None:
    """An agency takes the person on. Where an officer waits, the minutes to arrive begin."""
    found = _theirs(course, event.offer_id)
    if found is not None and found[1].holds:
        return
    if found is None or not found[1].open or _late(course, found[1]):
        course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    referral_id, offer = found
    clocks = course.site.clocks
    officer = course.referral(referral_id).officer_waits
    comes = officer and event.appointment_at is None
    arrive_by = course.at + clocks.minutes(clocks.arrival_minutes) if comes else None
    course.say(
        AssignmentAccepted(
            referral_id=referral_id,
            offer_id=event.offer_id,
            agency=offer.agency,
            arrives_in_minutes=event.arrives_in_minutes,
            arrive_by=arrive_by,
            appointment_at=event.appointment_at,
        )
    )
    if arrive_by is not None:
        course.remind(ARRIVAL, event.offer_id, arrive_by)
    elif officer:
        course.say(AssignmentUnavailable(referral_id=referral_id, appointment_follows=True))


def declined(course: Course, event: OfferDeclined) -> None:
    """An agency says no, or, having accepted, that it cannot come after all: the next one is asked."""
    found = _theirs(course, event.offer_id)
    if found is not None and found[1].declined is not None:
        return
    stands = found is not None and (
        (found[1].open and not _late(course, found[1])) or (found[1].holds and not found[1].met)
    )
    if found is None or not stands:
        course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    referral_id, offer = found
    course.say(
        AssignmentDeclined(referral_id=referral_id, offer_id=event.offer_id, agency=offer.agency, reason=event.reason)
    )
    course.openings.add(offer.agency)


def handed_off(course: Course, event: HandoffCompleted) -> None:
    """The case manager has met the person. Only who holds the person says so, and a waiting officer's clock counts."""
    found = _theirs(course, event.offer_id)
    if found is not None and found[1].holds and found[1].handed_off_at is not None:
        return
    if found is None or not found[1].holds or _too_late_to_come(course, found[1]):
        course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    referral_id, offer = found
    course.say(
        AssignmentHandedOff(
            referral_id=referral_id,
            offer_id=event.offer_id,
            agency=offer.agency,
            handed_off_at=event.completed_at or event.arrived_at or course.at,
        )
    )


def time_passed(course: Course, event: DeadlineReached) -> None:
    """Nobody answered, or nobody came: the offer lapses, the next agency is asked. What matters no more is ignored."""
    found = course.placement.find(event.reference)
    if found is None:
        return
    referral_id, offer = found
    unanswered = (
        event.deadline == OFFER and offer.open and offer.lapses_at is not None and event.due_at >= offer.lapses_at
    )
    alone = event.deadline == ARRIVAL and offer.holds and not offer.met and not course.placement.arrived(offer)
    if not (unanswered or alone):
        return
    course.say(
        AssignmentLapsed(referral_id=referral_id, offer_id=event.reference, agency=offer.agency, after_acceptance=alone)
    )
    course.openings.add(offer.agency)


def _theirs(course: Course, offer_id: str) -> tuple[str, Offer] | None:
    found = course.placement.find(offer_id)
    return found if found is not None and found[1].agency == course.fact.agency else None


def _late(course: Course, offer: Offer) -> bool:
    return offer.lapses_at is not None and course.at > offer.lapses_at


def _too_late_to_come(course: Course, offer: Offer) -> bool:
    if offer.arrive_by is None or offer.met or course.at <= offer.arrive_by:
        return False
    return not course.placement.arrived(offer)
