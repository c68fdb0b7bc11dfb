"""onward.closed: what became of an onward referral.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import OnwardId, Slug


@published("onward.closed", version=1, on=topics.ASSIGNMENTS)
class OnwardClosedV1(Event):
    """What became of an onward referral."""

    onward_id: OnwardId
    asked_by: Slug
    provider: Slug | None = None
    state: Annotated[str, Field(pattern=r"^(accepted|declined|waitlisted|fulfilled|nobody)$")]


OnwardClosed = OnwardClosedV1
