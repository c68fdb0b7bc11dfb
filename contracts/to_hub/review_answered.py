"""review.answered: an operator decides a review. Only the program office says it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Private, ReviewId, Slug, Verdict


@published("review.answered", version=1, on=topics.TO_HUB)
class ReviewAnsweredV1(AgencyEvent):
    """An operator decides a review. Only the program office says it."""

    review_id: ReviewId
    verdict: Verdict
    operator: Slug
    why: Private


ReviewAnswered = ReviewAnsweredV1
