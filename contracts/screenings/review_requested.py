"""review.requested: a person has to decide; an urgent one has a clock and the site's default.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, ReviewId, Slug, Verdict


@published("review.requested", version=1, on=topics.SCREENINGS)
class ReviewRequestedV1(Event):
    """A person has to decide; an urgent one has a clock and the site's default."""

    review_id: ReviewId
    referral_id: ReferralId
    because: tuple[Slug, ...]
    urgent: bool = False
    decide_by: Instant | None = None
    default: Verdict | None = None


ReviewRequested = ReviewRequestedV1
