"""What a replay asks of a lane: what was told is told again as far as it may be told, and is true, today.

Police hear again what they heard, or nothing of the record is left: of them nobody is left out because of what became
of the person, for the gap would say so (DESIGN 7.4). Everybody else hears what the notices would call for today.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.replaying import ReplayPass, ToldReference
from services.notification.domain.lanes import LaneRow, Retold
from services.notification.domain.notices import due
from services.notification.domain.prosecutors import HOLD
from services.notification.domain.rows import agency_key
from services.plumbing.identity import mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.replaying import ToldItem
    from contracts.replays.replay_ordered import ReplayOrdered
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.notice import Notice
    from services.notification.domain.rows import Ids

SUPERSEDED: Final = ("rows", "superseded")
NOT_DUE: Final = ("rows", "not-due")
_AS_IT_STANDS: Final = frozenset(
    {
        "assignment.made", "transfer.reported", "onward.offered", "onward.reported", "diversion.reported",
        "intake.reported", HOLD, "report.awaited", "pretrial.reported", "pretrial.called", "review.called",
        "approval.called",
    }
)  # fmt: skip
"""What is told of how things stand. The rest is told of what happened, or the judge asks itself whether it stands."""
_BY_STATE: Final = frozenset({"report.awaited", "pretrial.reported", "pretrial.called"})
"""Of these each state is a matter of its own: an office, a report, a thing that is asked for."""
_BY_NUMBER: Final = frozenset({"transfer.reported"})
_BY_CAUSE: Final = frozenset({"message.refused", "referral.acknowledged"})
"""Answers to a message: each message has its own."""
_ANY_STATE: Final = frozenset({"review.called", "approval.called"})
"""Of these the state only says how urgent it was."""
_TELLING: Final = frozenset({ReplayPass.SEND, ReplayPass.RECALL})
_DATED: Final = frozenset({HOLD, "transfer.reported"})


def reference_of(row: LaneRow) -> ToldReference:
    """Return what the message is about, so that it can be told again."""
    return ToldReference(
        at=row.at,
        offer_id=row.offer_id,
        onward_id=row.onward_id,
        review_id=row.review_id,
        recall_id=row.recall_id,
        referral_id=row.referral_id,
        revision=row.revision,
        state=row.state,
        again=row.again,
        cause_id=row.cause_id,
        refusal=row.refusal,
    )


def asked_again(ids: Ids, fact: Fact, order: ReplayOrdered, item: ToldItem, *, rehearsed: bool) -> LaneRow:
    """Return the row of something that was told; `fact` is the order. A rehearsal may be asked for again and again."""
    said = item.reference
    each = (fact.source, fact.id, "rehearsed") if rehearsed else ()
    return LaneRow(
        message_id=ids("msg-", order.replay_id, order.agency, item.message_id, *each),
        agency=order.agency,
        message=item.message_type,
        key=fact.subject or agency_key(order.agency),
        at=said.at,
        person=fact.subject,
        referral_id=said.referral_id,
        offer_id=said.offer_id,
        onward_id=said.onward_id,
        review_id=said.review_id,
        recall_id=said.recall_id,
        revision=said.revision,
        state=said.state,
        again=said.again,
        refusal=said.refusal,
        cause_id=said.cause_id,
        correlation_id=fact.envelope.correlation_id or fact.id,
        called_for_by=fact.id,
        retold=Retold(order.replay_id, item.message_id, fact.at, item.content, rehearsed),
    )


def ordered(dossier: Dossier, event: ReplayOrdered, _fact: Fact) -> Dossier:
    """Fold an order; what is only foreseen or rehearsed leaves nothing."""
    if event.mode not in _TELLING:
        return dossier
    return replace(dossier, retold=dossier.retold | {mark_of_item(event, item) for item in event.items})


def mark_of_item(order: ReplayOrdered, item: ToldItem) -> str:
    """Return by what the dossier knows that this replay asked for this message, or takes it back."""
    return mark_of(f"{order.mode} {order.replay_id}", item.message_id)


def asks(row: LaneRow) -> tuple[str | int | None, ...]:
    """Return what the row says how it stands with: a later row that says the same of the same stands for it."""
    message = row.message
    return (
        row.agency, row.key, message, row.referral_id, row.offer_id, row.onward_id, row.review_id, row.recall_id,
        row.state if message in _BY_STATE else "",
        row.revision if message in _BY_NUMBER else 0,
        row.cause_id if message in _BY_CAUSE else None,
    )  # fmt: skip


def without_the_superseded(rows: Sequence[LaneRow]) -> tuple[list[LaneRow], list[LaneRow]]:
    """Return the rows of an order that are to be told, in order, and those for which a later one stands."""
    last = {asks(row): place for place, row in enumerate(rows)}
    stand = [row for place, row in enumerate(rows) if last[asks(row)] == place]
    return stand, [row for place, row in enumerate(rows) if last[asks(row)] != place]


def is_out_of_date(row: LaneRow, dossier: Dossier, judge: Judge, now: datetime) -> bool:
    """Tell whether the row is told again, and today nobody would be told so."""
    if row.retold is None or row.message not in _AS_IT_STANDS:
        return False
    scope = None if row.onward_id is not None else row.referral_id or _referral_of_offer(row, dossier)
    return not any(_calls_for(notice, row) for notice in due(dossier, judge, now, scope))


def recalled(row: LaneRow, dossier: Dossier) -> bool:
    """Tell whether its reader was asked to forget the message: under its old id it might still be passed over."""
    original = None if row.retold is None else row.retold.original_id
    return any(original in recall.disclosures for recall in dossier.recalls.values() if recall.agency == row.agency)


def _referral_of_offer(row: LaneRow, dossier: Dossier) -> str | None:
    offer = dossier.offers.get(row.offer_id or "")
    return None if offer is None else offer.referral_id


def _calls_for(notice: Notice, row: LaneRow) -> bool:
    if (notice.agency, notice.message) != (row.agency, row.message):
        return False
    same = (notice.referral_id, notice.offer_id, notice.onward_id, notice.review_id) == (
        row.referral_id, row.offer_id, row.onward_id, row.review_id,
    )  # fmt: skip
    state = row.message in _ANY_STATE or notice.state == row.state
    return same and state and (row.message not in _DATED or notice.revision == row.revision)
