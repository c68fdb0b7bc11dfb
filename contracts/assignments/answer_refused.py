"""answer.refused: an answer fits nothing open; unknown, lapsed, cancelled, somebody else's: nowhere told apart.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("answer.refused", version=1, on=topics.ASSIGNMENTS)
class AnswerRefusedV1(Event):
    """An answer that fits nothing open; unknown, lapsed, cancelled and somebody else's are told apart nowhere."""

    refusal: Refusal


AnswerRefused = AnswerRefusedV1
