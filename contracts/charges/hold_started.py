"""hold.started: an arrest was diverted, so the office that gets that police's cases holds the charge.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, Instant, ReferralId, Slug


@published("hold.started", version=1, on=topics.CHARGES)
class HoldStartedV1(Event):
    """An arrest was diverted, so the office that gets that police's cases holds the charge until a day."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    due_on: Day
    """The last day for the intake, by the site's calendar."""
    due_at: Instant
    """When that day is over at the site."""


HoldStarted = HoldStartedV1
