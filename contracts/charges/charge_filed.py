"""charge.filed: the office filed the charge before an intake was done in time.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, Slug


@published("charge.filed", version=1, on=topics.CHARGES)
class ChargeFiledV1(Event):
    """The office filed the charge before an intake was done in time."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    decided_at: Instant
    """When the hub had the office's word."""
    before_due: bool = False
    """Before the last day was over."""


ChargeFiled = ChargeFiledV1
