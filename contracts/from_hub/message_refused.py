"""message.refused: what you sent was not admitted; each problem names the field, the rule and the fix.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("message.refused", version=1, on=topics.FROM_HUB)
class MessageRefusedV1(Event):
    """What you sent was not admitted; each problem names the field, the rule and the fix."""

    refusal: Refusal


MessageRefused = MessageRefusedV1
