"""replay.approved: a second person approved a plan; with the evidence of it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import PlanHash, ReplayId
from contracts.words import Instant, Slug


@published("replay.approved", version=1, on=topics.REPLAYS)
class ReplayApprovedV1(Event):
    """A second person approved a plan; with the evidence of it."""

    replay_id: ReplayId
    number: int
    """The place of this in all that was said of the replay."""
    plan_hash: PlanHash
    agency: Slug
    """The program office, through whose door it was said."""
    operator: Slug
    word_id: str
    """The id of the operator's own word, which is on `hub.reports`."""
    signature: str
    """Their signature over it (Ed25519), as the door checked it against their registered key."""
    approved_at: Instant
    expires_at: Instant


ReplayApproved = ReplayApprovedV1
