"""referral.repeated: the same incident and person came under a new event id; nothing new begins.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ReferralId, Slug


@published("referral.repeated", version=1, on=topics.REFERRALS)
class ReferralRepeatedV1(Event):
    """The same incident and person came under a new event id; nothing new begins, the sender hears the old id again."""

    referral_id: ReferralId
    agency: Slug
    message_id: str


ReferralRepeated = ReferralRepeatedV1
