"""What follows from a fact: the notices that are due now and were not before, each as a row for a lane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.assignments.answer_refused import AnswerRefused
from contracts.charges.charge_refused import ChargeRefused
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.pretrial.pretrial_refused import PretrialRefused
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_refused import ReferralRefused
from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.replaying import ReplayPass
from contracts.replays.replay_ordered import ReplayOrdered
from contracts.replays.replay_refused import ReplayRefused
from contracts.reports.report_refused import ReportRefused
from contracts.screenings.review_refused import ReviewRefused
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.recall_answered import RecallAnswered
from services.notification.domain import erasing, replaying, taking_back
from services.notification.domain.lanes import ConsentEnded
from services.notification.domain.notice import Notice
from services.notification.domain.notices import due
from services.notification.domain.rows import RECEIPT, SERVICE, agency_key, refusal_row, row_of
from services.plumbing.service import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.ledger import Told
    from services.notification.domain.notice import Name
    from services.notification.domain.rows import Ids
    from services.plumbing.service import Outcome

REFUSALS: Final = (
    ReferralRefused, ReportRefused, AnswerRefused, ConsentRefused, ReviewRefused, ChargeRefused, PretrialRefused,
    ReplayRefused,
)  # fmt: skip
"""What was not admitted, or fits nothing open: its sender hears why."""
OF_AN_AGENCY: Final = (AgencySuspended, AgencyResumed)

_OF_AN_AGENCY: Final[Mapping[type[Event], Callable[[Any], str]]] = {
    **dict.fromkeys(REFUSALS, lambda event: event.refusal.agency),
    **dict.fromkeys(OF_AN_AGENCY, lambda event: event.agency),
}
"""By event: the agency that it is about, where no person is meant."""


def key(fact: Fact) -> str | None:
    """Return whose dossier the fact touches: the person's, or the agency's where nobody is meant.

    None for a deadline of another service.
    """
    if isinstance(fact.event, DeadlineReached) and fact.event.service != SERVICE:
        return None
    if isinstance(fact.event, ReplayOrdered):
        return fact.subject or agency_key(fact.event.agency)
    agency = _OF_AN_AGENCY.get(type(fact.event))
    return fact.subject if agency is None else agency_key(agency(fact.event))


def decide(  # what was told of each person whose consent or record ends in this batch is handed in
    judge: Judge, ids: Ids, before: Dossier | None, after: Dossier, fact: Fact, told: Mapping[str, Sequence[Told]]
) -> Iterator[Outcome]:
    """Yield a row for each notice that became due, the end of what rested on a consent or record, and its recall."""
    event = fact.event
    if isinstance(event, REFUSALS):
        yield Row(refusal_row(ids, fact, agency_key(event.refusal.agency), event.refusal))
        return
    if isinstance(event, ReferralRepeated):
        notice = Notice(event.agency, RECEIPT, referral_id=event.referral_id, state="repeated")
        yield Row(row_of(ids, notice, fact, again=True))
        return
    if isinstance(event, RecallAnswered | DeadlineReached):
        yield from taking_back.goes_on(judge, ids, after, fact)
        return
    if isinstance(event, ReplayOrdered):
        if event.mode is ReplayPass.RECALL:
            yield from taking_back.replayed(judge, ids, before, fact, told.get(fact.subject or "", ()))
        else:
            yield from replaying.answered(judge, ids, before, after, fact)
        return
    if isinstance(event, ConsentWithdrawn | ConsentExpired):
        yield Row(ConsentEnded(event.consent_id))
    if isinstance(event, ReferralErased):
        yield from erasing.offers_end(ids, before, fact)
    if isinstance(event, ConsentWithdrawn | ReferralErased):
        yield from taking_back.begins(judge, ids, after, fact, told.get(fact.subject or "", ()))
    if after is not before and fact.subject is not None and not isinstance(event, OF_AN_AGENCY):
        yield from _newly_due(judge, ids, before, after, fact)


def _newly_due(judge: Judge, ids: Ids, before: Dossier | None, after: Dossier, fact: Fact) -> Iterator[Row]:
    scope: str | None = getattr(fact.event, "referral_id", None)
    known = {} if before is None else {notice.name: notice for notice in due(before, judge, fact.at, scope)}
    for notice in due(after, judge, fact.at, scope):
        earlier = known.get(notice.name)
        if earlier is None:
            again = _heard_of(notice, known)
            if again or not _never_told(notice):
                yield Row(row_of(ids, notice, fact, again=again))
        elif notice.opens - earlier.opens:
            yield Row(row_of(ids, notice, fact, again=True))


def _heard_of(notice: Notice, known: Mapping[Name, Notice]) -> bool:
    """Tell whether its recipient has heard such a notice before, of an earlier state of the same thing."""
    return any(one[:3] == notice[:3] for one in known)


def _never_told(notice: Notice) -> bool:
    """Tell whether the notice only takes back what its recipient never heard."""
    return notice.message == "diversion.reported" and notice.withdrawn
