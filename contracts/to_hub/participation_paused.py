"""participation.paused: the participant is inactive for a while, and stays the agency's. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.relationship import PauseReason
from contracts.words import Private


@published("participation.paused", version=1, on=topics.TO_HUB)
class ParticipationPausedV1(AgencyEvent):
    """The participant is inactive for a while, and stays the agency's. The subject is the person."""

    reason: PauseReason
    note: Private | None = None


ParticipationPaused = ParticipationPausedV1
