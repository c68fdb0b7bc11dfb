"""replay.endorsed: a second operator approves the plan of a replay, signed. Only the program office says it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.replaying import PlanHash, ReplayId
from contracts.words import Slug


@published("replay.endorsed", version=1, on=topics.TO_HUB)
class ReplayEndorsedV1(AgencyEvent):
    """A second operator approves the plan of a replay, signed. Only the program office says it."""

    replay_id: ReplayId
    plan_hash: PlanHash
    """The plan that they have seen: another one is not approved by it."""
    operator: Slug


ReplayEndorsed = ReplayEndorsedV1
