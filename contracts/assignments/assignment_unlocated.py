"""assignment.unlocated: the attempts that the site's rule asks for were made, and nobody found the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, OfferId, ReferralId, Slug


@published("assignment.unlocated", version=1, on=topics.ASSIGNMENTS)
class AssignmentUnlocatedV1(Event):
    """The attempts that the site's rule asks for were made, and nobody found the person. The door stays open."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    attempts: int
    """How many counted."""
    since: Instant
    """The first of them."""


AssignmentUnlocated = AssignmentUnlocatedV1
