"""contact.flagged: a message was left where the referral, or the person, says that it is not safe.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.relationship import ContactMode
from contracts.words import ReferralId, Slug


@published("contact.flagged", version=1, on=topics.ASSIGNMENTS)
class ContactFlaggedV1(Event):
    """A message was left where the referral, or the person, says that it is not safe; operators are alarmed."""

    referral_id: ReferralId
    agency: Slug
    mode: ContactMode


ContactFlagged = ContactFlaggedV1
