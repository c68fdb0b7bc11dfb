"""replay.steered: an operator says how a replay goes on. Only the program office says it.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.replaying import ReplayId, ReplayStep
from contracts.words import Slug


@published("replay.steered", version=1, on=topics.TO_HUB)
class ReplaySteeredV1(AgencyEvent):
    """An operator says how a replay goes on. Only the program office says it."""

    replay_id: ReplayId
    step: ReplayStep
    per_second: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many items a second at most; absent: as the site says."""
    operator: Slug


ReplaySteered = ReplaySteeredV1
