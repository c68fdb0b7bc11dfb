"""hold.untold: the last day is over; the intake was done in time, and the office may not be told.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("hold.untold", version=1, on=topics.CHARGES)
class HoldUntoldV1(Event):
    """The last day is over; the intake was done in time, and the office may not be told. It hears what a lapse says."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    due_on: Day
    """The last day for the intake, by the site's calendar."""


HoldUntold = HoldUntoldV1
