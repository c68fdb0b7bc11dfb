"""assignment.enrolled: intake is completed; the person is a participant of the agency.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("assignment.enrolled", version=1, on=topics.ASSIGNMENTS)
class AssignmentEnrolledV1(Event):
    """Intake is completed; the person is a participant of the agency."""

    referral_id: ReferralId
    agency: Slug
    completed_on: Day


AssignmentEnrolled = AssignmentEnrolledV1
