"""recall.refused: an answer to a recall that fits none; its sender is told why.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("recall.refused", version=1, on=topics.DISCLOSURES)
class RecallRefusedV1(Event):
    """An answer to a recall that fits none; its sender is told why."""

    refusal: Refusal


RecallRefused = RecallRefusedV1
