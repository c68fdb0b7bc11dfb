"""assignment.waitlisted: nobody has room now; the referral waits by its door's priority.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Door, ReferralId


@published("assignment.waitlisted", version=1, on=topics.ASSIGNMENTS)
class AssignmentWaitlistedV1(Event):
    """Nobody has room now; the referral waits by its door's priority."""

    referral_id: ReferralId
    door: Door
    priority: int
    """Lower is sooner; the site's order of doors."""
    appointment: bool = False
    """An officer was waiting: the person gets an appointment as soon as a place is free."""


AssignmentWaitlisted = AssignmentWaitlistedV1
