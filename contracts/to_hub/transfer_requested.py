"""transfer.requested: who has the person asks that another case-management agency take them on, as they agreed.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.relationship import TransferReason
from contracts.words import Private, Slug


@published("transfer.requested", version=1, on=topics.TO_HUB)
class TransferRequestedV1(AgencyEvent):
    """Who has the person asks that another agency take them on. The subject is the person."""

    reason: TransferReason
    person_agreed: bool
    """Without the person's yes nobody is asked."""
    to: Slug | None = None
    """The agency that the person chose; without it the hub asks those that suit, one at a time."""
    area: Slug | None = None
    """Where the person is now, if that is elsewhere than in the referral."""
    note: Private | None = None


TransferRequested = TransferRequestedV1
