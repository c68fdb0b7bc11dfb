"""referral.erased: the key of a referral's record is destroyed. What was sealed under it opens to nobody any more.

It is the record's last fact: nothing that is said of the referral later brings it back. The person's other records,
consents and the list of disclosures stand as they are.

1  first published
"""

from __future__ import annotations

from typing import Final

from contracts import topics
from contracts.event import Event, published
from contracts.words import Code, Instant, ReferralId, Slug

CLOCK: Final = "clock"
"""Who erased a record whose time had come by law."""


@published("referral.erased", version=1, on=topics.REFERRALS)
class ReferralErasedV1(Event):
    """The key of a referral's record is destroyed. What was sealed under it opens to nobody any more."""

    referral_id: ReferralId
    ground: Code
    """A ground of the site's `erasure.toml`."""
    erased_at: Instant
    by: Slug
    """The operator, or `clock` where the law's time had come."""


ReferralErased = ReferralErasedV1
