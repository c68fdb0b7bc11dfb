"""pretrial.completed: the program says that the diversion's condition is met. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from contracts import topics
from contracts.complaints import BrokenRule
from contracts.court import HOURS_MOST, CompletedBy, Hours
from contracts.event import AgencyEvent, published
from contracts.words import Day, ReferralId


@published("pretrial.completed", version=1, on=topics.TO_HUB)
class PretrialCompletedV1(AgencyEvent):
    """The services are done, or twelve months of substantial compliance, or the hours of community service.

    Source: RCW 69.50.4017(7) and (11): whichever comes first.
    """

    referral_id: ReferralId
    completed_on: Day
    completed_by: CompletedBy
    hours: Hours | None = None
    """Of community service that were done."""

    @model_validator(mode="after")
    def _hours_are_of_community_service(self) -> Self:
        if (self.completed_by is CompletedBy.COMMUNITY_SERVICE) != (self.hours is not None):
            raise BrokenRule(
                "Hours are named with community_service, and with nothing else.",
                "Name the hours of community service that were done, or leave them out.",
                field="hours",
            )
        if self.hours is not None and self.hours > HOURS_MOST:
            raise BrokenRule(
                f"Nobody does more than {HOURS_MOST} hours of community service for it (RCW 69.50.4017(7)).",
                f"Send the hours that the court ordered, from 1 to {HOURS_MOST}.",
                field="hours",
            )
        return self


PretrialCompleted = PretrialCompletedV1
