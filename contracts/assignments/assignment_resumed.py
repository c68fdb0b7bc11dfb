"""assignment.resumed: a participant who was inactive is active again.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import OfferId, ReferralId, Slug


@published("assignment.resumed", version=1, on=topics.ASSIGNMENTS)
class AssignmentResumedV1(Event):
    """A participant who was inactive is active again."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    number: Annotated[int, Field(ge=1)]
    """Which of the pauses of this assignment, from 1."""
    place_taken: bool = False
    """The place was free meanwhile, and is taken again, also where the agency is full by now."""


AssignmentResumed = AssignmentResumedV1
