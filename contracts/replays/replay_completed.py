"""replay.completed: each item of a replay has ended, and how; against the plan.

1  first published
2  says what was found in history
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import (
    HistoryFound,
    PlanHash,
    ReplayCounts,
    ReplayDifference,
    ReplayId,
    ReplayKind,
    WithheldCount,
)
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


@published("replay.completed", version=2, on=topics.REPLAYS)
class ReplayCompletedV2(Event):
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
    history: HistoryFound | None = None
    """What screening again found, where it is about history."""

    @classmethod
    def upcast(cls, old: ReplayCompletedV1) -> Self:
        """Return the end in this form; the older one knew of no history."""
        return cls(**{name: getattr(old, name) for name in ReplayCompletedV1.model_fields})


ReplayCompleted = ReplayCompletedV2
