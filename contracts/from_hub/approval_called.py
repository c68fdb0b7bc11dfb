"""approval.called: the site asks this agency whether a referral may go on.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, Reference, ReferralId, ReviewId


@published("approval.called", version=1, on=topics.FROM_HUB)
class ApprovalCalledV1(Event):
    """The site asks this agency whether a referral may go on; without an answer by then, the site's default holds."""

    review_id: ReviewId
    referral_id: ReferralId
    incident_number: Reference | None = None
    """For who prosecutes the cases of the police who refer."""
    subject_sequence: int = 1
    urgent: bool
    """Whether an officer waits on the scene."""
    decide_by: Instant | None = None


ApprovalCalled = ApprovalCalledV1
