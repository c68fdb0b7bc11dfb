"""A participant who is inactive for a while, is active again, comes back after the end, and gets what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AssignmentPaused,
    AssignmentResumed,
    NeedMet,
    NeedRecorded,
    ParticipationPaused,
    ParticipationReopened,
    ParticipationResumed,
)
from contracts.words import Problem
from services.assignment.domain.outreach import may_have_again, reopen
from services.assignment.domain.relations import UNKNOWN_PERSON

if TYPE_CHECKING:
    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Offer

NOT_A_PARTICIPANT: Final = Problem(
    field="subject",
    rule="It names a person whom you have, and for whom you have reported all that comes before a pause.",
    fix="Send the reports that come before it first; the person's timeline shows which are there.",
)
NOT_REOPENABLE: Final = Problem(
    field="subject",
    rule="It names a person whom you had and have no more, and who agreed to go on with you.",
    fix="Ask the person, and say person_agreed; where this is refused all the same, send a new referral.",
)


def paused(course: Course, event: ParticipationPaused) -> None:
    """The participant is inactive: they stay the agency's, and whose the place is meanwhile the site says."""
    held = _participations(course)
    if not held:
        course.refuse("not-a-participant", NOT_A_PARTICIPANT)
    freed = course.site.relationship.pause.place == "freed"
    for referral_id, offer_id, offer in held:
        if offer.paused:
            continue
        course.say(
            AssignmentPaused(
                referral_id=referral_id, offer_id=offer_id, agency=offer.agency, number=offer.pauses + 1,
                reason=event.reason, place_freed=freed,
            )
        )  # fmt: skip
        if freed:
            course.openings.add(offer.agency)


def resumed(course: Course, _event: ParticipationResumed) -> None:
    """The participant is active again, and has a place again, also where the agency is full by now."""
    held = _participations(course)
    if not held:
        course.refuse("not-a-participant", NOT_A_PARTICIPANT)
    for referral_id, offer_id, offer in held:
        if offer.paused:
            course.say(
                AssignmentResumed(
                    referral_id=referral_id, offer_id=offer_id, agency=offer.agency, number=offer.pauses,
                    place_taken=offer.away,
                )
            )  # fmt: skip


def reopened(course: Course, event: ParticipationReopened) -> None:
    """Who left comes back to the agency, as they wish; it goes on by the referral by which it last had them.

    Nothing is said of why it is refused: whether another agency has the person is not for this one to know.
    """
    agency, placement = course.fact.agency, course.placement
    had = [
        (last[1].accepted_at, referral_id, last[1])
        for referral_id, referral in placement.referrals.items()
        if (last := referral.last_of(agency)) is not None and last[1].accepted_at is not None
    ]
    if any(offer.holds for _, _, offer in had):
        return
    left = [one for one in had if one[2].left]
    _, referral_id, offer = max(left, key=lambda one: one[:2], default=(None, "", None))
    if agency is None or offer is None or not event.person_agreed or not may_have_again(course, referral_id, agency):
        course.refuse("not-reopenable", NOT_REOPENABLE)
        return
    reopen(course, referral_id, agency, met=offer.met, enrolled=offer.enrolled_at is not None)


def need_met(course: Course, event: NeedMet) -> None:
    """The person got what they needed, from whomever; it is kept for the count."""
    held = course.placement.held_by(course.fact.agency, course.at)
    if not held:
        course.refuse("unknown-person", UNKNOWN_PERSON)
        return
    referral_id, _, offer = max(held, key=lambda one: (one[2].accepted_at, one[1]))
    course.say(
        NeedRecorded(referral_id=referral_id, agency=offer.agency, help_type=event.help_type, met_on=event.met_on)
    )


def _participations(course: Course) -> list[tuple[str, str, Offer]]:
    held = course.placement.held_by(course.fact.agency, course.at)
    return [one for one in held if one[2].enrolled_at is not None]
