"""transfer.ended: an agency that was asked does not take the person on.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.relationship import TransferEnd
from contracts.words import DeclineReason, OfferId, ReferralId, Slug


@published("transfer.ended", version=1, on=topics.ASSIGNMENTS)
class TransferEndedV1(Event):
    """An agency that was asked does not take the person on."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    holder: Slug
    how: TransferEnd
    reason: DeclineReason | None = None
    """Why it declined."""


TransferEnded = TransferEndedV1
