"""intake.completed: intake is done. For a held charge this is the one condition. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day


@published("intake.completed", version=1, on=topics.TO_HUB)
class IntakeCompletedV1(AgencyEvent):
    """Intake is done. For a held charge this is the one condition. The subject is the person."""

    completed_on: Day


IntakeCompleted = IntakeCompletedV1
