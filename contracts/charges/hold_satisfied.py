"""hold.satisfied: the intake was done in time: the one condition is met, and nothing later brings the charge back.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Slug


@published("hold.satisfied", version=1, on=topics.CHARGES)
class HoldSatisfiedV1(Event):
    """The intake was done in time: the one condition is met, whoever may be told of it, and whatever comes later."""

    referral_id: ReferralId
    agency: Slug
    """The office that holds the charge."""
    completed_on: Day


HoldSatisfied = HoldSatisfiedV1
