"""place.freed: a place at an agency is free, said to the person who has waited longest with the highest priority.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ReferralId, Slug


@published("place.freed", version=1, on=topics.ASSIGNMENTS)
class PlaceFreedV1(Event):
    """A place at an agency is free, said to the person who has waited longest with the highest priority."""

    referral_id: ReferralId
    agency: Slug


PlaceFreed = PlaceFreedV1
