"""offer.accepted: the agency takes the person on and says when a case manager will be there.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Instant, Minutes, OfferId


@published("offer.accepted", version=1, on=topics.TO_HUB)
class OfferAcceptedV1(AgencyEvent):
    """The agency takes the person on and says when a case manager will be there."""

    offer_id: OfferId
    arrives_in_minutes: Minutes | None = None
    appointment_at: Instant | None = None
    """Instead of coming at once."""


OfferAccepted = OfferAcceptedV1
