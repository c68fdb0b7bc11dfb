"""need.recorded: the person got this help, as who has them reports.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, HelpType, ReferralId, Slug


@published("need.recorded", version=1, on=topics.ASSIGNMENTS)
class NeedRecordedV1(Event):
    """The person got this help, as who has them reports. It is counted; whose need it was, no count says."""

    referral_id: ReferralId
    """The newest referral by which the agency has them."""
    agency: Slug
    help_type: HelpType
    met_on: Day | None = None


NeedRecorded = NeedRecordedV1
