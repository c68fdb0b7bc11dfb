"""assignment.ended: the person is no longer with the agency.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import EndReason, ReferralId, Slug


@published("assignment.ended", version=1, on=topics.ASSIGNMENTS)
class AssignmentEndedV1(Event):
    """The person is no longer with the agency."""

    referral_id: ReferralId
    agency: Slug
    reason: EndReason
    by: Slug | None = None
    """Who reported it; where that is not the agency itself, the agency is told that the assignment is over."""


AssignmentEnded = AssignmentEndedV1
