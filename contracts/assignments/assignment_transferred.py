"""assignment.transferred: another agency has taken the person on; the one that had them has them no more.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, OfferId, ReferralId, Slug


@published("assignment.transferred", version=1, on=topics.ASSIGNMENTS)
class AssignmentTransferredV1(Event):
    """Another agency has taken the person on; the one that had them has them no more."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    """Who has the person now."""
    former: Slug
    former_offer_id: OfferId
    appointment_at: Instant | None = None
    along: bool = False
    """It goes along with another referral of the person, by which the agency was asked."""


AssignmentTransferred = AssignmentTransferredV1
