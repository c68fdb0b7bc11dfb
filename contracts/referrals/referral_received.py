"""referral.received: intake admitted a referral and gave it an id. The submission is its cause, the subject the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import AfterTheFact, Particulars, SealedParts
from contracts.words import Agreement, Door, Instant, ReferralId, Slug, SourceKind


@published("referral.received", version=1, on=topics.REFERRALS)
class ReferralReceivedV1(Event):
    """Intake admitted a referral and gave it an id. The submission is its cause, the subject the person."""

    referral_id: ReferralId
    agency: Slug
    door: Door
    source_kind: SourceKind
    agreement: Agreement
    officer_waiting: bool = False
    referred_at: Instant
    particulars: Particulars
    sealed: SealedParts
    restricted_source: bool = False
    """The source itself reveals health or treatment: it never leaves the hub before a consent."""
    after_the_fact: AfterTheFact | None = None
    test: bool = False


ReferralReceived = ReferralReceivedV1
