"""The last look before a lane: asked with *now*, then told or withheld; either way it is a fact of disclosure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.envelope import Envelope, Fact, body_of, readdressed, service_source
from contracts.held import HoldState
from services.notification.domain.answers import Allowed, Answers, Question, Verdict, Withheld, in_order
from services.notification.domain.charges import Named
from services.notification.domain.diversions import REPORTED
from services.notification.domain.judging import referral_of
from services.notification.domain.marking import mark_of
from services.notification.domain.part2 import notice_of
from services.notification.domain.prosecutors import AWAITED, HOLD, knows_of_intake
from services.notification.domain.recalling import BLIND
from services.notification.domain.retelling import NOT_DUE, is_out_of_date, recalled, reference_of
from services.notification.domain.rows import SERVICE
from services.notification.domain.telling import RecordErased, Telling, composed, told_categories
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from contracts.event import Event
    from contracts.words import Category, Purpose
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.lanes import LaneRow
    from services.notification.domain.telling import Open

    Pseudonym = Callable[[str, str, str | None], str]
    """The name by which an agency knows a person; in the blind offer that is named, if one is."""
    Mark = Callable[[str | None, bytes], str]
    """The keyed hash of a message's data, under a key of the referral's record."""

_SOURCE: Final = service_source(SERVICE)


class Means(NamedTuple):
    """What opens, addresses and hashes the messages of one pass over a lane."""

    open: Open
    pseudonym: Pseudonym
    mark: Mark


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes to the agency's lane, if anything does, and what is said of it on `hub.disclosures`."""

    message: Fact | None
    disclosures: tuple[Fact, ...]


def asked(row: LaneRow, dossier: Dossier, judge: Judge, now: datetime) -> Answers:
    """Ask the one decision function about the row, for every purpose under which the site lets its agency hear it."""
    allowed: list[Allowed] = []
    withheld: list[Withheld] = []
    referral_id: str | None = None
    for purpose in judge.purposes(row.agency, row.message):
        question = Question(row.agency, row.message, purpose, row.referral_id, row.offer_id, row.onward_id,
                            row.review_id, row.recall_id, row.state if row.message == REPORTED else None,
                            retold=row.retold is not None)  # fmt: skip
        referral_id = referral_of(question, dossier)
        answer = judge.may(question, dossier, now)
        if isinstance(answer, Allowed) and _is_moot(row, dossier, judge, now):
            answer = Withheld(purpose, "rows", "intake-told")
        if isinstance(answer, Allowed) and is_out_of_date(row, dossier, judge, now):
            answer = Withheld(purpose, *NOT_DUE)
        if isinstance(answer, Allowed):
            allowed.append(answer)
        else:
            withheld.append(answer)
    notice = notice_of(row, dossier, judge, allowed, referral_id, now)
    mark = mark_of(row, allowed, referral_id, dossier, notice)
    return Answers(tuple(allowed), tuple(withheld), referral_id, mark, notice)


def _is_moot(row: LaneRow, dossier: Dossier, judge: Judge, now: datetime) -> bool:
    """Tell whether a day that is near or over is no news any more: the office may hear that the intake is done."""
    if row.message == HOLD and row.state == HoldState.LAPSED:
        office = row.agency
    elif row.message == AWAITED:
        office = row.state
    else:
        return False
    return knows_of_intake(Named(row.referral_id or "", office), dossier, judge, now)


def told(  # all that the last look takes, and nothing else
    row: LaneRow, dossier: Dossier, judge: Judge, answers: Answers, now: datetime, means: Means
) -> Carried:
    """Open what is allowed and compose the message."""
    if not answers.allowed:
        return Carried(None, withheld(row, answers, now, judge.site.policy_hash))
    draft = drafted(row, dossier, judge, answers, means)
    if draft is None:
        return Carried(None, erased(row, answers, now, judge.site.policy_hash))
    message, content = draft
    if says_the_same(row, content, dossier):
        message = readdressed(message, id=row.retold.original_id, original=None)  # type: ignore[union-attr]
    given = frozenset(message.event.model_fields_set)
    made = tuple([
        _made(row, answers, judge, answer, told_categories(given, answer), now, (message.id, content))
        for answer in answers.allowed
    ])  # fmt: skip
    return Carried(message, made + withheld(row, answers, now, judge.site.policy_hash))


def drafted(row: LaneRow, dossier: Dossier, judge: Judge, answers: Answers, means: Means) -> tuple[Fact, str] | None:
    """Return the message and the keyed hash of what it says; None where its record was erased."""
    try:
        event = composed(Telling(row, dossier, judge, answers, means.open))
    except RecordErased:
        return None
    message = _message(row, event, means.pseudonym)
    return message, means.mark(answers.referral_id, body_of(message))


def says_the_same(row: LaneRow, content: str, dossier: Dossier) -> bool:
    """Tell whether a replay says the same as was said then: one id is one content, and the same content one id."""
    return row.retold is not None and row.retold.content == content and not recalled(row, dossier)


def verdict_of(answers: Answers) -> Verdict:
    """Return what is written down of the answers before anything is sent."""
    return Verdict(answers.mark, answers.allowed, answers.referral_id, answers.withheld)


def pinned(verdict: Verdict) -> Answers:
    """Return the answers as they were when the row was marked."""
    return Answers(verdict.allowed, verdict.withheld, verdict.referral_id, verdict.mark)


def counted_as_told(row: LaneRow, answers: Answers, judge: Judge, now: datetime) -> tuple[Fact, ...]:
    """Return the disclosures of a row that may have been sent: what cannot be known counts as told."""
    return tuple(
        _made(row, answers, judge, answer, in_order(answer.categories), now, (row.message_id, None))
        for answer in answers.allowed
    )


def withheld(row: LaneRow, answers: Answers, now: datetime, policy: str) -> tuple[Fact, ...]:
    """Return what is said of each "no"; `policy` is the hash of the site's disclosure policy."""
    return tuple(refused(row, answer.purpose, answer.layer, answer.rule, now, policy, answers.referral_id)
                 for answer in answers.withheld)  # fmt: skip


def erased(row: LaneRow, answers: Answers, now: datetime, policy: str) -> tuple[Fact, ...]:
    """Return what is said of a message whose record is gone."""
    return tuple(refused(row, answer.purpose, "rows", "erased", now, policy, answers.referral_id)
                 for answer in answers.allowed)  # fmt: skip


def refused(  # every word of the fact
    row: LaneRow, purpose: Purpose, layer: str, rule: str, now: datetime, policy: str, referral_id: str | None = None
) -> Fact:
    """Return one `disclosure.withheld` of the row."""
    event = DisclosureWithheld(
        message_id=row.message_id,
        message_type=row.message,
        agency=row.agency,
        referral_id=referral_id or row.referral_id,
        categories=(),
        purpose=purpose,
        layer=layer,
        rule=rule,
        withheld_at=now,
        policy_hash=policy,
        **_of_a_replay(row),
    )
    return said(row, event, purpose, layer, rule)


def _of_a_replay(row: LaneRow) -> dict[str, Any]:
    again = row.retold
    return {} if again is None else {"replay_id": again.replay_id, "original_id": again.original_id}


def _made(  # every word of the fact
    row: LaneRow,
    answers: Answers,
    judge: Judge,
    answer: Allowed,
    categories: Sequence[Category],
    now: datetime,
    told_as: tuple[str, str | None],
) -> Fact:
    """`told_as` is the id on the lane, and the keyed hash of what was said under it."""
    message_id, content = told_as
    event = DisclosureMade(
        message_id=message_id,
        message_type=row.message,
        agency=row.agency,
        referral_id=answers.referral_id,
        categories=tuple(categories),
        purpose=answer.purpose,
        allowed_by=" ".join(answer.by),
        policy_hash=judge.site.policy_hash,
        made_at=now,
        content=content,
        certain=content is not None,
        reference=reference_of(row),
        **_of_a_replay(row),
    )
    return said(row, event, answer.purpose, "made")


def said(row: LaneRow, event: Event, *about: str) -> Fact:
    """A fact of disclosure has the same id however often it is put, so that one telling is one row of the ledger."""
    identity = derived("", row.message_id, event.name, *about)
    at = row.at if row.retold is None else row.retold.ordered_at
    envelope = Envelope(identity, _SOURCE, event.name, at, row.person, None,
                        row.correlation_id, row.called_for_by or row.message_id)  # fmt: skip
    return Fact(event, envelope)


def _message(row: LaneRow, event: Event, pseudonym: Pseudonym) -> Fact:
    """Address the message. It correlates with the thing that its reader knows by name, and with nobody else's ids.

    In a blind offer even the person has a name for this offer alone, and the time does not tell whose "no" came before.
    """
    blind = row.offer_id if row.message in BLIND else None
    envelope = Envelope(
        id=row.message_id,
        source=_SOURCE,
        type=event.name,
        at=row.at if blind is None else row.at.replace(second=0, microsecond=0),
        subject=None if row.person is None else pseudonym(row.person, row.agency, blind),
        correlation_id=row.referral_id or row.offer_id or row.onward_id,
        causation_id=row.cause_id,
        delivery="" if row.retold is None else row.retold.replay_id,
        original=None if row.retold is None else row.retold.original_id,
    )
    return Fact(event, envelope)
