"""Ready-made facts about invented people, and a hub's notification small enough for a three-line test."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.onward_asked import OnwardAsked
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.corrections import SaidBy
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.event import Event
from contracts.parts import AfterTheFact, ClauseResult, Drug, Offence, Particulars, Refusal
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.reports.report_refused import ReportRefused
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.words import (
    AgeBand,
    Agreement,
    Category,
    ClosedReason,
    ConsentKind,
    Door,
    HelpType,
    Problem,
    Purpose,
    RuleResult,
    SourceKind,
    Verdict,
)
from services.notification.domain.judging import Judge
from services.plumbing.identity import Keyed
from services.plumbing.keystore import SiteKeys
from services.plumbing.ring import Ring
from services.plumbing.tokens import Place
from services.sites import PART2_KINDS, Site, load_site

PERSON = "per-" + "1" * 32
REFERRAL = "ref-" + "2" * 32
OFFER = "off-" + "3" * 32
CONSENT = "con-" + "4" * 32
ONWARD = "onw-" + "5" * 32
REVIEW = "rev-" + "6" * 32
POLICE = "bellingham-police"
PROSECUTOR = "bellingham-city-attorney"
OTHER_PROSECUTOR = "whatcom-county-prosecutor"
CASEWORK = "opportunity-council"
OTHER_CASEWORK = "lake-whatcom-center"
PROVIDER = "compass-health"
HOSPITAL = "peacehealth-st-joseph"
OFFICE = "whatcom-lead-program-office"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

CLEAR: dict[Category, dict[str, Any]] = {
    Category.IDENTITY: {
        "legal_name": "Juniper Sample", "preferred_name": "Juno Sample", "pronouns": "they/them",
        "birth_date": "1990-01-02",
    },
    Category.CONTACT: {
        "phones": ["360-555-0100"], "usual_places": ["Bench by the Sample fountain"], "through": "Nurse Sample",
        "message_is_safe": "yes",
    },
    Category.INCIDENT: {
        "number": "SAMPLE-1", "subject_sequence": 1, "ori": "WA0370100", "place": "Sample Street 1",
        "officer": {"badge": "S1", "name": "Officer Sample", "call_back": "360-555-0111"},
    },
    Category.NARRATIVE: {"reason": "Sample reason"},
    Category.SAFETY: {"safety_notes": "Sample notes", "safety_code": "GREEN-SAMPLE"},
    Category.DEMOGRAPHICS: {"race": "marked-race"},
}  # fmt: skip
SEALED = {category: f"sealed:{category}" for category in CLEAR}

KEYS = SiteKeys(site=Ring.of(b"s" * 32), pseudonym=b"p" * 64, matching=b"m" * 32)
IDS = Keyed(KEYS.pseudonym, "message")

_count = itertools.count(1)


@cache
def whatcom() -> Site:
    return load_site("whatcom")


@cache
def judge() -> Judge:
    return Judge(whatcom())


def open_(token: str, place: Place) -> bytes | None:
    """Opens what `SEALED` holds; a token `erased` is of a record that is gone."""
    if token == "erased":
        return None
    if token == "sealed:note":
        return b"Sample note"
    return json.dumps(CLEAR[Category(token.removeprefix("sealed:"))]).encode()


def pseudonym(person: str, agency: str, offer: str | None = None) -> str:
    return f"psn-{agency}-{offer or person}"


def heard(event: Event, *, minutes: float = 0, person: str | None = PERSON, by: str | None = None) -> Fact:
    """A fact, `minutes` after noon; by an agency where one is named."""
    source = agency_source(by) if by else service_source("sample")
    envelope = Envelope(f"fact-{next(_count)}", source, event.name, NOON + timedelta(minutes=minutes), person,
                        correlation_id="correlation-sample")  # fmt: skip
    return Fact(event, envelope)


def received(**changes: Any) -> Fact:
    """An arrest diversion by the police, the person agreed, an officer is waiting."""
    person, minutes = changes.pop("person", PERSON), changes.pop("minutes", 0)
    return heard(ReferralReceived(**_referral(changes)), person=person, minutes=minutes)


def corrected(revision: int = 1, **changes: Any) -> Fact:
    minutes = changes.pop("minutes", 5)
    whose = {"said_by": SaidBy.SENDER, "by_way_of": POLICE, "sender_revision": revision}
    whose |= {name: changes.pop(name) for name in [*whose, "own", "own_facts", "sender_told"] if name in changes}
    return heard(ReferralCorrected(revision=revision, **whose, **_referral(changes)), minutes=minutes)


def social(**changes: Any) -> Fact:
    return received(**{"door": Door.SOCIAL_CONTACT, "officer_waiting": False} | changes)


def community(**changes: Any) -> Fact:
    return received(
        **{
            "door": Door.COMMUNITY, "source_kind": SourceKind.EMERGENCY_DEPARTMENT, "officer_waiting": False,
            "agency": HOSPITAL,
        }
        | changes
    )  # fmt: skip


def retracted() -> Fact:
    return heard(ReferralRetracted(referral_id=REFERRAL, agency=POLICE, why="unfounded"), minutes=30)


def screened(
    police: Verdict = Verdict.ELIGIBLE, *, revision: int = 0, verdict: Verdict | None = None, minutes: float = 1
) -> Fact:
    failing = RuleResult.FAIL if police is Verdict.PRESUMPTIVELY_INELIGIBLE else RuleResult.PASS
    policy = whatcom().policies[0]
    rules = (
        ClauseResult(clause="drug-amount", result=failing),
        ClauseResult(clause="hub-only-rule", result=failing),
    )
    event = ScreeningDetermined(
        referral_id=REFERRAL, revision=revision, verdict=verdict or police, police_verdict=police, rules=rules,
        policy=policy.id, policy_version=policy.version, policy_hash="0" * 64, inputs={},
    )  # fmt: skip
    return heard(event, minutes=minutes)


def review_requested(*, urgent: bool = True) -> Fact:
    event = ReviewRequested(review_id=REVIEW, referral_id=REFERRAL, because=("drug-amount",), urgent=urgent)
    return heard(event, minutes=1)


def review_decided(
    verdict: Verdict = Verdict.ELIGIBLE, *, revision: int = 0, by: str = "site-default", minutes: float = 2
) -> Fact:
    event = ReviewDecided(review_id=REVIEW, referral_id=REFERRAL, revision=revision, verdict=verdict, by=by)
    return heard(event, minutes=minutes)


def offered(**changes: Any) -> Fact:
    values = {
        "referral_id": REFERRAL, "offer_id": OFFER, "agency": CASEWORK, "door": Door.ARREST_DIVERSION,
        "area": "bellingham", "age_band": AgeBand.FROM_25_TO_64, "needs": (HelpType.SHELTER,),
        "officer_waiting": True, "lapses_at": NOON + timedelta(minutes=10), "arrive_within_minutes": 30,
    }  # fmt: skip
    return heard(AssignmentOffered(**values | changes), minutes=3)


def accepted(**changes: Any) -> Fact:
    values = {"referral_id": REFERRAL, "offer_id": OFFER, "agency": CASEWORK, "arrives_in_minutes": 12}
    return heard(AssignmentAccepted(**values | changes), minutes=4)


def handed_off(**changes: Any) -> Fact:
    values = {
        "referral_id": REFERRAL, "offer_id": OFFER, "agency": CASEWORK,
        "handed_off_at": NOON + timedelta(minutes=20),
    }  # fmt: skip
    return heard(AssignmentHandedOff(**values | changes), minutes=20)


def cancelled() -> Fact:
    event = AssignmentCancelled(
        referral_id=REFERRAL, offer_id=OFFER, agency=CASEWORK, reason=ClosedReason.WITHDRAWN_BY_SOURCE
    )
    return heard(event, minutes=6)


def lapsed(*, after_acceptance: bool = False) -> Fact:
    event = AssignmentLapsed(referral_id=REFERRAL, offer_id=OFFER, agency=CASEWORK, after_acceptance=after_acceptance)
    return heard(event, minutes=10)


def unavailable(*, appointment: bool = False) -> Fact:
    return heard(AssignmentUnavailable(referral_id=REFERRAL, appointment_follows=appointment), minutes=10)


def enrolled() -> Fact:
    event = AssignmentEnrolled(referral_id=REFERRAL, agency=CASEWORK, completed_on=date(2026, 3, 9))
    return heard(event, minutes=60)


def granted(
    *recipients: str,
    categories: Iterable[Category] = (Category.IDENTITY, Category.CONTACT),
    purpose: Purpose = Purpose.CARE_COORDINATION,
    kind: ConsentKind = ConsentKind.HUB_HANDOFF,
    expires_at: datetime | None = None,
    expires_with: str = "none",
    consent_id: str = CONSENT,
    minutes: float = 40,
    disclosers: Iterable[str] = (OFFICE,),
    intermediary: str | None = OFFICE,
    irrevocable_until: str | None = None,
) -> Fact:
    event = ConsentGranted(
        consent_id=consent_id, kind=kind, witness=CASEWORK, disclosers=tuple(disclosers),
        intermediary=intermediary if kind in PART2_KINDS else None, irrevocable_until=irrevocable_until,
        recipients=recipients or (CASEWORK,), categories=tuple(categories), purpose=purpose,
        signed_on=date(2026, 3, 2), expires_at=expires_at, expires_with=expires_with,
    )  # fmt: skip
    return heard(event, minutes=minutes)


def withdrawn(consent_id: str = CONSENT) -> Fact:
    return heard(ConsentWithdrawn(consent_id=consent_id, how="verbal"), minutes=50)


def onward_asked(provider: str = PROVIDER, *, onward_id: str = ONWARD, minutes: float = 45) -> Fact:
    event = OnwardAsked(
        onward_id=onward_id, help_type=HelpType.HOUSING, asked_by=CASEWORK, provider=provider, note="sealed:note"
    )
    return heard(event, minutes=minutes)


def report_refused() -> Fact:
    problem = Problem(field="offer_id", rule="No such offer is open.", fix="Wait for an offer.")
    refusal = Refusal(agency=CASEWORK, message_id="sent-1", message_type="offer.accepted", reason="unknown-offer",
                      problems=(problem,))  # fmt: skip
    return heard(ReportRefused(refusal=refusal), person=None)


def after_the_fact() -> AfterTheFact:
    return AfterTheFact(handed_off_at=NOON, to_agency=CASEWORK)


def _referral(changes: dict[str, Any]) -> dict[str, Any]:
    values = {
        "referral_id": REFERRAL, "agency": POLICE, "door": Door.ARREST_DIVERSION,
        "source_kind": SourceKind.LAW_ENFORCEMENT, "agreement": Agreement.AGREED, "officer_waiting": True,
        "referred_at": NOON, "sealed": SEALED,
        "particulars": Particulars(
            area="bellingham", offences=(Offence(nibrs="35A"),), drugs=(Drug(kind="L"),), language="es",
            needs=(HelpType.SHELTER,),
        ),
    }  # fmt: skip
    return values | changes
