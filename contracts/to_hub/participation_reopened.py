"""participation.reopened: somebody whose participation ended wishes to go on. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Private


@published("participation.reopened", version=1, on=topics.TO_HUB)
class ParticipationReopenedV1(AgencyEvent):
    """Somebody whose participation ended wishes to go on with the agency. The subject is the person."""

    person_agreed: bool
    """It is theirs to wish; without their yes nothing is reopened."""
    note: Private | None = None


ParticipationReopened = ParticipationReopenedV1
