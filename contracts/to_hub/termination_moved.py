"""termination.moved: the prosecutor asks the court to end a pretrial diversion. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, ReferralId


@published("termination.moved", version=1, on=topics.TO_HUB)
class TerminationMovedV1(AgencyEvent):
    """The prosecutor moves for termination; the court hears it before it decides. Source: RCW 69.50.4017."""

    referral_id: ReferralId
    moved_on: Day


TerminationMoved = TerminationMovedV1
