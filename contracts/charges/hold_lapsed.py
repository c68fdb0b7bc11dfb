"""hold.lapsed: the last day is over, and no intake was done in time, as far as the hub knows.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("hold.lapsed", version=1, on=topics.CHARGES)
class HoldLapsedV1(Event):
    """The last day is over, and no intake was done in time, as far as the hub knows."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    due_on: Day
    """The last day for the intake, by the site's calendar."""


HoldLapsed = HoldLapsedV1
