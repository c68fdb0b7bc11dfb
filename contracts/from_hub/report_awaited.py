"""report.awaited: the last day of a hold is near, and the office that holds the charge has been told of no intake.

For the case manager of the person. An intake that was done is reported with `intake.completed`; the office hears of it
once the person has signed that it may (42 CFR 2.31, 2.35).

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, Instant, ReferralId, Slug


@published("report.awaited", version=1, on=topics.FROM_HUB)
class ReportAwaitedV1(Event):
    """The last day of a hold is near, and the office that holds the charge has been told of no intake."""

    referral_id: ReferralId
    office: Slug
    """Who holds the charge: the one whom a consent to tell has to name."""
    due_on: Day
    due_at: Instant


ReportAwaited = ReportAwaitedV1
