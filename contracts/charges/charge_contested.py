"""charge.contested: the office says that it filed a charge whose condition was met.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, Slug


@published("charge.contested", version=1, on=topics.CHARGES)
class ChargeContestedV1(Event):
    """The office says that it filed a charge whose condition was met. The hold stays satisfied."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    decided_at: Instant
    """When the hub had the office's word."""
    told: bool = False
    """Whether the office had been told of the intake by then."""


ChargeContested = ChargeContestedV1
