"""referral.corrected: the sender amended its referral, or the person says that something in it is not so.

It is the whole as it now stands. What people say of themselves goes before what the sender tells, in every revision
since; the sender's own telling stays beside it, for all that police may hear rests on that alone.

1  first published
2  says whose word it is; what the person says of themselves stands apart from what the sender told
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.corrections import OwnFact, SaidBy
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


@published("referral.corrected", version=2, on=topics.REFERRALS)
class ReferralCorrectedV2(Event):
    """The sender amended its referral, or the person says otherwise; this is the whole as it now stands."""

    referral_id: ReferralId
    agency: Slug
    """Who sent the referral."""
    said_by: SaidBy
    by_way_of: Slug
    """Who passed it on: the sender itself, or by way of whom the person says it."""
    door: Door
    source_kind: SourceKind
    agreement: Agreement
    officer_waiting: bool = False
    referred_at: Instant
    particulars: Particulars
    """As they stand: the sender's, and before them what the person says of themselves."""
    sender_told: Particulars | None = None
    """As the sender alone tells them; left out while the person said nothing of themselves."""
    sealed: SealedParts
    """What the sender told."""
    own: SealedParts | None = None
    """What the person says of themselves, each field before the sender's; a field without a value is not known."""
    own_facts: tuple[OwnFact, ...] = ()
    """What of the referral stands by the person's own word."""
    restricted_source: bool = False
    """The source itself reveals health or treatment: it never leaves the hub before a consent."""
    revision: int
    """Counts the corrections of this referral from 1; the highest is the truth."""
    sender_revision: int
    """The newest revision that was the sender's word; 0 is the referral as it was received."""
    changed: tuple[Slug, ...] = ()
    after_the_fact: AfterTheFact | None = None
    test: bool = False

    @property
    def as_sent(self) -> Particulars:
        """The facts as the sender alone tells them."""
        return self.particulars if self.sender_told is None else self.sender_told

    @classmethod
    def upcast(cls, old: ReferralCorrectedV1) -> Self:
        """Read every correction as the sender's: nobody else could make one."""
        kept = {name: getattr(old, name) for name in ReferralCorrectedV1.model_fields}
        return cls(**kept, said_by=SaidBy.SENDER, by_way_of=old.agency, sender_revision=old.revision)


ReferralCorrected = ReferralCorrectedV2
