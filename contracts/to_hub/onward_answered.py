"""onward.answered: a service provider answers an onward referral.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import OnwardId


@published("onward.answered", version=1, on=topics.TO_HUB)
class OnwardAnsweredV1(AgencyEvent):
    """A service provider answers an onward referral."""

    onward_id: OnwardId
    answer: Annotated[str, Field(pattern=r"^(accepted|declined|waitlisted|fulfilled)$")]


OnwardAnswered = OnwardAnsweredV1
