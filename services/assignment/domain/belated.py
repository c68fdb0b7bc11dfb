"""Answers that were given in time and are read only after the hub took the offer back, or let it lapse.

What happened counts, in whichever order it is read. A case manager who has met the person has met them: that is
recorded as a hand-off that was made already, nobody is paged, and police hear nothing new. An acceptance counts against
an amendment and a ruling; an operator's direction and a withdrawal by the sender stand, as when they are read last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import ClosedReason
from services.assignment.domain.offering import cancel, offer_to, record, says_otherwise

if TYPE_CHECKING:
    from datetime import datetime

    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Offer

_BY_THE_HUB: Final = frozenset(
    {
        ClosedReason.WITHDRAWN_BY_SOURCE,
        ClosedReason.NOT_DIVERTIBLE,
        ClosedReason.AMENDED,
        ClosedReason.DIRECTED_ELSEWHERE,
    }
)
"""Why an offer is taken back by no answer of its agency and no word of the person."""


def offer_accepted(course: Course, referral_id: str, offer_id: str, offer: Offer) -> str | None:
    """Return the id of the offer that is accepted by the answer to one that was taken back later; None if none is.

    Where the referral was withdrawn, the acceptance is said of the offer as it was, and nothing is held by it.
    """
    referral = course.referral(referral_id)
    if offer.accepted_at is not None:
        return None
    if not _before_it_was_taken_back(course, offer) or offer.late(course.at) or referral.settled:
        return None
    if referral.retracted:
        return offer_id
    if offer.cancelled is ClosedReason.DIRECTED_ELSEWHERE and not says_otherwise(course, referral_id, offer):
        return None
    if referral.live is None or referral.live[1].agency != offer.agency:
        if referral.live is not None and referral.live[1].holds:
            return None
        cancel(course, referral_id, ClosedReason.DIRECTED_ELSEWHERE)
        offer_to(course, referral_id, offer.agency)
    live = course.referral(referral_id).live
    return None if live is None else live[0]


def met_all_the_same(course: Course, referral_id: str, offer: Offer, met_at: datetime) -> bool:
    """Record that the agency met the person, if it may have: it had accepted, and lost the offer by no word of its own.

    Whether there was anything to record is returned. Somebody else who was only on the way is called back.
    """
    accepted = offer.accepted_at is not None and offer.accepted_at <= course.at
    lost = _before_it_was_taken_back(course, offer) or (
        offer.lapsed and not course.placement.says_no(referral_id, course.office)
    )
    if not (accepted and lost) or course.referral(referral_id).settled:
        return False
    record(course, referral_id, offer.agency, met_at)
    return True


def _before_it_was_taken_back(course: Course, offer: Offer) -> bool:
    """Whether what is heard was admitted between the offer and the hub's taking it back."""
    return (
        offer.cancelled in _BY_THE_HUB
        and offer.offered_at is not None
        and offer.cancelled_at is not None
        and offer.offered_at <= course.at <= offer.cancelled_at
    )
