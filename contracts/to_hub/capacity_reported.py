"""capacity.reported: how many people the agency can have in all through this hub, those it already has included.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Door


@published("capacity.reported", version=1, on=topics.TO_HUB)
class CapacityReportedV1(AgencyEvent):
    """How many people the agency can have in all through this hub, those it already has included."""

    places: Annotated[int, Field(ge=0, le=100_000)]
    doors: tuple[Door, ...] = (Door.ARREST_DIVERSION, Door.SOCIAL_CONTACT, Door.COMMUNITY)
    """For whom the places are; a door that is left out gets no offer."""


CapacityReported = CapacityReportedV1
