"""replay.advanced: a replay stands elsewhere than before: it is rehearsed, runs, pauses, is cancelled.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import ReplayId, ReplayStage
from contracts.words import Slug


@published("replay.advanced", version=1, on=topics.REPLAYS)
class ReplayAdvancedV1(Event):
    """A replay stands elsewhere than before: it is rehearsed, runs, pauses, is cancelled."""

    replay_id: ReplayId
    number: int
    """The place of this in all that was said of the replay."""
    stage: ReplayStage
    agency: Slug | None = None
    """Whose lane it is about."""
    operator: Slug | None = None
    """Who said so; absent where the hub did, by its clock or at the end of something."""
    per_second: int | None = None
    approval_withdrawn: bool = False


ReplayAdvanced = ReplayAdvancedV1
