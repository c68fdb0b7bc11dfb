"""assignment.directed: an operator offers a referral to an agency by hand. Only the program office says it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import PersonRef, ReferralId, Slug


@published("assignment.directed", version=1, on=topics.TO_HUB)
class AssignmentDirectedV1(AgencyEvent):
    """An operator offers a referral to an agency by hand. Only the program office says it."""

    referral_id: ReferralId
    person: PersonRef
    agency: Slug
    operator: Slug


AssignmentDirected = AssignmentDirectedV1
