"""person.declined: the person says no. It is heard at any time, and ends what it must. The subject is the person.

1  first published
2  says who wrote it down, where the program office sends it
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Instant, ReferralId, Slug


@published("person.declined", version=1, on=topics.TO_HUB)
class PersonDeclinedV1(AgencyEvent):
    """The person says no. It is heard at any time, and ends what it must. The subject is the person."""

    referral_id: ReferralId | None = None
    """Which referral; without it, everything."""
    said_at: Instant | None = None


@published("person.declined", version=2, on=topics.TO_HUB)
class PersonDeclinedV2(AgencyEvent):
    """The person says no. It is heard at any time, and ends what it must. The subject is the person."""

    referral_id: ReferralId | None = None
    """Which referral; without it, everything."""
    said_at: Instant | None = None
    operator: Slug | None = None
    """Who wrote it down, where the program office sends it."""

    @classmethod
    def upcast(cls, old: PersonDeclinedV1) -> Self:
        """Return it in this form."""
        return cls(referral_id=old.referral_id, said_at=old.said_at)


PersonDeclined = PersonDeclinedV2
