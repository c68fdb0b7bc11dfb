"""need.met: who has the person says that they got a meal, a bed, clothes or other help. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, HelpType, Private


@published("need.met", version=1, on=topics.TO_HUB)
class NeedMetV1(AgencyEvent):
    """Who has the person says that they got this help, from whomever. The subject is the person."""

    help_type: HelpType
    met_on: Day | None = None
    note: Private | None = None


NeedMet = NeedMetV1
