"""replay.planned: a replay is planned: what would be told, what withheld, and what it takes to run it. Nothing is told.

1  first published
2  says under which policy history was screened again, and what was found
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import HistoryFound, PlanHash, ReplayCounts, ReplayId, ReplayKind, ReplayReason, WithheldCount
from contracts.words import Code, Instant, Slug


@published("replay.planned", version=1, on=topics.REPLAYS)
class ReplayPlannedV1(Event):
    """A replay is planned: what would be told, what withheld, and what it takes to run it. Nothing is told."""

    replay_id: ReplayId
    plan_hash: PlanHash
    kind: ReplayKind
    agency: Slug | None = None
    service: Slug | None = None
    since: Instant | None = None
    until: Instant | None = None
    reason: ReplayReason
    operator: Slug
    """Who asked for it."""
    persons: int
    events: int
    agencies: int
    counts: ReplayCounts
    withheld: tuple[WithheldCount, ...] = ()
    restricted: int = 0
    """How many of them are of a record under 42 CFR part 2."""
    second_person: bool
    """Whether a second person has to approve it."""
    because: tuple[str, ...] = ()
    """Why: `size`, `part-2`."""
    per_second: int
    estimated_seconds: int
    policy_hash: str
    """The disclosure policy under which it was foreseen."""
    planned_at: Instant
    expires_at: Instant


@published("replay.planned", version=2, on=topics.REPLAYS)
class ReplayPlannedV2(Event):
    """A replay is planned: what would be told, what withheld, and what it takes to run it. Nothing is told."""

    replay_id: ReplayId
    plan_hash: PlanHash
    kind: ReplayKind
    agency: Slug | None = None
    service: Slug | None = None
    since: Instant | None = None
    until: Instant | None = None
    reason: ReplayReason
    operator: Slug
    """Who asked for it."""
    persons: int
    events: int
    agencies: int
    counts: ReplayCounts
    withheld: tuple[WithheldCount, ...] = ()
    restricted: int = 0
    """How many of them are of a record under 42 CFR part 2."""
    second_person: bool
    """Whether a second person has to approve it."""
    because: tuple[str, ...] = ()
    """Why: `size`, `part-2`."""
    per_second: int
    estimated_seconds: int
    policy_hash: str
    """The disclosure policy under which it was foreseen."""
    planned_at: Instant
    expires_at: Instant
    policy: Slug | None = None
    policy_version: Code | None = None
    """Under which version history was screened again."""
    history: HistoryFound | None = None
    """What screening again found, where it is about history."""

    @classmethod
    def upcast(cls, old: ReplayPlannedV1) -> Self:
        """Return the plan in this form; the older one knew of no history."""
        return cls(**{name: getattr(old, name) for name in ReplayPlannedV1.model_fields})


ReplayPlanned = ReplayPlannedV2
