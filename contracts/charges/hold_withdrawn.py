"""hold.withdrawn: the police took their report back: there is nothing to hold.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, ReferralId, Slug


@published("hold.withdrawn", version=1, on=topics.CHARGES)
class HoldWithdrawnV1(Event):
    """The police took their report back: there is nothing to hold."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    decided_at: Instant | None = None
    """When the office took back what it had decided meanwhile; None where it had decided nothing."""


HoldWithdrawn = HoldWithdrawnV1
