"""assignment.released: an agency had an offer or a person by a record that was erased; its place is free.

Nothing is said of how far it had come. The agency goes on with the person as it sees fit; the hub has no part in it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import OfferId, ReferralId, Slug


@published("assignment.released", version=1, on=topics.ASSIGNMENTS)
class AssignmentReleasedV1(Event):
    """An agency had an offer or a person by a record that was erased; its place is free."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug


AssignmentReleased = AssignmentReleasedV1
