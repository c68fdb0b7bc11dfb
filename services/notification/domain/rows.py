"""How what is to be told becomes a row for a lane: addressed, with an id that tells its reader nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_repeated import ReferralRepeated
from services.notification.domain.lanes import LaneRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.envelope import Fact
    from contracts.parts import Refusal
    from services.notification.domain.notice import Notice

    Ids = Callable[..., str]
    """Makes an id of a prefix and parts, which nobody outside the hub can work out: `Keyed`."""

SERVICE: Final = "notification"
RECEIPT: Final = "referral.acknowledged"
RECALL: Final = "information.recalled"
CANCELLED: Final = "offer.cancelled"


def agency_key(slug: str) -> str:
    """Return the key of what is kept of an agency."""
    return f"agency/{slug}"


def keys_of_agency(slug: str) -> tuple[str, str]:
    """Return the keys under which something about an agency is parked: unread under the record's own, else under ours.

    Intake puts the slug alone on a record about an agency; the key of what is kept is known once it could be read.
    """
    return slug, agency_key(slug)


def row_of(ids: Ids, notice: Notice, fact: Fact, *, again: bool) -> LaneRow:
    """Return the row of a notice; `again`: its reader heard such a one before, of an earlier state."""
    envelope = fact.envelope
    return LaneRow(
        message_id=_message_id(ids, fact, *notice.name),
        agency=notice.agency,
        message=notice.message,
        key=fact.subject or agency_key(notice.agency),
        at=fact.at,
        person=fact.subject,
        referral_id=notice.referral_id,
        offer_id=notice.offer_id,
        onward_id=notice.onward_id,
        review_id=notice.review_id,
        revision=notice.revision,
        state=notice.state,
        again=again,
        rests_on=notice.rests_on,
        cause_id=_cause(notice, fact),
        correlation_id=envelope.correlation_id or envelope.id,
        called_for_by=envelope.id,
    )


def _cause(notice: Notice, fact: Fact) -> str | None:
    """A receipt names its own submission, so that the sender can match it; else nobody hears of another's messages."""
    envelope = fact.envelope
    if notice.message == RECEIPT and isinstance(fact.event, ReferralReceived | ReferralRepeated):
        return envelope.causation_id
    return envelope.id if fact.agency == notice.agency else None


def refusal_row(ids: Ids, fact: Fact, whose: str, refusal: Refusal) -> LaneRow:
    """Return the row that tells a sender why a message of theirs was not admitted, or fits nothing."""
    return LaneRow(
        message_id=_message_id(ids, fact, refusal.agency, "message.refused"),
        agency=refusal.agency,
        message="message.refused",
        key=whose,
        at=fact.at,
        refusal=refusal,
        cause_id=refusal.message_id,
        correlation_id=fact.envelope.correlation_id or fact.id,
        called_for_by=fact.id,
    )


def _message_id(ids: Ids, fact: Fact, *name: str | int | None) -> str:
    """The same fact always calls for the same messages, under the same ids, which tell their reader nothing of it."""
    return ids("msg-", fact.source, fact.id, fact.envelope.delivery, *map(str, name))


def recall_row(ids: Ids, agency: str, recall_id: str, times: int, fact: Fact) -> LaneRow:
    """Return the row that asks an agency to forget what it was told, for the `times`-th time."""
    return LaneRow(
        message_id=_message_id(ids, fact, agency, RECALL, recall_id, times),
        agency=agency,
        message=RECALL,
        key=fact.subject or "",
        at=fact.at,
        person=fact.subject,
        recall_id=recall_id,
        again=times > 1,
        correlation_id=fact.envelope.correlation_id or fact.id,
        called_for_by=fact.id,
    )
