"""pretrial.assessed: the program confirms the assessment that the court waits for. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, HelpType, ReferralId


@published("pretrial.assessed", version=1, on=topics.TO_HUB)
class PretrialAssessedV1(AgencyEvent):
    """The assessment is done, and what it recommends, in codes alone: no finding, diagnosis or remark.

    Source: RCW 69.50.4017(4). An empty list recommends nothing; then community service takes its place (7).
    """

    referral_id: ReferralId
    assessed_on: Day
    services: Annotated[tuple[HelpType, ...], Field(max_length=12)]


PretrialAssessed = PretrialAssessedV1
