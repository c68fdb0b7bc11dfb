"""Ready-made facts about one person's charges. Everybody in them is invented, and nobody is named."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentHandedOff,
    AssignmentOffered,
    AssignmentUnavailable,
    ChargeDecided,
    ChargeHeld,
    ConsentWithdrawn,
    DeadlineReached,
    DisclosureMade,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
)
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.parts import AfterTheFact, Particulars
from contracts.words import Agreement, Door, SourceKind
from services.charges.domain import SERVICE, Desk, Hold, evolve
from services.charges.domain.evolving import NOTHING
from services.plumbing.identity import derived, stated
from services.plumbing.service import Deadline, Said
from services.sites import load_site

SITE = load_site("whatcom")
ZONE = ZoneInfo(SITE.timezone)
POLICE, SHERIFF = "bellingham-police", "whatcom-county-sheriff"
CITY, COUNTY = "bellingham-city-attorney", "whatcom-county-prosecutor"
HOLDER = "opportunity-council"
PERSON = "per-" + "a" * 32
REFERRAL, OTHER = "ref-" + "1" * 32, "ref-" + "2" * 32
OFFER = "off-" + "3" * 32
MONDAY = date(2026, 3, 2)
LAST_DAY = MONDAY + timedelta(days=SITE.clocks.intake_days)


def on(days=0, hour=12.0):
    """That many days after the arrest, at that hour by the clock on the wall of the site."""
    day = datetime.combine(MONDAY + timedelta(days=days), time(), ZONE)
    return (day + timedelta(hours=hour)).astimezone(UTC)


def fact(event, at, by=None, name=None):
    source = agency_source(by) if by else service_source("assignment")
    message = name or derived(f"{event.name}-", event.model_dump_json(), at.isoformat())
    return Fact(event, Envelope(message, source, event.name, at, subject=PERSON, admitted_at=at))


def arrested(at=None, agency=POLICE, referral=REFERRAL, door=Door.ARREST_DIVERSION, **more):
    at = at or on(0, 12)
    said = {
        "referral_id": referral, "agency": agency, "door": door, "source_kind": SourceKind.LAW_ENFORCEMENT,
        "agreement": Agreement.AGREED, "referred_at": at, "particulars": Particulars(), "sealed": {},
        "officer_waiting": True,
    }  # fmt: skip
    return fact(ReferralReceived(**said | more), at)


def by_phone(at, referral=REFERRAL):
    return arrested(at, referral=referral, after_the_fact=AfterTheFact(handed_off_at=at, to_agency=HOLDER))


def offered(at=None, referral=REFERRAL, officer_waiting=True, offer=OFFER):
    event = AssignmentOffered(
        referral_id=referral, offer_id=offer, agency=HOLDER, door=Door.ARREST_DIVERSION, age_band="25_to_64",
        officer_waiting=officer_waiting, lapses_at=on(1),
    )  # fmt: skip
    return fact(event, at or on(0, 12.1))


def accepted(at=None, referral=REFERRAL, offer=OFFER):
    return fact(AssignmentAccepted(referral_id=referral, offer_id=offer, agency=HOLDER), at or on(0, 12.2))


def met(at=None, referral=REFERRAL, offer=OFFER):
    at = at or on(0, 12.5)
    return fact(AssignmentHandedOff(referral_id=referral, offer_id=offer, agency=HOLDER, handed_off_at=at), at)


def nobody_comes(at=None, appointment=False, referral=REFERRAL):
    return fact(AssignmentUnavailable(referral_id=referral, appointment_follows=appointment), at or on(0, 12.3))


def diverted(referral=REFERRAL, **arrest):
    return [arrested(referral=referral, **arrest), offered(referral=referral), accepted(referral=referral),
            met(referral=referral)]  # fmt: skip


def taken_in(days=10, done=None, referral=REFERRAL):
    """The intake was done on that day; `done`: on another than the one on which the hub heard of it."""
    event = AssignmentEnrolled(
        referral_id=referral, agency=HOLDER, completed_on=MONDAY + timedelta(days=days if done is None else done)
    )
    return fact(event, on(days))


def told(days=11, office=CITY, referral=REFERRAL, message="intake.reported"):
    event = DisclosureMade(
        message_id=f"msg-{days}", message_type=message, agency=office, referral_id=referral,
        categories=("intake_status",), purpose="prosecution_decision", allowed_by="consent/con-1",
        policy_hash="0" * 64, made_at=on(days),
    )  # fmt: skip
    return fact(event, on(days))


def holds(days=1, until=None, by=CITY, referral=REFERRAL, name=None, hour=12.0):
    last = None if until is None else MONDAY + timedelta(days=until)
    return fact(ChargeHeld(referral_id=referral, hold_until=last), on(days, hour), by, name)


def decides(decision, days=40, by=CITY, referral=REFERRAL, name=None, hour=12.0):
    return fact(ChargeDecided(referral_id=referral, decision=decision), on(days, hour), by, name)


def retracted(days=3, referral=REFERRAL):
    return fact(ReferralRetracted(referral_id=referral, agency=POLICE, why="entered_in_error"), on(days))


def erased(days=60, referral=REFERRAL):
    event = ReferralErased(referral_id=referral, ground="entered_in_error", erased_at=on(days), by="clock")
    return fact(event, on(days))


def ended(days=20, referral=REFERRAL):
    return fact(AssignmentEnded(referral_id=referral, agency=HOLDER, reason="lost_contact"), on(days))


def consent_withdrawn(days=20):
    return fact(ConsentWithdrawn(consent_id="con-" + "4" * 32, how="verbal"), on(days))


def reached(deadline: Deadline):
    event = DeadlineReached(
        service=SERVICE, deadline=deadline.name, reference=deadline.reference, due_at=deadline.due_at
    )  # fmt: skip
    return fact(event, deadline.due_at, name=f"{deadline.name} {deadline.reference}")


class Stage:
    """Folds facts as the pipes do; the clock comes by itself: before a fact whatever was due by then is reached."""

    def __init__(self, site=SITE):
        self.site, self.desk, self.docket = site, Desk(site), None
        self.facts, self.said, self.deadlines, self.open = [], [], [], []

    def given(self, *facts):
        for heard in facts:
            self._pass(heard.at)
            self._hear(heard)
            self._pass(heard.at)
        return self

    when = given

    def until(self, days, hour=12.0):
        """Let time pass."""
        self._pass(on(days, hour))
        return self

    def _pass(self, until):
        while due := [one for one in self.open if one.due_at <= until]:
            first = min(due, key=lambda one: one.due_at)
            self.open.remove(first)
            self._hear(reached(first))

    def _hear(self, heard):
        before, self.docket = self.docket, evolve(self.docket, heard)
        self.facts.append(heard)
        numbers = count()
        for outcome in self.desk.decide(before, self.docket, heard, None):
            if isinstance(outcome, Deadline):
                self.deadlines.append(outcome)
                self.open.append(outcome)
                continue
            assert isinstance(outcome, Said)
            said = stated(SERVICE, heard, outcome, next(numbers))
            self.docket = evolve(self.docket, said)
            self.facts.append(said)
            self.said.append(outcome.event)

    @property
    def names(self):
        return [event.name for event in self.said]

    def standing(self, office=CITY, referral=REFERRAL):
        return Hold(self.docket or NOTHING, self.site, referral, office).standing

    @property
    def refusals(self):
        return [(one.refusal.agency, one.refusal.reason) for one in self.said if one.name == "charge.refused"]
