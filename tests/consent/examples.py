"""Ready-made facts about one person's consents. Everybody in them is invented, and nobody is named."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentEnded,
    AssignmentEnrolled,
    ChargeDecided,
    ConsentGranted,
    ConsentRevoked,
    ConsentSigned,
    DeadlineReached,
    OnwardAsked,
    PersonDeclined,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
)
from contracts.consents.consent_granted import ConsentGrantedV1
from contracts.consents.revocation_settled import RevocationSettled
from contracts.corrections import SaidBy
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.parts import AgeFact, Particulars
from contracts.to_hub.consent_signed import ConsentSignedV1
from contracts.words import Agreement, Door, SourceKind
from services.consent.domain import SERVICE, Desk, Register, evolve
from services.consent.domain.deciding import EXPIRY, RELATION
from services.consent.domain.elements import STATEMENTS
from services.consent.domain.register import REVOCABLE, consent_id_of, message_key
from services.plumbing.identity import stated
from services.plumbing.service import Deadline, Said
from services.sites import load_site

SITE = load_site("whatcom")
OFFICE = SITE.program_office
POLICE, PROSECUTOR = "bellingham-police", "whatcom-county-prosecutor"
HOLDER, YOUTH, PROVIDER = "opportunity-council", "northwest-youth-services", "compass-health"
HOSPITAL = "peacehealth-st-joseph"
TREATMENT, COURT = "lake-whatcom-center", "whatcom-therapeutic-courts"
PERSON = "per-" + "a" * 32
OTHER_REFERRAL = "ref-" + "9" * 32
REFERRAL, OFFER, ONWARD = "ref-" + "1" * 32, "off-" + "2" * 32, "onw-" + "3" * 32
MONDAY = datetime(2026, 3, 2, 20, tzinfo=UTC)
SUNDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 3)
CITY = "bellingham-city-attorney"
"""The office that gets the cases of the police who refer in these examples."""
FORM = "ROI-2026-0412"
VERSION = "2026-01"
"""Of every statement, and of the list of members."""
WAIT_HOURS = SITE.clocks.consent_relation_wait_minutes / 60
_numbers = count(1)


def hours(count):
    return MONDAY + timedelta(hours=count)


def fact(event, at=0.0, by=None, name=None):
    source = agency_source(by) if by else service_source("assignment")
    message = name or f"{event.name}-{next(_numbers)}"
    return Fact(event, Envelope(message, source, event.name, hours(at), subject=PERSON, admitted_at=hours(at)))


def referral_received(at=-2.0, agency=POLICE, age=(36, 36), **changed):
    return fact(ReferralReceived(**_referral(agency, age) | changed), at)


def corrected(at=0.5, age=(36, 36), revision=1, **changed):
    whose = {"said_by": SaidBy.SENDER, "by_way_of": POLICE, "sender_revision": revision}
    return fact(ReferralCorrected(**_referral(POLICE, age) | whose | changed, revision=revision), at)


def retracted(at=2.0, referral=REFERRAL):
    return fact(ReferralRetracted(referral_id=referral, agency=POLICE, why="entered_in_error"), at)


def erased(at=3.0, referral=REFERRAL):
    return fact(ReferralErased(referral_id=referral, ground="entered_in_error", erased_at=hours(at), by="clock"), at)


def _referral(agency, age):
    from_years, to_years = age or (None, None)
    return {
        "referral_id": REFERRAL, "agency": agency, "door": Door.ARREST_DIVERSION,
        "source_kind": SourceKind.LAW_ENFORCEMENT, "agreement": Agreement.AGREED, "referred_at": MONDAY,
        "particulars": Particulars(age=AgeFact(from_years=from_years, to_years=to_years)), "sealed": {},
    }  # fmt: skip


def accepted(at=-1.0, agency=HOLDER):
    return fact(AssignmentAccepted(referral_id=REFERRAL, offer_id=OFFER, agency=agency), at)


def decided(decision="declined", at=30.0, by=None, referral=REFERRAL):
    """An office's word on the charge; by that which gets the police's cases, unless said otherwise."""
    return fact(ChargeDecided(referral_id=referral, decision=decision), at, by or CITY)


def asked_onward(at=-0.5, provider=PROVIDER):
    return fact(OnwardAsked(onward_id=ONWARD, help_type="meal", asked_by=HOLDER, provider=provider), at)


def enrolled(at=24.0, agency=HOLDER):
    event = AssignmentEnrolled(referral_id=REFERRAL, agency=agency, completed_on=date(2026, 3, 2))
    return fact(event, at)


def ended(at=48.0):
    return fact(AssignmentEnded(referral_id=REFERRAL, agency=HOLDER, reason="goals_met"), at)


def making(*texts, version=VERSION):
    return tuple({"text": text, "version": version} for text in texts)


COMPLETE = {
    "form_reference": FORM,
    "kind": "part2_specific",
    "disclosers": (HOLDER,),
    "recipients": (PROVIDER,),
    "categories": ("identity", "contact"),
    "purpose": "service_provision",
    "signed_on": date(2026, 3, 2),
    "signature": "paper",
    "signed_by": "person",
    "expires_with": "end_of_participation",
    "intermediary": OFFICE,
    "members_version": VERSION,
    "language": "en",
}
"""A form with all that 42 CFR 2.31(a) asks for, but for the statements of its kind."""
OF_KIND = {
    "part2_tpo": {"recipients": ("treating-providers",), "expires_with": "none"},
    "part2_proceedings": {"recipients": (PROSECUTOR,), "purpose": "prosecution_decision"},
    "criminal_justice_referral": {
        "recipients": (PROSECUTOR,), "categories": ("intake_status",), "purpose": "prosecution_decision",
    },
    "hub_handoff": {"expires_with": None},
}  # fmt: skip
"""What a form of this kind says otherwise."""


def form(kind="part2_specific", **changed):
    """What a sound form of this kind says, with what is changed in it; None takes an element away."""
    made = {"statements": making(*STATEMENTS[kind])}
    return {"kind": kind} | COMPLETE | OF_KIND.get(kind, {}) | made | {"kind": kind} | changed


def signed(at=0.0, by=HOLDER, name=None, **changed):
    return fact(ConsentSigned(**form(**changed)), at, by, name)


def own_care(at=0.0, by=HOLDER, **changed):
    changed = {"kind": "hub_handoff", "recipients": (by,), "purpose": "care_coordination"} | changed
    return signed(at, by, **changed)


def signed_v1(at=0.0, by=HOLDER, **changed):
    """As version 1 said it, in the newest form."""
    old = {
        "form_reference": FORM, "kind": "part2_specific", "discloser": HOLDER, "recipients": (PROVIDER,),
        "categories": ("identity", "contact"), "purpose": "service_provision", "signed_on": date(2026, 3, 2),
    }  # fmt: skip
    return fact(ConsentSigned.upcast(ConsentSignedV1(**old | changed)), at, by)


def v1_granted(form):
    """As the hub granted this form when it was of version 1."""
    signed = form.event
    event = ConsentGrantedV1(
        consent_id=consent_id_of(form.agency, PERSON, signed.form_reference), kind=signed.kind, witness=form.agency,
        discloser=signed.disclosers[0], recipients=signed.recipients, categories=signed.categories,
        purpose=signed.purpose, signed_on=signed.signed_on, expires_at=signed.expires_at,
        expires_with=signed.expires_with or "none",
    )  # fmt: skip
    return fact(ConsentGranted.upcast(event))


def monitored(at=0.0, by=HOLDER, **changed):
    """A consent to a prosecutor under 42 CFR 2.35; irrevocable if `irrevocable_until` or `…_at` says until when."""
    until = {"irrevocable_until", "irrevocable_until_at"} & changed.keys()
    said = {"statements": making("revocable-later")} if until else {}
    return signed(at, by, **{"kind": "criminal_justice_referral"} | said | changed)


def revoked(at=1.0, by=HOLDER, form=FORM, how="written"):
    return fact(ConsentRevoked(form_reference=form, how=how), at, by)


def declined(at=1.0, by=POLICE, referral=None):
    return fact(PersonDeclined(referral_id=referral), at, by)


def reached(name, reference, at, service=SERVICE):
    return fact(DeadlineReached(service=service, deadline=name, reference=reference, due_at=hours(at)), at)


def relation_due(signing):
    """The end of the wait for the witness of this signing to be somebody to the person."""
    at = (signing.at - MONDAY) / timedelta(hours=1) + WAIT_HOURS
    return reached(RELATION, message_key(signing.agency, signing.id), at)


def expiry_due(at, by=HOLDER, form=FORM):
    return reached(EXPIRY, consent_id_of(by, PERSON, form), at)


def revocable_due(at, by=HOLDER, form=FORM):
    return reached(REVOCABLE, consent_id_of(by, PERSON, form), at)


class Stage:
    """Folds facts as the pipes do, and remembers what was said and which deadlines were set.

    Everybody was referred at some time: the police referred an adult, unless `referred` says otherwise.
    """

    def __init__(self, site=SITE, *referred, unheard=False):
        self.desk, self.register = Desk(site), Register()
        self.facts, self.said, self.deadlines = [], [], []
        self.settled = []
        """What was said to have been dealt with; it stands after all that follows from it."""
        self.given(*([] if unheard else referred or [referral_received(at=-3.0)]))

    def given(self, *facts):
        for heard in facts:
            before, self.register = self.register, evolve(self.register, heard)
            self.facts.append(heard)
            outcomes = list(self.desk.decide(before, self.register, heard, None))
            self.deadlines += [outcome for outcome in outcomes if isinstance(outcome, Deadline)]
            for ordinal, outcome in enumerate(one for one in outcomes if isinstance(one, Said)):
                told = stated(SERVICE, heard, outcome, ordinal)
                self.register = evolve(self.register, told)
                self.facts.append(told)
                if isinstance(outcome.event, RevocationSettled):
                    self.settled.append(outcome.event)
                else:
                    self.said.append(outcome.event)
        return self

    when = given

    @property
    def names(self):
        return [event.name for event in self.said]

    @property
    def in_force(self):
        register = self.register
        return register.granted - register.withdrawn - register.expired

    @property
    def reasons(self):
        return [event.refusal.reason for event in self.said if event.name == "consent.refused"]

    @property
    def problem_fields(self):
        refused = [event for event in self.said if event.name == "consent.refused"]
        return sorted({problem.field for event in refused for problem in event.refusal.problems})
