"""onward.closed: what became of an onward referral.

1  first published
2  for what help it asked; and it may be called off, because the person has died
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import HelpType, OnwardId, Slug


@published("onward.closed", version=1, on=topics.ASSIGNMENTS)
class OnwardClosedV1(Event):
    """What became of an onward referral."""

    onward_id: OnwardId
    asked_by: Slug
    provider: Slug | None = None
    state: Annotated[str, Field(pattern=r"^(accepted|declined|waitlisted|fulfilled|nobody)$")]


@published("onward.closed", version=2, on=topics.ASSIGNMENTS)
class OnwardClosedV2(Event):
    """What became of an onward referral."""

    onward_id: OnwardId
    asked_by: Slug
    provider: Slug | None = None
    help_type: HelpType | None = None
    """None for what was asked before the hub kept it."""
    state: Annotated[str, Field(pattern=r"^(accepted|declined|waitlisted|fulfilled|nobody|called_off)$")]

    @classmethod
    def upcast(cls, old: OnwardClosedV1) -> Self:
        """Return the fact in this form."""
        return cls(onward_id=old.onward_id, asked_by=old.asked_by, provider=old.provider, state=old.state)


OnwardClosed = OnwardClosedV2
