"""review.called: a referral needs an operator's decision. Only the program office hears it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, ReviewId, Slug


@published("review.called", version=1, on=topics.FROM_HUB)
class ReviewCalledV1(Event):
    """A referral needs an operator's decision. Only the program office hears it."""

    review_id: ReviewId
    referral_id: ReferralId
    urgent: bool
    because: tuple[Slug, ...]
    decide_by: Instant | None = None


ReviewCalled = ReviewCalledV1
