"""How the dossier changes by a fact: any order over topics, any repetition, the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.onward_asked import OnwardAsked
from contracts.assignments.onward_closed import OnwardClosed
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import SITE_DEFAULT, ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import RuleResult
from services.notification.domain.dossier import (
    Acceptance,
    Answer,
    Consent,
    Dossier,
    Grant,
    Offer,
    Onward,
    Record,
    Review,
    Saying,
    Screening,
    Standing,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.envelope import Fact

NOTHING: Final = Dossier()
Key = TypeVar("Key")
Value = TypeVar("Value")


def evolve(before: Dossier | None, fact: Fact) -> Dossier:
    """Fold one fact; what says nothing of a dossier leaves it as it is."""
    dossier = before or NOTHING
    match fact.event:
        case ReferralReceived() | ReferralCorrected() | ReferralRetracted():
            return _referral(dossier, fact.event, fact)
        case ScreeningDetermined() | ReviewRequested() | ReviewDecided():
            return _screening(dossier, fact.event, fact)
        case ConsentGranted() | ConsentWithdrawn() | ConsentExpired():
            return _consent(dossier, fact.event)
        case OnwardAsked() | OnwardClosed():
            return _onward(dossier, fact.event)
        case AssignmentOffered() | AssignmentAccepted() | AssignmentHandedOff():
            return _taken(dossier, fact.event, fact)
        case AssignmentDeclined() | AssignmentLapsed() | AssignmentCancelled():
            return _lost(dossier, fact.event, fact)
        case AssignmentUnavailable() | AssignmentEnrolled() | AssignmentEnded():
            return _outcome(dossier, fact.event, fact)
        case PersonAgreed() | PersonDeclined() as event:
            agreed = isinstance(event, PersonAgreed)
            said = Saying(agency=fact.agency or "", referral_id=event.referral_id, agreed=agreed, at=fact.at)
            return _with(dossier, sayings=_and(dossier.sayings, f"{fact.source} {fact.id}", said))
        case AgencySuspended() | AgencyResumed() as event:
            return _standing(dossier, fact, suspended=isinstance(event, AgencySuspended))
        case _:
            return dossier


def _referral(dossier: Dossier, event: ReferralReceived | ReferralCorrected | ReferralRetracted, fact: Fact) -> Dossier:
    name = event.referral_id
    if isinstance(event, ReferralRetracted):
        return _with(dossier, retracted=dossier.retracted | {name})
    revision = event.revision if isinstance(event, ReferralCorrected) else 0
    if isinstance(event, ReferralReceived):
        dossier = _with(dossier, received_at=_and(dossier.received_at, name, fact.at))
    answers = dossier.answers.get(name, {})
    if revision not in answers:
        answer = Answer(agreement=event.agreement, at=fact.at)
        dossier = _with(dossier, answers=_and(dossier.answers, name, _and(answers, revision, answer)))
    known = dossier.records.get(name)
    if known is not None and known.revision >= revision:
        return dossier
    record = Record(
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
        particulars=event.particulars,
        sealed=event.sealed,
    )
    return _with(dossier, records=_and(dossier.records, name, record))


def _screening(dossier: Dossier, event: ScreeningDetermined | ReviewRequested | ReviewDecided, fact: Fact) -> Dossier:
    if isinstance(event, ScreeningDetermined):
        screening = Screening(
            police_verdict=event.police_verdict,
            failed=tuple(rule.clause for rule in event.rules if rule.result is RuleResult.FAIL),
            policy=event.policy,
            policy_version=event.policy_version,
            at=fact.at,
        )
        known = dossier.screenings.get(event.referral_id, {})
        if event.revision in known:
            return dossier
        return _with(
            dossier,
            screenings=_and(dossier.screenings, event.referral_id, _and(known, event.revision, screening)),
        )
    review = dossier.reviews.get(event.review_id, Review(referral_id=event.referral_id))
    if isinstance(event, ReviewRequested):
        review = review.model_copy(
            update={
                "called": True,
                "because": event.because,
                "urgent": event.urgent,
                "decide_by": event.decide_by,
            }
        )
    elif review.gives_way_to(event.revision, by_default=event.by == SITE_DEFAULT):
        review = review.model_copy(
            update={
                "verdict": event.verdict,
                "decided_at": fact.at,
                "revision": event.revision,
                "by_default": event.by == SITE_DEFAULT,
            }
        )
    return _with(dossier, reviews=_and(dossier.reviews, event.review_id, review))


def _consent(dossier: Dossier, event: ConsentGranted | ConsentWithdrawn | ConsentExpired) -> Dossier:
    consent = dossier.consents.get(event.consent_id, Consent())
    if isinstance(event, ConsentGranted):
        grant = Grant(
            kind=event.kind,
            recipients=event.recipients,
            categories=frozenset(event.categories),
            purpose=event.purpose,
            expires_at=event.expires_at,
        )
        consent = consent.model_copy(update={"grant": consent.grant or grant})
    else:
        consent = consent.model_copy(update={"over": True})
    return _with(dossier, consents=_and(dossier.consents, event.consent_id, consent))


def _onward(dossier: Dossier, event: OnwardAsked | OnwardClosed) -> Dossier:
    onward = dossier.onwards.get(event.onward_id, Onward())
    if isinstance(event, OnwardAsked):
        update = {
            "asked_by": event.asked_by,
            "help_type": event.help_type,
            "asked": _and(onward.asked, event.provider, event.note),
        }
    else:
        update = {
            "asked_by": event.asked_by,
            "closed": onward.closed | {event.state: event.provider or ""},
        }
    return _with(dossier, onwards=_and(dossier.onwards, event.onward_id, onward.model_copy(update=update)))


def _taken(
    dossier: Dossier, event: AssignmentOffered | AssignmentAccepted | AssignmentHandedOff, fact: Fact
) -> Dossier:
    offer = _offer(dossier, event)
    if isinstance(event, AssignmentOffered):
        return _keep(dossier, event, offer.model_copy(update={"terms": offer.terms or _terms(event)}))
    if isinstance(event, AssignmentHandedOff):
        met = offer.handed_off_at or event.handed_off_at
        update = {"handed_off_at": met, "met_at": offer.met_at or fact.at}
        return _keep(dossier, event, offer.model_copy(update=update))
    acceptance = Acceptance(
        at=fact.at,
        arrives_in_minutes=event.arrives_in_minutes,
        arrive_by=event.arrive_by,
        appointment_at=event.appointment_at,
        after_the_fact=event.after_the_fact,
        officer_gone=event.referral_id in dossier.unavailable,
    )
    return _keep(dossier, event, offer.model_copy(update={"accepted": offer.accepted or acceptance}))


def _terms(event: AssignmentOffered) -> Terms:
    return Terms(
        door=event.door,
        area=event.area,
        age_band=event.age_band,
        language=event.language,
        needs=event.needs,
        officer_waiting=event.officer_waiting,
        lapses_at=event.lapses_at,
        arrive_within_minutes=event.arrive_within_minutes,
        test=event.test,
    )


def _lost(dossier: Dossier, event: AssignmentDeclined | AssignmentLapsed | AssignmentCancelled, fact: Fact) -> Dossier:
    offer = _offer(dossier, event)
    if isinstance(event, AssignmentCancelled):
        return _keep(dossier, event, offer.model_copy(update={"cancelled_at": offer.cancelled_at or fact.at}))
    if isinstance(event, AssignmentLapsed):
        return _keep(dossier, event, offer.model_copy(update={"lapsed_at": offer.lapsed_at or fact.at}))
    return _keep(dossier, event, offer.model_copy(update={"declined": True}))


def _outcome(
    dossier: Dossier, event: AssignmentUnavailable | AssignmentEnrolled | AssignmentEnded, fact: Fact
) -> Dossier:
    name = event.referral_id
    if isinstance(event, AssignmentEnded):
        over = {(name, event.agency)}
        others = over if event.by not in {None, event.agency} else set()
        return _with(dossier, ended=dossier.ended | over, ended_by_others=dossier.ended_by_others | others)
    if isinstance(event, AssignmentEnrolled):
        if name in dossier.enrolled:
            return dossier
        return _with(dossier, enrolled=_and(dossier.enrolled, name, event.completed_on))
    if name in dossier.unavailable:
        return dossier
    return _with(
        dossier,
        unavailable=_and(dossier.unavailable, name, event.appointment_follows),
        unavailable_at=_and(dossier.unavailable_at, name, fact.at),
    )


def _standing(dossier: Dossier, fact: Fact, *, suspended: bool) -> Dossier:
    standing = Standing(suspended=suspended, at=fact.at, by=fact.id)
    known = dossier.standing
    if known.at is not None and (known.at, known.by) >= (fact.at, fact.id):
        return dossier
    return _with(dossier, standing=standing)


_AboutAnOffer = (
    AssignmentOffered
    | AssignmentAccepted
    | AssignmentHandedOff
    | AssignmentDeclined
    | AssignmentLapsed
    | AssignmentCancelled
)


def _offer(dossier: Dossier, event: _AboutAnOffer) -> Offer:
    return dossier.offers.get(event.offer_id) or Offer(referral_id=event.referral_id, agency=event.agency)


def _keep(dossier: Dossier, event: _AboutAnOffer, offer: Offer) -> Dossier:
    return _with(dossier, offers=_and(dossier.offers, event.offer_id, offer))


def _with(dossier: Dossier, **changes: object) -> Dossier:
    return dossier.model_copy(update=changes)


def _and(mapping: Mapping[Key, Value], key: Key, value: Value) -> dict[Key, Value]:
    return {**mapping, key: value}
