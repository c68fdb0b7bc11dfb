"""pretrial.filed: a report of the program to the court, under seal, with copies to prosecutor and counsel.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.court import CompletedBy, Hours, Month, ReportId, ReportKind
from contracts.event import Event, published
from contracts.words import Day, HelpType, ReferralId, Slug


@published("pretrial.filed", version=1, on=topics.PRETRIAL)
class PretrialFiledV1(Event):
    """A report of the program to the court, under seal. Whether it may go to each of them is asked before it goes.

    Source: RCW 69.50.4017(4) and (6): recipients are court, prosecutor, defendant and counsel.
    """

    referral_id: ReferralId
    report_id: ReportId
    report: ReportKind
    program: Slug
    to: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Court, prosecutor and counsel of this case as it was reported. The person gets a printed copy."""
    reported_on: Day
    month: Month | None = None
    substantial_compliance: bool | None = None
    services: tuple[HelpType, ...] = ()
    completed_by: CompletedBy | None = None
    hours: Hours | None = None


PretrialFiled = PretrialFiledV1
