"""referral.acknowledged: the hub has the referral. The subject is the sender's own pseudonym of the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, Reference, ReferralId


@published("referral.acknowledged", version=1, on=topics.FROM_HUB)
class ReferralAcknowledgedV1(Event):
    """The hub has the referral. It says nothing of the person. The subject is the sender's own pseudonym of them."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    """The sender's own incident number, echoed."""
    subject_sequence: int | None = None
    source_reference: Reference | None = None
    """The sender's own reference, echoed."""
    received_at: Instant


ReferralAcknowledged = ReferralAcknowledgedV1
