"""Ready-made facts for the console's tests; people in them are invented, and none is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentOffered,
    AssignmentWaitlisted,
    ContactAttempted,
    LinkProposed,
    PersonUnlinked,
    ReferralReceived,
    ReviewDecided,
    ReviewRequested,
)
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.parts import Particulars
from contracts.words import AgeBand, Agreement, Category, ContactResult, Door, SourceKind, Verdict

if TYPE_CHECKING:
    from contracts.event import Event

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSON = "per-" + "a" * 32
OTHER = "per-" + "b" * 32
REFERRAL = "ref-" + "1" * 32
OFFER = "off-" + "2" * 32
REVIEW = "rev-" + "3" * 32
SECRET = "c2VhbGVk"


def said(event: Event, *, after: int = 0, cause: str | None = None, by: str | None = None) -> Fact:
    """Return the event as a fact about PERSON, `after` minutes after BEGIN."""
    envelope = Envelope(
        id=f"{event.name}-{after}",
        source=by or service_source(event.topic.removeprefix("hub.")),
        type=event.name,
        at=BEGIN + timedelta(minutes=after),
        subject=PERSON,
        causation_id=cause,
    )
    return Fact(event, envelope)


def referral_received(*, after: int = 0, door: Door = Door.COMMUNITY) -> Fact:
    """A community referral, with something sealed in it."""
    event = ReferralReceived(
        referral_id=REFERRAL, agency="opportunity-council", door=door, source_kind=SourceKind.BUSINESS,
        agreement=Agreement.NOT_ASKED, referred_at=BEGIN, particulars=Particulars(), sealed={Category.IDENTITY: SECRET},
    )  # fmt: skip
    return said(event, after=after, cause="submission")


def review_requested(*, after: int = 1) -> Fact:
    """An urgent review."""
    event = ReviewRequested(
        review_id=REVIEW,
        referral_id=REFERRAL,
        because=("weight",),
        urgent=True,
        decide_by=BEGIN,
        default=Verdict.ELIGIBLE,
    )
    return said(event, after=after)


def review_decided(*, after: int = 2) -> Fact:
    """Its decision, with a sealed reason."""
    event = ReviewDecided(
        review_id=REVIEW, referral_id=REFERRAL, verdict=Verdict.ELIGIBLE, by="juno-operator", why=SECRET
    )
    return said(event, after=after)


def waitlisted(*, after: int = 3) -> Fact:
    """Nobody has room."""
    return said(AssignmentWaitlisted(referral_id=REFERRAL, door=Door.COMMUNITY, priority=3), after=after)


def offered(*, after: int = 4) -> Fact:
    """One agency is asked."""
    event = AssignmentOffered(
        referral_id=REFERRAL, offer_id=OFFER, agency="compass-health", door=Door.COMMUNITY, age_band=AgeBand.UNKNOWN,
        lapses_at=BEGIN,
    )  # fmt: skip
    return said(event, after=after)


def accepted(*, after: int = 5) -> Fact:
    """It says yes."""
    return said(AssignmentAccepted(referral_id=REFERRAL, offer_id=OFFER, agency="compass-health"), after=after)


def link_proposed(*, after: int = 1) -> Fact:
    """Two records may be one person."""
    return said(LinkProposed(other=OTHER, basis="name-and-birth-date"), after=after)


def unlinked(*, after: int = 2) -> Fact:
    """They are not."""
    return said(PersonUnlinked(other=OTHER, by="juno-operator"), after=after)


def everything() -> list[Fact]:
    """One fact of each kind above."""
    return [
        referral_received(), review_requested(), review_decided(), waitlisted(), offered(), accepted(), link_proposed(),
        unlinked(),
    ]  # fmt: skip


def agency_said(*, after: int = 6) -> Fact:
    """An agency tried to reach the person."""
    event = ContactAttempted(result=ContactResult.NOT_FOUND, note=SECRET)
    return said(event, after=after, by=agency_source("compass-health"))
