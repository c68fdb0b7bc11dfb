"""assignment.lapsed: an agency did not answer, or did not come, in time.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import OfferId, ReferralId, Slug


@published("assignment.lapsed", version=1, on=topics.ASSIGNMENTS)
class AssignmentLapsedV1(Event):
    """An agency did not answer, or did not come, in time."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    after_acceptance: bool = False
    """It had accepted, and nobody came within the site's minutes."""


AssignmentLapsed = AssignmentLapsedV1
