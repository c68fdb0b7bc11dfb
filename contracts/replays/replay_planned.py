"""replay.planned: a replay is planned: what would be told, what withheld, and what it takes to run it. Nothing is told.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import PlanHash, ReplayCounts, ReplayId, ReplayKind, ReplayReason, WithheldCount
from contracts.words import Instant, Slug


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


ReplayPlanned = ReplayPlannedV1
