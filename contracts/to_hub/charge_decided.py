"""charge.decided: a prosecutor says what becomes of a charge that was referred to it. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.held import ChargeDecision
from contracts.words import Private, ReferralId


@published("charge.decided", version=1, on=topics.TO_HUB)
class ChargeDecidedV1(AgencyEvent):
    """A prosecutor says what becomes of a charge that was referred to it. The subject is the person."""

    referral_id: ReferralId
    """From the report of the diversion."""
    decision: ChargeDecision
    note: Private | None = None


ChargeDecided = ChargeDecidedV1
