"""review.decided: an operator, or the site's default at the end of the clock, decided a review.

1  first published
2  names the revision of the referral that it is about, so that a decision of old facts never rules over new ones
3  says whether an officer who waited has gone by now, so that nobody is sent to where nobody is any more
"""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import ReferralId, ReviewId, Sealed, Slug, Verdict

SITE_DEFAULT: Final = "site-default"
"""Who decided, where the clock ran out."""


@published("review.decided", version=1, on=topics.SCREENINGS)
class ReviewDecidedV1(Event):
    """An operator, or the site's default at the end of the clock, decided a review."""

    review_id: ReviewId
    referral_id: ReferralId
    verdict: Verdict
    by: Slug
    """The operator, or `site-default`."""
    why: Sealed | None = None


@published("review.decided", version=2, on=topics.SCREENINGS)
class ReviewDecidedV2(Event):
    """An operator, or the site's default at the end of the clock, decided a review.

    It is said again for each later revision that leaves the question as it was; the words of why are in the first.
    """

    review_id: ReviewId
    referral_id: ReferralId
    revision: Annotated[int, Field(ge=0)] = 0
    """The referral's revision that was decided."""
    verdict: Verdict
    by: Slug
    """The operator, or `site-default`."""
    why: Sealed | None = None

    @classmethod
    def upcast(cls, old: ReviewDecidedV1) -> Self:
        """Return the decision in this form; the older one knew of no revision but the first."""
        return cls(review_id=old.review_id, referral_id=old.referral_id, verdict=old.verdict, by=old.by, why=old.why)


@published("review.decided", version=3, on=topics.SCREENINGS)
class ReviewDecidedV3(Event):
    """An operator, or the site's default at the end of the clock, decided a review; or a verdict was overridden.

    It is said again for each later revision that leaves the question as it was; the words of why are in the first.
    """

    review_id: ReviewId
    referral_id: ReferralId
    revision: Annotated[int, Field(ge=0)] = 0
    """The referral's revision that was decided."""
    verdict: Verdict
    by: Slug
    """The operator, the agency that decided, or `site-default`."""
    why: Sealed | None = None
    officer_gone: bool = False
    """The officer who waited heard "no" before and went on: whoever comes meets the person later."""

    @classmethod
    def upcast(cls, old: ReviewDecidedV2) -> Self:
        """Return the decision in this form; in the older ones it was decided while the officer waited, or by nobody."""
        return cls(**{name: getattr(old, name) for name in ReviewDecidedV2.model_fields})


ReviewDecided = ReviewDecidedV3
