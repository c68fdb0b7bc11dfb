"""replay.ordered: a replay asks notification to tell some messages of one agency again, or to foresee it.

Notification answers each item on `hub.disclosures`, with the replay's id and the message's.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import ReplayId, ReplayPass, ToldItem
from contracts.words import Slug


@published("replay.ordered", version=1, on=topics.REPLAYS)
class ReplayOrderedV1(Event):
    """A replay asks notification to tell some messages of one agency again, or to foresee it."""

    replay_id: ReplayId
    plan_hash: str
    """The plan under which it is asked; while a plan is being made, empty."""
    agency: Slug
    mode: ReplayPass
    items: Annotated[tuple[ToldItem, ...], Field(min_length=1, max_length=100)]
    """All of one person, in the order in which they were told."""


ReplayOrdered = ReplayOrderedV1
