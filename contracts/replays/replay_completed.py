"""replay.completed: each item of a replay has ended, and how; against the plan.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import PlanHash, ReplayCounts, ReplayDifference, ReplayId, ReplayKind, WithheldCount
from contracts.words import Instant, Slug


@published("replay.completed", version=1, on=topics.REPLAYS)
class ReplayCompletedV1(Event):
    """Each item of a replay has ended, and how; against the plan."""

    replay_id: ReplayId
    plan_hash: PlanHash
    kind: ReplayKind
    agency: Slug | None = None
    cancelled: bool = False
    """Whether it was ended before all was asked for."""
    planned: ReplayCounts
    ended: ReplayCounts
    withheld: tuple[WithheldCount, ...] = ()
    differences: tuple[ReplayDifference, ...] = ()
    """Every difference between the two, by its reason."""
    completed_at: Instant


ReplayCompleted = ReplayCompletedV1
