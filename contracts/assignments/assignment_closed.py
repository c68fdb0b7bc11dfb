"""assignment.closed: the referral needs no case manager (any more), and why.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ClosedReason, ReferralId


@published("assignment.closed", version=1, on=topics.ASSIGNMENTS)
class AssignmentClosedV1(Event):
    """The referral needs no case manager (any more), and why."""

    referral_id: ReferralId
    reason: ClosedReason


AssignmentClosed = AssignmentClosedV1
