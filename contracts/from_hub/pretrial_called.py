"""pretrial.called: the program is asked for what the court waits for, or hears that nothing is due any more.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.court import AskedFor, Month
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("pretrial.called", version=1, on=topics.FROM_HUB)
class PretrialCalledV1(Event):
    """The program is asked for what the court waits for, or hears that nothing is due any more."""

    referral_id: ReferralId
    asked_for: AskedFor
    month: Month | None = None
    due_on: Day | None = None
    overdue: bool = False
    recipient: Slug | None = None
    """Whom the person's consent would have to name, where it is a consent that is asked for."""


PretrialCalled = PretrialCalledV1
