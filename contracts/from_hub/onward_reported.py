"""onward.reported: what became of the help that you asked for.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import OnwardId


@published("onward.reported", version=1, on=topics.FROM_HUB)
class OnwardReportedV1(Event):
    """What became of the help that you asked for."""

    onward_id: OnwardId
    state: Annotated[str, Field(pattern=r"^(asked|accepted|declined|waitlisted|fulfilled|not_allowed|nobody)$")]


OnwardReported = OnwardReportedV1
