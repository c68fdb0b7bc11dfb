"""What follows from a fact: the notices that are due now and were not before, each as a row for a lane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.assignments.answer_refused import AnswerRefused
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_refused import ReferralRefused
from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.reports.report_refused import ReportRefused
from contracts.screenings.review_refused import ReviewRefused
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from services.notification.domain.lanes import ConsentEnded, LaneRow
from services.notification.domain.notices import Notice, due
from services.plumbing.service import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.notices import Name

    Ids = Callable[..., str]
    """Makes an id of a prefix and parts, which nobody outside the hub can work out: `Keyed`."""

REFUSALS: Final = (ReferralRefused, ReportRefused, AnswerRefused, ConsentRefused, ReviewRefused)
"""What was not admitted, or fits nothing open: its sender hears why."""
OF_AN_AGENCY: Final = (AgencySuspended, AgencyResumed)
_RECEIPT: Final = "referral.acknowledged"


def agency_key(slug: str) -> str:
    """Return the key of what is kept of an agency."""
    return f"agency/{slug}"


_OF_AN_AGENCY: Final[Mapping[type[Event], Callable[[Any], str]]] = {
    **dict.fromkeys(REFUSALS, lambda event: event.refusal.agency),
    **dict.fromkeys(OF_AN_AGENCY, lambda event: event.agency),
}
"""By event: the agency that it is about, where no person is meant."""


def key(fact: Fact) -> str | None:
    """Return whose dossier the fact touches: the person's, or the agency's where nobody is meant."""
    agency = _OF_AN_AGENCY.get(type(fact.event))
    return fact.subject if agency is None else agency_key(agency(fact.event))


def decide(judge: Judge, ids: Ids, before: Dossier | None, after: Dossier, fact: Fact) -> Iterator[Row]:
    """Yield a row for each notice that became due, and the end of what rested on a consent that ended."""
    event = fact.event
    if isinstance(event, REFUSALS):
        yield Row(_refused(ids, fact, agency_key(event.refusal.agency)))
        return
    if isinstance(event, ReferralRepeated):
        notice = Notice(event.agency, _RECEIPT, referral_id=event.referral_id, state="repeated")
        yield Row(_row(ids, notice, fact, again=True))
        return
    if isinstance(event, ConsentWithdrawn | ConsentExpired):
        yield Row(ConsentEnded(event.consent_id))
    if after is before or fact.subject is None or isinstance(event, OF_AN_AGENCY):
        return
    scope: str | None = getattr(event, "referral_id", None)
    known = {} if before is None else {notice.name: notice for notice in due(before, judge, fact.at, scope)}
    for notice in due(after, judge, fact.at, scope):
        earlier = known.get(notice.name)
        if earlier is None:
            told = _heard_of(notice, known)
            if told or not _never_told(notice):
                yield Row(_row(ids, notice, fact, again=told))
        elif notice.opens - earlier.opens:
            yield Row(_row(ids, notice, fact, again=True))


def _heard_of(notice: Notice, known: Mapping[Name, Notice]) -> bool:
    """Tell whether its recipient has heard such a notice before, of an earlier state of the same thing."""
    return any(one[:3] == notice[:3] for one in known)


def _never_told(notice: Notice) -> bool:
    """Tell whether the notice only takes back what its recipient never heard."""
    return notice.message == "diversion.reported" and notice.withdrawn


def _row(ids: Ids, notice: Notice, fact: Fact, *, again: bool) -> LaneRow:
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
    if notice.message == _RECEIPT and isinstance(fact.event, ReferralReceived | ReferralRepeated):
        return envelope.causation_id
    return envelope.id if fact.agency == notice.agency else None


def _refused(ids: Ids, fact: Fact, whose: str) -> LaneRow:
    refusal = fact.event.refusal  # type: ignore[attr-defined]
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
