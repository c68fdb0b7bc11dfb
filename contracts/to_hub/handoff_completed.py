"""handoff.completed: the case manager has met the person; custody, where there was any, has passed.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Instant, OfferId, Private


@published("handoff.completed", version=1, on=topics.TO_HUB)
class HandoffCompletedV1(AgencyEvent):
    """The case manager has met the person; custody, where there was any, has passed. The subject is the person."""

    offer_id: OfferId
    arrived_at: Instant | None = None
    completed_at: Instant | None = None
    met_where: Private | None = None


HandoffCompleted = HandoffCompletedV1
