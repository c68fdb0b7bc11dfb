"""charge.refused: a word of an office about a charge fits none that was referred to it, or would shorten a hold.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("charge.refused", version=1, on=topics.CHARGES)
class ChargeRefusedV1(Event):
    """A word of an office about a charge fits none that was referred to it, or would shorten a hold."""

    refusal: Refusal


ChargeRefused = ChargeRefusedV1
