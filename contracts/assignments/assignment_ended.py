"""assignment.ended: the person is no longer with the agency.

1  first published
2  which of the agency's assignments: it may have a person twice in a life
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.words import EndReason, OfferId, ReferralId, Slug


@published("assignment.ended", version=1, on=topics.ASSIGNMENTS)
class AssignmentEndedV1(Event):
    """The person is no longer with the agency."""

    referral_id: ReferralId
    agency: Slug
    reason: EndReason
    by: Slug | None = None
    """Who reported it; where that is not the agency itself, the agency is told that the assignment is over."""


@published("assignment.ended", version=2, on=topics.ASSIGNMENTS)
class AssignmentEndedV2(Event):
    """The person is no longer with the agency."""

    referral_id: ReferralId
    offer_id: OfferId | None = None
    """The offer that the agency had accepted; None where it ended before the hub said so."""
    agency: Slug
    reason: EndReason
    by: Slug | None = None
    """Who reported it; where that is not the agency itself, the agency is told that the assignment is over."""

    @classmethod
    def upcast(cls, old: AssignmentEndedV1) -> Self:
        """Return the fact in this form."""
        return cls(referral_id=old.referral_id, agency=old.agency, reason=old.reason, by=old.by)


AssignmentEnded = AssignmentEndedV2
