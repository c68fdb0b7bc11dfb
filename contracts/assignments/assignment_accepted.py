"""assignment.accepted: an agency took the person on.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, Minutes, OfferId, ReferralId, Slug


@published("assignment.accepted", version=1, on=topics.ASSIGNMENTS)
class AssignmentAcceptedV1(Event):
    """An agency took the person on."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    arrives_in_minutes: Minutes | None = None
    arrive_by: Instant | None = None
    appointment_at: Instant | None = None
    after_the_fact: bool = False


AssignmentAccepted = AssignmentAcceptedV1
