"""assignment.handed_off: the case manager and the person have met.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, OfferId, ReferralId, Slug


@published("assignment.handed_off", version=1, on=topics.ASSIGNMENTS)
class AssignmentHandedOffV1(Event):
    """The case manager and the person have met."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    handed_off_at: Instant
    after_the_fact: bool = False


AssignmentHandedOff = AssignmentHandedOffV1
