"""reach.stated: whether it is safe to leave the person a message, as their referral or they themselves say.

It is the one thing of how to reach somebody that the hub knows in the clear: a code, without a number or a place. So it
can say at once where a message was left that should not have been.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.corrections import SaidBy
from contracts.event import Event, published
from contracts.words import Answer, ReferralId


@published("reach.stated", version=1, on=topics.REFERRALS)
class ReachStatedV1(Event):
    """Whether it is safe to leave the person a message. The subject is the person."""

    referral_id: ReferralId
    said_by: SaidBy
    message_is_safe: Answer


ReachStated = ReachStatedV1
