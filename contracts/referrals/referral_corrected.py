"""referral.corrected: the sender amended its referral; this is the whole as it now stands.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import AfterTheFact, Particulars, SealedParts
from contracts.words import Agreement, Door, Instant, ReferralId, Slug, SourceKind


@published("referral.corrected", version=1, on=topics.REFERRALS)
class ReferralCorrectedV1(Event):
    """The sender amended its referral; this is the whole as it now stands."""

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
    revision: int
    """Counts the corrections of this referral from 1; the highest is the truth."""
    changed: tuple[Slug, ...] = ()
    after_the_fact: AfterTheFact | None = None
    test: bool = False


ReferralCorrected = ReferralCorrectedV1
