"""pretrial.refused: a word does not count on the road of pretrial diversion; its sender hears why.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal
from contracts.words import ReferralId


@published("pretrial.refused", version=1, on=topics.PRETRIAL)
class PretrialRefusedV1(Event):
    """A word does not count on the road of pretrial diversion; its sender hears why."""

    referral_id: ReferralId
    refusal: Refusal


PretrialRefused = PretrialRefusedV1
