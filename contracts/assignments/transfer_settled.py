"""transfer.settled: what became of the transfer that was asked for; where nobody took the person on, they stay.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import OfferId, ReferralId, Slug


@published("transfer.settled", version=1, on=topics.ASSIGNMENTS)
class TransferSettledV1(Event):
    """What became of a transfer; where nobody took the person on, they stay with who has them."""

    referral_id: ReferralId
    offer_id: OfferId
    """The offer by which the holder has, or had, the person."""
    holder: Slug
    number: Annotated[int, Field(ge=1)]
    """Which of its transfers of the person, from 1."""
    accepted: bool


TransferSettled = TransferSettledV1
