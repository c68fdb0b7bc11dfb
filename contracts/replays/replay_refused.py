"""replay.refused: an operator's word on a replay does not count, and why.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal
from contracts.replaying import ReplayId


@published("replay.refused", version=1, on=topics.REPLAYS)
class ReplayRefusedV1(Event):
    """An operator's word on a replay does not count, and why."""

    replay_id: ReplayId
    refusal: Refusal


ReplayRefused = ReplayRefusedV1
