"""review.refused: an operator's answer fits no open review.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("review.refused", version=1, on=topics.SCREENINGS)
class ReviewRefusedV1(Event):
    """An operator's answer fits no open review."""

    refusal: Refusal


ReviewRefused = ReviewRefusedV1
