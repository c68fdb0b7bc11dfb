"""pretrial.ruled: the court orders something in a pretrial diversion. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from contracts import topics
from contracts.complaints import BrokenRule
from contracts.court import HOURS_MOST, Hours, Ruling
from contracts.event import AgencyEvent, published
from contracts.words import Day, ReferralId


@published("pretrial.ruled", version=1, on=topics.TO_HUB)
class PretrialRuledV1(AgencyEvent):
    """An order of the court: granted, denied, hours of community service, a hearing, how it ends."""

    referral_id: ReferralId
    ruling: Ruling
    ruled_on: Day
    hours: Hours | None = None
    """Of community service, and of nothing else."""

    @model_validator(mode="after")
    def _hours_are_of_community_service(self) -> Self:
        if (self.ruling is Ruling.COMMUNITY_SERVICE) != (self.hours is not None):
            raise BrokenRule(
                "Hours are named with community_service, and with no other ruling.",
                "Name the hours of community service, or leave them out.",
                field="hours",
            )
        if self.hours is not None and self.hours > HOURS_MOST:
            raise BrokenRule(
                f"Community service is at most {HOURS_MOST} hours (RCW 69.50.4017(7)).",
                f"Send the hours of the order, from 1 to {HOURS_MOST}.",
                field="hours",
            )
        return self


PretrialRuled = PretrialRuledV1
