"""assignment.cancelled: an open offer or an accepted assignment no longer stands.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ClosedReason, OfferId, ReferralId, Slug


@published("assignment.cancelled", version=1, on=topics.ASSIGNMENTS)
class AssignmentCancelledV1(Event):
    """An open offer or an accepted assignment no longer stands."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    reason: ClosedReason


AssignmentCancelled = AssignmentCancelledV1
