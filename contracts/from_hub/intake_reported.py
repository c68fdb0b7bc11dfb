"""intake.reported: intake is completed. Said only under the right consent; no, not yet, no consent: all silence.

1  first published
2  where 42 CFR part 2 applies, the notice of 2.32 goes with it: the statement, and the scope of the consent
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Part2Notice
from contracts.words import Code, Day, ReferralId


@published("intake.reported", version=1, on=topics.FROM_HUB)
class IntakeReportedV1(Event):
    """Intake is completed. Said only under the right consent; no, not yet and no consent look alike: silence."""

    referral_id: ReferralId
    completed_on: Day
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""


@published("intake.reported", version=2, on=topics.FROM_HUB)
class IntakeReportedV2(Event):
    """Intake is completed. Said only under the right consent; no, not yet and no consent look alike: silence."""

    referral_id: ReferralId
    completed_on: Day
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    notice: Part2Notice | None = None
    """What 42 CFR 2.32 asks for, wherever Part 2 applies to what is told here."""

    @classmethod
    def upcast(cls, old: IntakeReportedV1) -> Self:
        """Return the message in this form; what was told before had no notice with it."""
        return cls(
            referral_id=old.referral_id,
            completed_on=old.completed_on,
            allowed_by=old.allowed_by,
        )


IntakeReported = IntakeReportedV2
