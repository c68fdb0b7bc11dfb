"""hold.unreported: the last day is near, and the office has been told of no intake.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, Instant, ReferralId, Slug


@published("hold.unreported", version=1, on=topics.CHARGES)
class HoldUnreportedV1(Event):
    """The last day is near, and the office has been told of no intake: none is done, or none may be told."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    due_on: Day
    """The last day for the intake, by the site's calendar."""
    due_at: Instant
    """When that day is over at the site."""


HoldUnreported = HoldUnreportedV1
