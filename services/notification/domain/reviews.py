"""What the reviews of a referral's eligibility have come to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.screenings.review_decided import SITE_DEFAULT, ReviewDecided
from services.notification.domain.kept import Review

if TYPE_CHECKING:
    from contracts.envelope import Fact
    from contracts.screenings.review_requested import ReviewRequested
    from services.notification.domain.dossier import Dossier


def called(dossier: Dossier, event: ReviewRequested, _fact: Fact) -> Dossier:
    """Note that a review waits for somebody."""
    review = replace(_review(dossier, event), called=True, because=event.because, urgent=event.urgent,
                     decide_by=event.decide_by)  # fmt: skip
    return replace(dossier, reviews={**dossier.reviews, event.review_id: review})


def decided(dossier: Dossier, event: ReviewDecided, fact: Fact) -> Dossier:
    """Note what was decided; a person's word goes before the clock's."""
    review = _review(dossier, event)
    by_default = event.by == SITE_DEFAULT
    if review.gives_way_to(event.revision, by_default=by_default):
        review = replace(review, verdict=event.verdict, decided_at=fact.at, revision=event.revision,
                         by_default=by_default)  # fmt: skip
    return replace(dossier, reviews={**dossier.reviews, event.review_id: review})


def _review(dossier: Dossier, event: ReviewRequested | ReviewDecided) -> Review:
    return dossier.reviews.get(event.review_id) or Review(event.referral_id)
