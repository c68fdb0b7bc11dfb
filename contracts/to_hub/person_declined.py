"""person.declined: the person says no. It is heard at any time, and ends what it must. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Instant, ReferralId


@published("person.declined", version=1, on=topics.TO_HUB)
class PersonDeclinedV1(AgencyEvent):
    """The person says no. It is heard at any time, and ends what it must. The subject is the person."""

    referral_id: ReferralId | None = None
    """Which referral; without it, everything."""
    said_at: Instant | None = None


PersonDeclined = PersonDeclinedV1
