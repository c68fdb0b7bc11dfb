"""The person and the agency that has them: the person's own word, contact, intake, the end, and an operator's hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AssignmentDirected,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentReleased,
    IntakeCompleted,
    ParticipationEnded,
    PersonAgreed,
    PersonDeclined,
    ReferralErased,
)
from contracts.words import ClosedReason, EndReason, Problem
from services.assignment.domain.offering import cancel, offer_to

if TYPE_CHECKING:
    from datetime import date

    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Word

UNKNOWN_PERSON: Final = Problem(
    field="subject",
    rule="It names a person whom you referred, or whom you have accepted through this hub.",
    fix="Report about a person after you have accepted them.",
)
BEFORE_THE_ARREST: Final = Problem(
    field="completed_on",
    rule="For a diverted arrest the day is that of the referral or later. Whether an earlier one counts no program has "
    "published: the office that holds the charge decides.",
    fix="Do it for this referral, and send its own day under a new id.",
)
NOT_ASSIGNABLE: Final = Problem(
    field="referral_id",
    rule="It names a referral that may be offered, and the agency one that gets first offers and is not suspended.",
    fix="Look at the referral's timeline: decide its review, or wait for the person's agreement.",
)


def spoken(course: Course, event: PersonAgreed | PersonDeclined) -> None:
    """The person says yes or no, by way of who referred them, who has them, or the program office.

    A no ends what had begun after it was said, and takes back what was only offered (that follows with the next step).
    Whether it came too late, because the person was met by then, shows to nobody.
    """
    word = next(
        (
            word
            for identity, word in course.placement.words.items()
            if identity == f"{course.fact.source} {course.fact.id}"
        ),
        None,
    )
    if word is None:
        return
    known = [one for one, referral in course.placement.referrals.items() if referral.received_at is not None]
    about = [one for one in known if course.placement.may_pass_on(word, one, course.office)]
    if not about:
        if event.referral_id in known or (event.referral_id is None and known):
            course.refuse("unknown-person", UNKNOWN_PERSON)
        return
    if isinstance(event, PersonDeclined):
        for referral_id in about:
            if course.placement.counts(word, referral_id, course.office):
                _end(course, referral_id, word)


def taken_in(course: Course, event: IntakeCompleted) -> None:
    """Intake is done: the person is a participant of the agency, for all that it holds of them.

    For an arrest only an intake counts that was done on the day of the referral or later. Where the report enters
    nothing for that reason, the agency hears why, and may report the day of an intake that was done since.
    """
    if not course.placement.knew(course.fact.agency, course.at):
        course.refuse("unknown-person", UNKNOWN_PERSON)
    owed = [one for one in course.placement.held_by(course.fact.agency, course.at) if one[2].enrolled_at is None]
    counts = [one for one in owed if not _before_the_arrest(course, one[0], event.completed_on)]
    for referral_id, _, offer in counts:
        course.say(AssignmentEnrolled(referral_id=referral_id, agency=offer.agency, completed_on=event.completed_on))
    if owed and not counts:
        course.refuse("before-the-arrest", BEFORE_THE_ARREST)


def _before_the_arrest(course: Course, referral_id: str, day: date) -> bool:
    told = course.referral(referral_id).told
    since = None if told is None else told.arrested_at
    return since is not None and day < course.site.local_time(since).date()


def ended(course: Course, event: ParticipationEnded) -> None:
    """The person is no longer with the agency; the place is free."""
    for referral_id, offer_id, offer in course.placement.held_by(course.fact.agency, course.at):
        course.say(
            AssignmentEnded(
                referral_id=referral_id,
                offer_id=offer_id,
                agency=offer.agency,
                reason=event.reason,
                by=course.fact.agency,
            )
        )
        course.openings.add(offer.agency)


def released(course: Course, event: ReferralErased) -> None:
    """The record is gone: what was open or held by it is the hub's no more, and its place is free."""
    gone = None if course.before is None else course.before.referrals.get(event.referral_id)
    if gone is not None and gone.live is not None:
        offer_id, offer = gone.live
        course.say(AssignmentReleased(referral_id=event.referral_id, offer_id=offer_id, agency=offer.agency))
        course.openings.add(offer.agency)
    for offer_id, asked in () if course.before is None else course.before.transfers.items():
        if asked.referral_id == event.referral_id and asked.open:
            course.say(AssignmentReleased(referral_id=event.referral_id, offer_id=offer_id, agency=asked.agency))
            course.openings.add(asked.agency)


def directed(course: Course, event: AssignmentDirected) -> None:
    """An operator has an agency asked by hand, also a full one. Who has met the person keeps them until it ends."""
    referral = course.placement.referrals.get(event.referral_id)
    live = None if referral is None else referral.live
    if live is not None and live[1].agency == event.agency:
        return
    agency = course.site.agencies.get(event.agency)
    if (
        agency is None
        or not agency.meets_people_first
        or course.board.room(event.agency).suspended
        or referral is None
        or (live is not None and live[1].met)
        or course.placement.ready_at(event.referral_id, course.office) is None
    ):
        course.refuse("not-assignable", NOT_ASSIGNABLE)
        return
    cancel(course, event.referral_id, ClosedReason.DIRECTED_ELSEWHERE)
    offer_to(course, event.referral_id, event.agency)


def _end(course: Course, referral_id: str, word: Word) -> None:
    referral = course.referral(referral_id)
    if referral.live is None:
        return
    offer_id, offer = referral.live
    if not offer.met:
        if referral.settled:
            cancel(course, referral_id, ClosedReason.PERSON_DECLINED)
        return
    if offer.accepted_at is not None and offer.accepted_at <= word.at:
        course.say(
            AssignmentEnded(
                referral_id=referral_id,
                offer_id=offer_id,
                agency=offer.agency,
                reason=EndReason.WITHDREW,
                by=word.agency,
            )
        )
        course.openings.add(offer.agency)
