"""disclosure.made: an agency was told something: what kind, why, and under which consent or permission.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category, Instant, Purpose, ReferralId, Slug


@published("disclosure.made", version=1, on=topics.DISCLOSURES)
class DisclosureMadeV1(Event):
    """An agency was told something: what kind, why, and under which consent or permission."""

    message_id: str
    """The id of the message on the agency's lane, or the one it would have had."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    allowed_by: str
    """`consent/<id>` or `permission/<name>`; several are joined by spaces."""
    policy_hash: str
    made_at: Instant


DisclosureMade = DisclosureMadeV1
