"""approval.answered: an agency whose approval the site asks for says yes or no to a referral.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Private, ReviewId


@published("approval.answered", version=1, on=topics.TO_HUB)
class ApprovalAnsweredV1(AgencyEvent):
    """An agency whose approval the site asks for says yes or no to a referral; once, and until its clock runs out."""

    review_id: ReviewId
    """From the call for it."""
    approved: bool
    why: Private | None = None


ApprovalAnswered = ApprovalAnsweredV1
