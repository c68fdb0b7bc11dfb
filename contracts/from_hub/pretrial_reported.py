"""pretrial.reported: the program's report to court, prosecutor or counsel of the case, under seal.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.court import CompletedBy, Hours, Month, ReportKind, SealMarking
from contracts.event import Event, published
from contracts.parts import Part2Notice
from contracts.words import Code, Day, HelpType, Reference, ReferralId


@published("pretrial.reported", version=1, on=topics.FROM_HUB)
class PretrialReportedV1(Event):
    """Only what the statute asks, in codes: no finding, no diagnosis, no words of anybody. File it under seal.

    Source: RCW 69.50.4017(4), (6), (7), (11).
    """

    referral_id: ReferralId
    cause_number: Reference | None = None
    report: ReportKind
    reported_on: Day
    month: Month | None = None
    substantial_compliance: bool | None = None
    services: tuple[HelpType, ...] = ()
    """Those that the assessment recommends; none: community service takes their place."""
    completed_by: CompletedBy | None = None
    hours: Hours | None = None
    marking: Annotated[tuple[SealMarking, ...], Field(min_length=1)]
    """Under seal, exempt, and of no use in the case in chief: what has to stand on every copy."""
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    notice: Part2Notice | None = None
    """What 42 CFR 2.32 asks for, wherever Part 2 applies to what is told here."""


PretrialReported = PretrialReportedV1
