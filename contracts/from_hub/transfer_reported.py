"""transfer.reported: what became of the transfer that you asked for. Nobody is named.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import OfferId


@published("transfer.reported", version=1, on=topics.FROM_HUB)
class TransferReportedV1(Event):
    """What became of the transfer that you asked for. Where nobody took the person on, they stay with you."""

    offer_id: OfferId
    """The offer by which you have, or had, the person."""
    accepted: bool


TransferReported = TransferReportedV1
