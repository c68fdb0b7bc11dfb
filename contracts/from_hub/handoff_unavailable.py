"""handoff.unavailable: nobody can come now; the officer goes on as usual. No reason is given.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, Reference, ReferralId


@published("handoff.unavailable", version=1, on=topics.FROM_HUB)
class HandoffUnavailableV1(Event):
    """Nobody can come now; the officer goes on as usual. No reason is given."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    """The sender's own incident number, echoed."""
    subject_sequence: int | None = None
    source_reference: Reference | None = None
    """The sender's own reference, echoed."""
    said_at: Instant
    appointment_follows: bool = False
    """A case manager will meet the person later instead."""


HandoffUnavailable = HandoffUnavailableV1
