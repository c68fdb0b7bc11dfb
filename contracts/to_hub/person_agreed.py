"""person.agreed: the person says yes to meeting a case manager. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Instant, ReferralId


@published("person.agreed", version=1, on=topics.TO_HUB)
class PersonAgreedV1(AgencyEvent):
    """The person says yes to meeting a case manager. The subject is the person."""

    referral_id: ReferralId | None = None
    said_at: Instant | None = None


PersonAgreed = PersonAgreedV1
