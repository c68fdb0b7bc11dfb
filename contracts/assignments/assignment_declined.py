"""assignment.declined: an agency said no.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import DeclineReason, OfferId, ReferralId, Slug


@published("assignment.declined", version=1, on=topics.ASSIGNMENTS)
class AssignmentDeclinedV1(Event):
    """An agency said no."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    reason: DeclineReason


AssignmentDeclined = AssignmentDeclinedV1
