"""pretrial.awaited: the program owes the court something. What is overdue alarms the operator.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.court import AskedFor, Month
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("pretrial.awaited", version=1, on=topics.PRETRIAL)
class PretrialAwaitedV1(Event):
    """The program owes the court something by the end of that day."""

    referral_id: ReferralId
    agency: Slug | None = None
    """Who has the person; nobody yet: the operator alone can see to it."""
    asked_for: AskedFor
    month: Month | None = None
    due_on: Day
    overdue: bool = False


PretrialAwaited = PretrialAwaitedV1
