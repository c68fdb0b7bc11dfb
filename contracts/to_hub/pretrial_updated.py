"""pretrial.updated: the program's monthly status for the court, under seal. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, ReferralId


@published("pretrial.updated", version=1, on=topics.TO_HUB)
class PretrialUpdatedV1(AgencyEvent):
    """Whether the person substantially complies with what was recommended; nothing else is asked.

    Source: RCW 69.50.4017(6). A second one of the same month takes the place of the first.
    """

    referral_id: ReferralId
    through_on: Day
    """The last day of which it tells; the month of the diversion follows from it."""
    substantial_compliance: bool


PretrialUpdated = PretrialUpdatedV1
