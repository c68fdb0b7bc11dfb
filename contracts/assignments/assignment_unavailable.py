"""assignment.unavailable: an officer is waiting and nobody can come; the officer goes on as usual.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ReferralId


@published("assignment.unavailable", version=1, on=topics.ASSIGNMENTS)
class AssignmentUnavailableV1(Event):
    """An officer is waiting and nobody can come; the officer goes on as usual."""

    referral_id: ReferralId
    appointment_follows: bool = False


AssignmentUnavailable = AssignmentUnavailableV1
