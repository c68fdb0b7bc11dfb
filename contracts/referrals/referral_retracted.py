"""referral.retracted: the sender withdrew its referral.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Code, ReferralId, Slug


@published("referral.retracted", version=1, on=topics.REFERRALS)
class ReferralRetractedV1(Event):
    """The sender withdrew its referral."""

    referral_id: ReferralId
    agency: Slug
    why: Code


ReferralRetracted = ReferralRetractedV1
