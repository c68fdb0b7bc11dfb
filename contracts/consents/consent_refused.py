"""consent.refused: what was sent as a consent does not count; the witness is told why.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("consent.refused", version=1, on=topics.CONSENTS)
class ConsentRefusedV1(Event):
    """What was sent as a consent does not count; the witness is told why."""

    refusal: Refusal


ConsentRefused = ConsentRefusedV1
