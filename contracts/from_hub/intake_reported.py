"""intake.reported: intake is completed. Said only under the right consent; no, not yet, no consent: all silence.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Code, Day, ReferralId


@published("intake.reported", version=1, on=topics.FROM_HUB)
class IntakeReportedV1(Event):
    """Intake is completed. Said only under the right consent; no, not yet and no consent look alike: silence."""

    referral_id: ReferralId
    completed_on: Day
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""


IntakeReported = IntakeReportedV1
