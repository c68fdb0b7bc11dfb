"""How the register changes by a fact: any order over topics, any repetition, the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.assignments.onward_asked import OnwardAsked
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import Fact
from contracts.held import ChargeDecision
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.to_hub.charge_decided import ChargeDecided
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.consent_signed import ConsentSigned
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import Door
from services.consent.domain.register import (
    REOPENED,
    Decision,
    Declining,
    Register,
    Revocation,
    Signing,
    Tie,
    consent_id_of,
    deadline_key,
    message_key,
)
from services.consent.domain.signers import age_told

if TYPE_CHECKING:
    from datetime import datetime

_DECIDES: Final = frozenset({ChargeDecision.FILED, ChargeDecision.DECLINED})
_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


def evolve(register: Register | None, fact: Fact) -> Register:
    """Enter a fact. Any order, any repetition."""
    known = register or Register()
    match fact.event:
        case ConsentSigned() | ConsentRevoked() | PersonDeclined():
            return _said_by_the_person(known, fact)
        case ConsentGranted(consent_id=consent_id):
            return _with(known, granted=known.granted | {consent_id})
        case ConsentWithdrawn(consent_id=consent_id):
            return _with(known, withdrawn=known.withdrawn | {consent_id})
        case ConsentExpired(consent_id=consent_id):
            return _with(known, expired=known.expired | {consent_id})
        case ConsentRefused(refusal=refusal) if refusal.message_type == ConsentSigned.name:
            key = message_key(refusal.agency, refusal.message_id)
            return _with(known, refused=_and(known.refused, key, _firmer(known.refused.get(key), refusal.reason)))
        case DeadlineReached(deadline=name, reference=reference):
            return _with(known, reached=known.reached | {deadline_key(name, reference)})
        case ChargeDecided(decision=decision, referral_id=referral_id) if decision in _DECIDES:
            said = Decision(by=fact.agency or "", at=fact.at, referral_id=referral_id)
            return _with(known, decisions=_and(known.decisions, message_key(said.by, fact.id), said))
        case AssignmentEnded():
            return _with(known, ended_at=max(known.ended_at or fact.at, fact.at))
        case ReferralReceived() | ReferralCorrected() | ReferralRetracted() | ReferralErased():
            return _tied(_told_of_a_referral(known, fact), fact)
        case _:
            return _tied(known, fact)


def _said_by_the_person(register: Register, fact: Fact) -> Register:
    agency = fact.agency or ""
    key = message_key(agency, fact.id)
    match fact.event:
        case ConsentSigned() as signed:
            consent_id = consent_id_of(agency, fact.subject or "", signed.form_reference)
            signing = Signing(message_id=fact.id, witness=agency, at=fact.at, consent_id=consent_id, signed=signed)
            return _with(register, signings=_and(register.signings, key, signing))
        case ConsentRevoked(how=how, form_reference=form):
            back = Revocation(by=agency, at=fact.at, how=how, form_reference=form)
            return _with(register, revocations=_and(register.revocations, key, back))
        case PersonDeclined(referral_id=None):
            return _with(register, declined=_and(register.declined, key, Declining(by=agency, at=fact.at)))
    return register


def _tied(register: Register, fact: Fact) -> Register:
    match fact.event:
        case ReferralReceived(agency=agency):
            return _with_tie(register, agency, Tie.REFERRER, fact.at)
        case (
            AssignmentAccepted(agency=agency)
            | AssignmentHandedOff(agency=agency)
            | AssignmentReopened(agency=agency)
            | AssignmentTransferred(agency=agency)
        ):
            return _with_tie(register, agency, Tie.HOLDER, fact.at)
        case AssignmentEnrolled(agency=agency):
            enrolled = _with(register, enrolled_at=max(register.enrolled_at or fact.at, fact.at))
            return _with_tie(enrolled, agency, Tie.HOLDER, fact.at)
        case OnwardAsked(provider=agency):
            return _with_tie(register, agency, Tie.PROVIDER, fact.at)
    return register


def _told_of_a_referral(register: Register, fact: Fact) -> Register:
    match fact.event:
        case ReferralReceived() as event:
            return _aged(_arrested(register, event), event, 0, fact)
        case ReferralCorrected(revision=revision) as event:
            return _aged(register, event, revision, fact)
        case ReferralRetracted(referral_id=gone) | ReferralErased(referral_id=gone):
            kept = {referral: told for referral, told in register.ages.items() if referral != gone}
            arrests = {referral: police for referral, police in register.arrests.items() if referral != gone}
            return _with(register, ages=kept, arrests=arrests, gone=register.gone | {gone})
    return register


def _arrested(register: Register, event: ReferralReceived) -> Register:
    if event.door is not Door.ARREST_DIVERSION or event.referral_id in register.gone:
        return register
    return _with(register, arrests=_and(register.arrests, event.referral_id, event.agency))


def _aged(register: Register, event: ReferralReceived | ReferralCorrected, revision: int, fact: Fact) -> Register:
    """Keep what the newest revision of each referral tells of the age; one that tells nothing changes nothing."""
    if event.referral_id in register.gone:
        return register
    told, known = age_told(event, revision, fact), register.ages.get(event.referral_id)
    if told is None or (known is not None and (known.revision, known.at) >= (revision, fact.at)):
        return register
    return _with(register, ages=_and(register.ages, event.referral_id, told))


def _firmer(known: str | None, reason: str) -> str:
    """Of two reasons for which one message does not count, return the one that stays, whichever was heard first."""
    if known is None:
        return reason
    return min(known, reason, key=lambda one: (one in REOPENED, one))


def _with_tie(register: Register, agency: str, tie: Tie, at: datetime) -> Register:
    ties = register.ties.get(agency, {})
    if tie in ties and ties[tie] <= at:
        return register
    return _with(register, ties=_and(register.ties, agency, _and(ties, tie, at)))


def _and(items: dict[_Key, _Item], key: _Key, item: _Item) -> dict[_Key, _Item]:
    return items | {key: item}


def _with(register: Register, **changes: object) -> Register:
    return register.model_copy(update=changes)
