"""participation.ended: the person is no longer with the agency. There is no fixed end. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import EndReason, Private


@published("participation.ended", version=1, on=topics.TO_HUB)
class ParticipationEndedV1(AgencyEvent):
    """The person is no longer with the agency. There is no fixed end. The subject is the person."""

    reason: EndReason
    note: Private | None = None


ParticipationEnded = ParticipationEndedV1
