"""charge.declined: the office does not file the charge.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, Slug


@published("charge.declined", version=1, on=topics.CHARGES)
class ChargeDeclinedV1(Event):
    """The office does not file the charge, though no intake was done in time so far."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    decided_at: Instant
    """When the hub had the office's word."""


ChargeDeclined = ChargeDeclinedV1
