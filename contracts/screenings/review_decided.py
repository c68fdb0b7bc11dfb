"""review.decided: an operator, or the site's default at the end of the clock, decided a review.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ReferralId, ReviewId, Sealed, Slug, Verdict


@published("review.decided", version=1, on=topics.SCREENINGS)
class ReviewDecidedV1(Event):
    """An operator, or the site's default at the end of the clock, decided a review."""

    review_id: ReviewId
    referral_id: ReferralId
    verdict: Verdict
    by: Slug
    """The operator, or `site-default`."""
    why: Sealed | None = None


ReviewDecided = ReviewDecidedV1
