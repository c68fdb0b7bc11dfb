"""An operator asks who somebody is: what is asked and signed, what the one decision function says, and what is entered.

It is entered before anything is opened, record by record. What is not allowed is entered as withheld.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from contracts import topics
from contracts.disclosures.disclosure_revealed import DisclosureRevealed
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.envelope import Envelope, Fact, service_source
from contracts.event import Event
from contracts.from_hub.person_revealed import PersonRevealed
from contracts.words import Category, PersonRef, Private, Purpose, ReferralId, Slug
from services.notification.domain.answers import Allowed, Answers, Question, Withheld, in_order
from services.notification.domain.lanes import LaneRow
from services.notification.domain.rows import SERVICE
from services.notification.domain.telling import Open, Telling, composed, sealed_of
from services.plumbing.identity import derived, mark_of

if TYPE_CHECKING:
    from datetime import datetime

    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge

REVEAL: Final = PersonRevealed.name
_NAMED: Final = frozenset({"referral_id"})


class RevealAsked(Event):
    """What an operator asks, and signs. On no shelf: it goes to nobody but notification."""

    name: ClassVar[str] = "reveal.asked"
    version: ClassVar[int] = 1
    topic: ClassVar[str] = topics.DISCLOSURES

    person: PersonRef
    records: Annotated[tuple[ReferralId, ...], Field(max_length=100)] = ()
    """Only these; empty: every record that there is."""
    categories: tuple[Category, ...] = ()
    """Only these; empty: whatever the site lets an operator see."""
    operator: Slug
    why: Private


@dataclass(frozen=True, slots=True)
class Answered:
    """What may be shown of one record, or why nothing."""

    referral_id: str | None
    answer: Allowed | Withheld


def answered(judge: Judge, dossier: Dossier, asked: RevealAsked, now: datetime) -> list[Answered]:
    """Ask the one decision function about each record; about none where there is none, which is a no."""
    records: list[str | None] = [*(asked.records or dossier.records or dossier.erased)]
    categories = frozenset(asked.categories) or None
    found = []
    for referral_id in records or [None]:
        question = Question(
            judge.site.program_office, REVEAL, Purpose.OPERATION, referral_id, categories=categories,
            operator=asked.operator,
        )  # fmt: skip
        answer = judge.may(question, dossier, now)
        if isinstance(answer, Allowed):
            answer = replace(answer, fields=answer.fields | _NAMED)
            if not tokens_of(row_of(asked, "", referral_id, judge, now), dossier, answer):
                answer = Withheld(Purpose.OPERATION, "fields", "nothing-sealed")
        found.append(Answered(referral_id, answer))
    return found


def refusal(asked: RevealAsked, layer: str, rule: str) -> list[tuple[str | None, str, str]]:
    """Return a no to all that was asked, on a ground that is none of a record's."""
    return [(referral_id, layer, rule) for referral_id in asked.records or (None,)]


def row_of(asked: RevealAsked, identity: str, referral_id: str | None, judge: Judge, now: datetime) -> LaneRow:
    """Return what is to be shown, as a message to the office would be; it is never put into a lane."""
    return LaneRow(
        message_id=identity, agency=judge.site.program_office, message=REVEAL, key=asked.person, at=now,
        person=asked.person, referral_id=referral_id,
    )  # fmt: skip


def tokens_of(row: LaneRow, dossier: Dossier, answer: Allowed) -> set[str]:
    """Return the sealed tokens that are to be opened, and no others."""
    return sealed_of(row, dossier, Answers((answer,), (), row.referral_id, ""))


def shown(row: LaneRow, dossier: Dossier, judge: Judge, answer: Allowed, open_: Open) -> Event:
    """Return what the operator sees.

    Raises:
        RecordErased: it cannot be opened any more.
    """
    return composed(Telling(row, dossier, judge, Answers((answer,), (), row.referral_id, ""), open_))


def revealed(  # every word of the fact
    asked: RevealAsked, identity: str, one: Answered, judge: Judge, why: str, signature: str, now: datetime
) -> Fact:
    """Return the fact that an operator is shown a record. `why` is sealed under the record's key."""
    answer = one.answer
    if not isinstance(answer, Allowed):
        message = "Only what is allowed is shown."
        raise TypeError(message)
    event = DisclosureRevealed(
        reveal_id=identity,
        operator=asked.operator,
        agency=judge.site.program_office,
        referral_id=one.referral_id or "",
        categories=in_order(answer.categories),
        purpose=answer.purpose,
        allowed_by=" ".join(answer.by),
        why=why,
        operator_signature=signature,
        policy_hash=judge.site.policy_hash,
        revealed_at=now,
    )
    return _said(event, asked, identity, one.referral_id, now)


def withheld(  # every word of the fact
    asked: RevealAsked, identity: str, referral_id: str | None, layer: str, rule: str, judge: Judge, now: datetime
) -> Fact:
    """Return the fact that an operator is not shown what they asked for."""
    event = DisclosureWithheld(
        message_id=identity,
        message_type=REVEAL,
        agency=judge.site.program_office,
        referral_id=referral_id,
        categories=(),
        purpose=Purpose.OPERATION,
        layer=layer,
        rule=rule,
        withheld_at=now,
        policy_hash=judge.site.policy_hash,
    )
    return _said(event, asked, identity, referral_id, now)


def sealed_in(identity: str, referral_id: str | None) -> str:
    """Return the mark of the fact that an operator is shown this record: the reason is sealed for it."""
    return mark_of(service_source(SERVICE), _own(identity, DisclosureRevealed.name, referral_id))


def _own(identity: str, name: str, referral_id: str | None) -> str:
    return derived("", identity, name, referral_id or "")


def _said(event: Event, asked: RevealAsked, identity: str, referral_id: str | None, now: datetime) -> Fact:
    own = _own(identity, event.name, referral_id)
    envelope = Envelope(own, service_source(SERVICE), event.name, now, asked.person, None, identity, identity)
    return Fact(event, envelope)
