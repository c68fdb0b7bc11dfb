"""How the dossier changes by a fact: any order over topics, any repetition, the same end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.assignment_unlocated import AssignmentUnlocated
from contracts.assignments.onward_asked import OnwardAsked
from contracts.assignments.onward_closed import OnwardClosed
from contracts.assignments.transfer_ended import TransferEnded
from contracts.assignments.transfer_offered import TransferOffered
from contracts.assignments.transfer_settled import TransferSettled
from contracts.charges.hold_extended import HoldExtended
from contracts.charges.hold_lapsed import HoldLapsed
from contracts.charges.hold_started import HoldStarted
from contracts.charges.hold_unreported import HoldUnreported
from contracts.charges.hold_untold import HoldUntold
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.consents.revocation_settled import RevocationSettled
from contracts.corrections import SaidBy
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.disclosures.recall_settled import RecallSettled
from contracts.envelope import agency_source
from contracts.pretrial.pretrial_advanced import PretrialAdvanced
from contracts.pretrial.pretrial_awaited import PretrialAwaited
from contracts.pretrial.pretrial_filed import PretrialFiled
from contracts.pretrial.pretrial_opened import PretrialOpened
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.replays.replay_ordered import ReplayOrdered
from contracts.reports.revocation_parked import RevocationParked
from contracts.reports.revocation_read import RevocationRead
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.charge_held import ChargeHeld
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from contracts.to_hub.recall_answered import RecallAnswered
from contracts.words import Door, RuleResult
from services.notification.domain import (
    charges,
    consents,
    diversions,
    ending,
    erasing,
    offers,
    recalling,
    retelling,
    reviews,
)
from services.notification.domain.dossier import Dossier
from services.notification.domain.kept import (
    Answer,
    Facts,
    Onward,
    Record,
    Saying,
    Screening,
    Standing,
)
from services.plumbing.identity import mark_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event

NOTHING: Final = Dossier()
UNHEARD: Final = tuple(door for door in Door if door is not Door.ARREST_DIVERSION)
"""Doors of whose referrals' screening no lane hears: only the officer of an arrest does (DESIGN 7.4)."""
Key = TypeVar("Key")
Value = TypeVar("Value")


def evolve(before: Dossier | None, fact: Fact) -> Dossier:
    """Fold one fact; what says nothing of a dossier leaves it as it is."""
    folded = _FOLDED.get(type(fact.event))
    dossier = before or NOTHING
    if folded is None:
        return dossier
    if dossier.erased and erasing.is_of_one(dossier, fact.event):
        return erasing.with_what_outlasts(dossier, fact)
    return folded(dossier, fact.event, fact)


def _received(dossier: Dossier, event: ReferralReceived, fact: Fact) -> Dossier:
    answers, records = _told(dossier, event, 0, fact)
    received_at = _and(dossier.received_at, event.referral_id, fact.at)
    return replace(dossier, received_at=received_at, answers=answers, records=records)


def _corrected(dossier: Dossier, event: ReferralCorrected, fact: Fact) -> Dossier:
    answers, records = _told(dossier, event, event.revision, fact)
    return replace(dossier, answers=answers, records=records)


def _told(
    dossier: Dossier, event: ReferralReceived | ReferralCorrected, revision: int, fact: Fact
) -> tuple[dict[str, dict[int, Answer]], dict[str, Record]]:
    """Return answers and records with this revision: every answer that the sender tells counts, the highest record."""
    name = event.referral_id
    answers, records = dossier.answers, dossier.records
    known = answers.get(name, {})
    if revision not in known and _is_the_senders(event):
        answers = _and(answers, name, _and(known, revision, Answer(event.agreement, fact.at)))
    record = records.get(name)
    if record is None or record.revision < revision:
        records = _and(records, name, _record(event, revision, fact))
    return answers, records


def _is_the_senders(event: ReferralReceived | ReferralCorrected) -> bool:
    return isinstance(event, ReferralReceived) or event.said_by is SaidBy.SENDER


def _record(event: ReferralReceived | ReferralCorrected, revision: int, fact: Fact) -> Record:
    told, corrected = event.particulars, event if isinstance(event, ReferralCorrected) else None
    return Record(
        agency=event.agency,
        door=event.door,
        source_kind=event.source_kind,
        agreement=event.agreement,
        officer_waiting=event.officer_waiting,
        restricted_source=event.restricted_source,
        after_the_fact=event.after_the_fact is not None,
        test=event.test,
        revision=revision,
        at=fact.at,
        particulars=Facts(told.area, told.language, told.needs, told.offences, told.drugs),
        sealed=event.sealed,
        event=mark_of(fact.source, fact.id),
        own=(corrected.own if corrected is not None else None) or {},
        sender_revision=None if corrected is None else corrected.sender_revision,
    )


def _retracted(dossier: Dossier, event: ReferralRetracted, _fact: Fact) -> Dossier:
    return replace(dossier, retracted=dossier.retracted | {event.referral_id})


def _screened(dossier: Dossier, event: ScreeningDetermined, fact: Fact) -> Dossier:
    """Keep what the policy said, where anybody hears of it: the screening says itself through which door they came."""
    known = dossier.screenings.get(event.referral_id, {})
    if event.revision in known or event.inputs.get("door") in UNHEARD:
        return dossier
    screening = Screening(
        police_verdict=event.police_verdict,
        failed=tuple([rule.clause for rule in event.rules if rule.result is RuleResult.FAIL]),
        policy=event.policy,
        policy_version=event.policy_version,
        at=fact.at,
    )
    of_the_referral = _and(known, event.revision, screening)
    return replace(dossier, screenings=_and(dossier.screenings, event.referral_id, of_the_referral))


def _asked(dossier: Dossier, event: OnwardAsked, fact: Fact) -> Dossier:
    """Keep who is asked. The note was sealed for the report that asks, which is the cause of this fact."""
    known = dossier.onwards.get(event.onward_id, Onward())
    note = erasing.readable(dossier, event.note)
    asked = _and(known.asked, event.provider, note)
    reports, cause = known.reports, fact.envelope.causation_id
    if note is not None and cause is not None:
        reports = _and(reports, event.provider, mark_of(agency_source(event.asked_by), cause))
    asked_at = fact.at if known.asked_at is None else min(known.asked_at, fact.at)
    onward = Onward(event.asked_by, event.help_type, asked, known.closed, reports, asked_at)
    return replace(dossier, onwards=_and(dossier.onwards, event.onward_id, onward))


def _answered(dossier: Dossier, event: OnwardClosed, _fact: Fact) -> Dossier:
    known = dossier.onwards.get(event.onward_id, Onward())
    closed = _and(known.closed, event.state, event.provider or "")
    onward = replace(known, asked_by=event.asked_by, closed=closed)
    return replace(dossier, onwards=_and(dossier.onwards, event.onward_id, onward))


def _unavailable(dossier: Dossier, event: AssignmentUnavailable, fact: Fact) -> Dossier:
    name = event.referral_id
    if name in dossier.unavailable:
        return dossier
    return replace(dossier, unavailable=_and(dossier.unavailable, name, event.appointment_follows),
                   unavailable_at=_and(dossier.unavailable_at, name, fact.at))  # fmt: skip


def _enrolled(dossier: Dossier, event: AssignmentEnrolled, fact: Fact) -> Dossier:
    dossier = ending.noted(dossier, fact)
    if event.referral_id in dossier.enrolled:
        return dossier
    return replace(dossier, enrolled=_and(dossier.enrolled, event.referral_id, event.completed_on),
                   enrolled_at=_and(dossier.enrolled_at, event.referral_id, fact.at))  # fmt: skip


def _ended(dossier: Dossier, event: AssignmentEnded, fact: Fact) -> Dossier:
    return offers.ended(ending.noted(dossier, fact), event)


def _agreed(dossier: Dossier, event: PersonAgreed, fact: Fact) -> Dossier:
    return _said(dossier, event.referral_id, fact, agreed=True)


def _said_no(dossier: Dossier, event: PersonDeclined, fact: Fact) -> Dossier:
    """A no to everything takes back the consent to be handed over, too: that is for consent to say, as after a stop."""
    said = _said(dossier, event.referral_id, fact, agreed=False)
    return consents.took_back(said, event, fact) if event.referral_id is None else said


def _said(dossier: Dossier, referral_id: str | None, fact: Fact, *, agreed: bool) -> Dossier:
    saying = Saying(referral_id, agreed, fact.at, fact.agency or "")
    return replace(dossier, sayings=_and(dossier.sayings, f"{fact.source} {fact.id}", saying))


def _stands(dossier: Dossier, event: AgencySuspended | AgencyResumed, fact: Fact) -> Dossier:
    known = dossier.standing
    if known.at is not None and (known.at, known.by) >= (fact.at, fact.id):
        return dossier
    return replace(dossier, standing=Standing(isinstance(event, AgencySuspended), fact.at, fact.id))


_FOLDED: Final[Mapping[type[Event], Callable[[Dossier, Any, Fact], Dossier]]] = {
    ReferralReceived: _received,
    ReferralCorrected: _corrected,
    ReferralRetracted: _retracted,
    ReferralErased: erasing.erased,
    ScreeningDetermined: _screened,
    ReviewRequested: reviews.called,
    ReviewDecided: reviews.decided,
    ConsentGranted: consents.granted,
    ConsentWithdrawn: consents.over,
    ConsentExpired: consents.over,
    ConsentRevoked: consents.took_back,
    RevocationSettled: consents.settled,
    RevocationParked: consents.parked,
    RevocationRead: consents.was_read,
    OnwardAsked: _asked,
    OnwardClosed: _answered,
    AssignmentOffered: offers.offered,
    AssignmentAccepted: offers.accepted,
    AssignmentHandedOff: offers.handed_off,
    AssignmentDeclined: offers.declined,
    AssignmentLapsed: offers.lapsed,
    AssignmentCancelled: offers.cancelled,
    AssignmentUnavailable: _unavailable,
    AssignmentEnrolled: _enrolled,
    AssignmentEnded: _ended,
    HoldStarted: charges.begun,
    HoldExtended: charges.begun,
    HoldLapsed: charges.passed,
    HoldUntold: charges.passed,
    HoldUnreported: charges.awaited,
    ChargeHeld: charges.numbered,
    PretrialOpened: diversions.opened,
    PretrialFiled: diversions.filed,
    PretrialAwaited: diversions.awaited,
    PretrialAdvanced: diversions.advanced,
    AssignmentReopened: offers.reopened,
    AssignmentTransferred: offers.transferred,
    AssignmentUnlocated: offers.unlocated,
    TransferOffered: offers.transfer_offered,
    TransferEnded: offers.transfer_ended,
    TransferSettled: offers.settled,
    PersonAgreed: _agreed,
    PersonDeclined: _said_no,
    DisclosureRecalled: recalling.recalled,
    RecallAnswered: recalling.answered,
    RecallSettled: recalling.settled,
    DeadlineReached: recalling.passed,
    AgencySuspended: _stands,
    AgencyResumed: _stands,
    ReplayOrdered: retelling.ordered,
}
"""By event: how a dossier changes."""


def _and(mapping: Mapping[Key, Value], key: Key, value: Value) -> dict[Key, Value]:
    return {**mapping, key: value}
