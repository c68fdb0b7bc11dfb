"""referral.refused: a referral was not admitted. Key and subject-less: there is no person yet.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("referral.refused", version=1, on=topics.REFERRALS)
class ReferralRefusedV1(Event):
    """A referral was not admitted. Key and subject-less: there is no person yet."""

    refusal: Refusal


ReferralRefused = ReferralRefusedV1
