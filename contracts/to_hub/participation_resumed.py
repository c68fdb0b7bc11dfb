"""participation.resumed: a participant who was inactive is active again. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Private


@published("participation.resumed", version=1, on=topics.TO_HUB)
class ParticipationResumedV1(AgencyEvent):
    """A participant who was inactive is active again. The subject is the person."""

    note: Private | None = None


ParticipationResumed = ParticipationResumedV1
