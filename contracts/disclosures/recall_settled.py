"""recall.settled: how a recall ended: the agency did it, or cannot, or never answered and an operator takes it up.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.recalls import RecallEnd, RecallId
from contracts.words import Instant, Slug


@published("recall.settled", version=1, on=topics.DISCLOSURES)
class RecallSettledV1(Event):
    """How a recall ended. An answer that comes after the silence settles it once more."""

    recall_id: RecallId
    agency: Slug
    how: RecallEnd
    asked: int
    """How often the agency was asked until then."""
    settled_at: Instant


RecallSettled = RecallSettledV1
