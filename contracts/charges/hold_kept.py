"""hold.kept: the office says that it has not decided: after the last day, or after it had said otherwise.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, Slug


@published("hold.kept", version=1, on=topics.CHARGES)
class HoldKeptV1(Event):
    """The office says that it has not decided: after the last day, or after it had said otherwise."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    decided_at: Instant
    """When the hub had the office's word."""


HoldKept = HoldKeptV1
