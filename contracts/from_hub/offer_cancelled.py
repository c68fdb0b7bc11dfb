"""offer.cancelled: the offer, or the assignment that came of it, no longer stands. No reason is given.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, OfferId


@published("offer.cancelled", version=1, on=topics.FROM_HUB)
class OfferCancelledV1(Event):
    """The offer, or the assignment that came of it, no longer stands. No reason is given."""

    offer_id: OfferId
    cancelled_at: Instant


OfferCancelled = OfferCancelledV1
