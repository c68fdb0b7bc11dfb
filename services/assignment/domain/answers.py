"""What agencies and the clock answer to an offer. Unknown, lapsed, cancelled and somebody else's get the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    ArrivalAwaited,
    AssignmentAccepted,
    AssignmentDeclined,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentUnavailable,
    DeadlineReached,
    HandoffCompleted,
    IntakeOverdue,
    OfferAccepted,
    OfferDeclined,
)
from contracts.words import ClosedReason, Problem
from services.assignment.domain import transferring
from services.assignment.domain.belated import met_all_the_same, offer_accepted
from services.assignment.domain.offering import (
    ARRIVAL,
    ARRIVAL_ALARM,
    INTAKE,
    OFFER,
    cancel,
    offer_to,
    remind_of_arrival,
    remind_of_intake,
)

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
    if event.offer_id in course.placement.transfers:
        if not transferring.accepted(course, event):
            course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    found = _theirs(course, event.offer_id)
    if found is not None and found[1].holds:
        return
    offer_id = None if found is None else _accepted(course, *found, event.offer_id)
    offer = None if offer_id is None else course.placement.offer(offer_id)
    if found is None or offer_id is None or offer is None:
        course.refuse("unknown-offer", UNKNOWN_OFFER)
    elif not offer.holds:
        _take_on(course, found[0], offer_id, event)


def _accepted(course: Course, referral_id: str, offer: Offer, offer_id: str) -> str | None:
    """Return the id of the offer that is accepted by it, or None where it is too late."""
    if offer.open and not offer.late(course.at):
        return offer_id
    return offer_accepted(course, referral_id, offer_id, offer)


def _take_on(course: Course, referral_id: str, offer_id: str, event: OfferAccepted) -> None:
    officer = course.referral(referral_id).officer_waits
    comes = officer and event.appointment_at is None
    arrive_by = course.at + course.times.arrival if comes else None
    course.say(
        AssignmentAccepted(
            referral_id=referral_id,
            offer_id=offer_id,
            agency=course.fact.agency or "",
            arrives_in_minutes=event.arrives_in_minutes,
            arrive_by=arrive_by,
            appointment_at=event.appointment_at,
        )
    )
    remind_of_intake(course, offer_id)
    if arrive_by is not None:
        remind_of_arrival(course, offer_id, arrive_by)
    elif officer:
        course.say(AssignmentUnavailable(referral_id=referral_id, appointment_follows=True))


def declined(course: Course, event: OfferDeclined) -> None:
    """An agency says no, or, having accepted, that it cannot come after all: the next one is asked."""
    if event.offer_id in course.placement.transfers:
        if not transferring.declined(course, event):
            course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    found = _theirs(course, event.offer_id)
    if found is not None and found[1].declined is not None:
        return
    stands = found is not None and (
        (found[1].open and not found[1].late(course.at))
        or (found[1].holds and not found[1].met and not found[1].follows)
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
    """The case manager has met the person. Only who holds them says so, or held them when it happened.

    Nobody holds the person too late: that a waiting officer's minutes have passed, the clock alone says.
    """
    found = _theirs(course, event.offer_id)
    if found is None:
        course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    referral_id, offer = found
    met_at = event.completed_at or event.arrived_at or course.at
    held = _held(course, referral_id, offer.agency)
    if held is None:
        if not met_all_the_same(course, referral_id, offer, met_at):
            course.refuse("unknown-offer", UNKNOWN_OFFER)
    elif held[1].handed_off_at is None:
        course.say(
            AssignmentHandedOff(referral_id=referral_id, offer_id=held[0], agency=offer.agency, handed_off_at=met_at)
        )


def _held(course: Course, referral_id: str, agency: str) -> tuple[str, Offer] | None:
    """Return by which offer the agency holds the referral: the one it names, or one that took its place."""
    live = course.referral(referral_id).live
    return live if live is not None and live[1].holds and live[1].agency == agency else None


def time_passed(course: Course, event: DeadlineReached) -> None:
    """Nobody answered, or nobody came: the offer lapses, the next agency is asked. What matters no more is ignored.

    An intake that has not come is said, and takes the person from nobody; so is an arrival that is nearly late. An
    offer that was made when its time was up already (the hub was away) was never open to anybody: it is made again,
    with minutes from when that one was made.
    """
    if event.deadline == OFFER and event.reference in course.placement.transfers:
        transferring.lapsed(course, event)
        return
    found = course.placement.find(event.reference)
    if found is None:
        return
    referral_id, offer = found
    if event.deadline == INTAKE:
        _intake(course, referral_id, event, offer)
        return
    unanswered = (
        event.deadline == OFFER and offer.open and offer.lapses_at is not None and event.due_at >= offer.lapses_at
    )
    awaited = offer.holds and not offer.met and not course.placement.arrived(offer)
    if event.deadline == ARRIVAL_ALARM and awaited and offer.arrive_by is not None:
        course.say(
            ArrivalAwaited(
                referral_id=referral_id, offer_id=event.reference, agency=offer.agency, arrive_by=offer.arrive_by
            )
        )
    alone = event.deadline == ARRIVAL and awaited
    if not (unanswered or alone):
        return
    born_dead = event.set_at is not None and event.set_at >= event.due_at
    if unanswered and born_dead and not course.board.room(offer.agency).suspended:
        cancel(course, referral_id, ClosedReason.AMENDED)
        offer_to(course, referral_id, offer.agency, since=event.set_at)
        return
    course.say(
        AssignmentLapsed(referral_id=referral_id, offer_id=event.reference, agency=offer.agency, after_acceptance=alone)
    )
    course.openings.add(offer.agency)


def _intake(course: Course, referral_id: str, event: DeadlineReached, offer: Offer) -> None:
    """Who is a participant of the agency already, by any referral and under any record, needs no intake there."""
    records = (course.placement.person, *course.placement.linked)
    if offer.holds and not any(offer.agency in course.board.with_agencies(one) for one in records):
        course.say(
            IntakeOverdue(referral_id=referral_id, offer_id=event.reference, agency=offer.agency, due_at=event.due_at)
        )


def _theirs(course: Course, offer_id: str) -> tuple[str, Offer] | None:
    found = course.placement.find(offer_id)
    return found if found is not None and found[1].agency == course.fact.agency else None
