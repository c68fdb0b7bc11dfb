"""pretrial.advanced: a pretrial diversion has come to another stage.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.court import Hours, PretrialStage
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("pretrial.advanced", version=1, on=topics.PRETRIAL)
class PretrialAdvancedV1(Event):
    """A pretrial diversion has come to another stage. Under seal: police are told of none."""

    referral_id: ReferralId
    stage: PretrialStage
    on: Day
    by: Slug
    """Whose word it rests on."""
    hours: Hours | None = None
    """Of community service."""


PretrialAdvanced = PretrialAdvancedV1
