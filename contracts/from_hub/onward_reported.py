"""onward.reported: what became of the help that you asked for.

1  first published
2  what a Part 2 program answered has the notice of 42 CFR 2.32 with it
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Part2Notice
from contracts.words import OnwardId


@published("onward.reported", version=1, on=topics.FROM_HUB)
class OnwardReportedV1(Event):
    """What became of the help that you asked for."""

    onward_id: OnwardId
    state: Annotated[str, Field(pattern=r"^(asked|accepted|declined|waitlisted|fulfilled|not_allowed|nobody)$")]


@published("onward.reported", version=2, on=topics.FROM_HUB)
class OnwardReportedV2(Event):
    """What became of the help that you asked for."""

    onward_id: OnwardId
    state: Annotated[str, Field(pattern=r"^(asked|accepted|declined|waitlisted|fulfilled|not_allowed|nobody)$")]
    notice: Part2Notice | None = None
    """What 42 CFR 2.32 asks for, wherever Part 2 applies to what is told here."""

    @classmethod
    def upcast(cls, old: OnwardReportedV1) -> Self:
        """Return the message in this form; what was told before had no notice with it."""
        return cls(
            onward_id=old.onward_id,
            state=old.state,
        )


OnwardReported = OnwardReportedV2
