"""The words of a held charge: what the office decides, and how the hold stands as the office hears it."""

from __future__ import annotations

from contracts.word import Word


class ChargeDecision(Word):
    """What a prosecutor makes of a charge."""

    FILED = "filed"
    DECLINED = "declined"
    STILL_REVIEWING = "still_reviewing"


class HoldState(Word):
    """How a hold stands, as its office hears it. There is no word for why."""

    HELD = "held"
    LAPSED = "lapsed"
