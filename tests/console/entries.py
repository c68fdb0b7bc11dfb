"""Ready-made entries of the ledger, as notification writes them; people in them are invented, and none is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.disclosures.disclosure_revealed import DisclosureRevealed
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.disclosures.recall_settled import RecallSettled
from contracts.envelope import Envelope, Fact, service_source
from contracts.event import Event
from contracts.recalls import RecallEnd, RecallGround
from contracts.words import Category, Purpose
from services.notification.domain.ledger import entry_of
from services.plumbing.chains import Entry, canonical

BEGIN = datetime(2026, 3, 1, 20, tzinfo=UTC)
PERSON = "per-" + "a" * 32
REFERRAL = "ref-" + "1" * 32
CONSENT = "con-" + "c" * 32
RECALL = "rec-" + "d" * 32
HOLDER, POLICE, OFFICE = "opportunity-council", "bellingham-police", "whatcom-lead-program-office"


def entered(event: Event, *, after: int = 0, person: str = PERSON) -> Entry:
    """Return the entry of an event, as notification makes it."""
    number = f"{event.name}-{after}-{hash(event.model_dump_json())}"
    fact = Fact(event, Envelope(number, service_source("notification"), event.name, BEGIN, person))
    entry = entry_of(fact)
    assert entry is not None
    return entry


def made(  # every word of the fact
    *,
    agency: str = HOLDER,
    message: str = "assignment.made",
    categories: tuple[Category, ...] = (Category.IDENTITY,),
    purpose: Purpose = Purpose.CARE_COORDINATION,
    by: str = f"consent/{CONSENT} permission/assignment-with-consent",
    certain: bool = True,
    after: int = 0,
    person: str = PERSON,
    at: datetime | None = None,
) -> Entry:
    """An agency was told something, `after` minutes after BEGIN."""
    event = DisclosureMade(
        message_id=f"msg-{after}", message_type=message, agency=agency, referral_id=REFERRAL, categories=categories,
        purpose=purpose, allowed_by=by, policy_hash="0" * 64, made_at=at or BEGIN + timedelta(minutes=after),
        content="1" * 64 if certain else None, certain=certain,
    )  # fmt: skip
    return entered(event, after=after, person=person)


def withheld(
    *, agency: str = HOLDER, layer: str = "consent", rule: str = "no-consent", after: int = 0,
    purpose: Purpose = Purpose.CARE_COORDINATION, message: str = "assignment.made", message_id: str | None = None,
) -> Entry:  # fmt: skip
    """An agency was not told something."""
    event = DisclosureWithheld(
        message_id=message_id or f"msg-{after}", message_type=message, agency=agency, referral_id=REFERRAL,
        categories=(), purpose=purpose, layer=layer, rule=rule, withheld_at=BEGIN + timedelta(minutes=after),
        policy_hash="0" * 64,
    )  # fmt: skip
    return entered(event, after=after)


def recalled(*, agency: str = HOLDER, recall: str = RECALL, after: int = 10) -> Entry:
    """An agency is asked to forget who the person is."""
    event = DisclosureRecalled(
        recall_id=recall, agency=agency, because=RecallGround.CONSENT_WITHDRAWN, basis=f"consent/{CONSENT}",
        referral_id=REFERRAL, categories=(Category.IDENTITY,), disclosures=("msg-0",),
        recalled_at=BEGIN + timedelta(minutes=after),
    )  # fmt: skip
    return entered(event, after=after)


def settled(
    *, how: RecallEnd = RecallEnd.RECALLED, agency: str = HOLDER, recall: str = RECALL, after: int = 20
) -> Entry:
    """How that ended."""
    event = RecallSettled(
        recall_id=recall, agency=agency, how=how, asked=2, settled_at=BEGIN + timedelta(minutes=after)
    )
    return entered(event, after=after)


def unknown(kind: str = "revealed", *, after: int = 30) -> Entry:
    """Something of a kind that the console has no form for."""
    at = f"{BEGIN + timedelta(minutes=after):%Y-%m-%dT%H:%M:%S.00Z}"
    said = {"kind": kind, "at": at, "agency": OFFICE, "event": f"{kind}-{after}", "person": PERSON}
    text = canonical(said | {"categories": ["identity"]})
    return Entry(PERSON, f"{kind}-{after}", PERSON, OFFICE, None, text)


def revealed(*, after: int = 30) -> Entry:
    """An operator was shown who the person is."""
    event = DisclosureRevealed(
        reveal_id="reveal-1", operator="juno-sample", agency=OFFICE, referral_id=REFERRAL,
        categories=(Category.IDENTITY,), purpose=Purpose.OPERATION, allowed_by="permission/reveal-to-an-operator",
        why="c2VhbGVk", operator_signature="signed", policy_hash="0" * 64, revealed_at=BEGIN + timedelta(minutes=after),
    )  # fmt: skip
    return entered(event, after=after)
