"""handoff.confirmed: the hand-off is done, the officer may clear. Nothing of its outcome.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, Reference, ReferralId


@published("handoff.confirmed", version=1, on=topics.FROM_HUB)
class HandoffConfirmedV1(Event):
    """The hand-off is done, the officer may clear. Nothing of its outcome."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    """The sender's own incident number, echoed."""
    subject_sequence: int | None = None
    source_reference: Reference | None = None
    """The sender's own reference, echoed."""
    confirmed_at: Instant


HandoffConfirmed = HandoffConfirmedV1
