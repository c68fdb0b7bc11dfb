"""arrival.awaited: the minutes to arrive are nearly up, an officer waits, and nobody says that somebody is there.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, OfferId, ReferralId, Slug


@published("arrival.awaited", version=1, on=topics.ASSIGNMENTS)
class ArrivalAwaitedV1(Event):
    """An officer waits, the minutes to arrive are nearly up, and nobody says that the case manager is there."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    arrive_by: Instant
    """When the next agency is asked, or the officer told to go on, unless somebody is there by then."""


ArrivalAwaited = ArrivalAwaitedV1
