"""assignment.paused: the participant is inactive for a while; the agency has them as before.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.relationship import PauseReason
from contracts.words import OfferId, ReferralId, Slug


@published("assignment.paused", version=1, on=topics.ASSIGNMENTS)
class AssignmentPausedV1(Event):
    """The participant is inactive for a while; the agency has them as before."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    number: Annotated[int, Field(ge=1)]
    """Which of the pauses of this assignment, from 1."""
    reason: PauseReason
    place_freed: bool = False
    """By the site's rule somebody else may have the place meanwhile."""


AssignmentPaused = AssignmentPausedV1
