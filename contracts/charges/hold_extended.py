"""hold.extended: the office holds the charge until a later day.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, Instant, ReferralId, Slug


@published("hold.extended", version=1, on=topics.CHARGES)
class HoldExtendedV1(Event):
    """The office holds the charge until a later day. Only the office says so, and the day only moves forward."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    due_on: Day
    """The last day for the intake, by the site's calendar."""
    due_at: Instant
    """When that day is over at the site."""


HoldExtended = HoldExtendedV1
