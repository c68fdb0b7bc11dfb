"""hold.unanswered: the site's days to file after a lapse are over, and the office has said nothing.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("hold.unanswered", version=1, on=topics.CHARGES)
class HoldUnansweredV1(Event):
    """The site's days to file after a lapse are over, and the office has said nothing of the charge."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    due_on: Day
    """The last day for the intake, by the site's calendar."""


HoldUnanswered = HoldUnansweredV1
