"""assignment.reopened: an agency has the person again whom it had, or had sought, before.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import OfferId, ReferralId, Slug


@published("assignment.reopened", version=1, on=topics.ASSIGNMENTS)
class AssignmentReopenedV1(Event):
    """An agency has the person again whom it had, or had sought, before."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    met: bool
    """It had met them before; else it seeks them again."""
    enrolled: bool
    """They were its participant, and are again."""


AssignmentReopened = AssignmentReopenedV1
