"""case_manager.dispatched: a case manager is on the way to the waiting officer.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, Minutes, Reference, ReferralId


@published("case_manager.dispatched", version=1, on=topics.FROM_HUB)
class CaseManagerDispatchedV1(Event):
    """A case manager is on the way to the waiting officer."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    """The sender's own incident number, echoed."""
    subject_sequence: int | None = None
    source_reference: Reference | None = None
    """The sender's own reference, echoed."""
    arrives_in_minutes: Minutes
    dispatched_at: Instant


CaseManagerDispatched = CaseManagerDispatchedV1
