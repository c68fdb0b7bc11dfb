"""offer.declined: the agency says no to an offer; the next one is asked.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import DeclineReason, OfferId, Private


@published("offer.declined", version=1, on=topics.TO_HUB)
class OfferDeclinedV1(AgencyEvent):
    """The agency says no to an offer; the next one is asked."""

    offer_id: OfferId
    reason: DeclineReason
    remark: Private | None = None


OfferDeclined = OfferDeclinedV1
