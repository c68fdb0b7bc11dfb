"""Ready-made facts and a small stage for eligibility's tests; the people are invented, and none is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.catalogue import (
    DeadlineReached,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
    ReviewAnswered,
)
from contracts.corrections import SaidBy
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.event import Event
from contracts.parts import AfterTheFact, AgeFact, Attestation, Drug, Offence, Particulars
from contracts.words import Agreement, Door, SourceKind, Verdict
from services.eligibility.domain import Desk, Found, PersonFile, Referral, Review, Rules, evolve, open_reviews
from services.eligibility.domain.file import referral_in
from services.plumbing.identity import stated
from services.plumbing.service import Deadline, Said
from services.sites import Site, load_site

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PERSON = "per-" + "a" * 32
REFERRAL = "ref-" + "1" * 32
OFFICE = "whatcom-lead-program-office"
WHATCOM = load_site("whatcom")
RULES = Rules(WHATCOM)


def with_a_limit(**changes: Any) -> Site:
    """A county like Whatcom that has published an exclusion: more than 40 grams of cannabis."""
    policy = WHATCOM.policies[-1]
    limit = {"expression": 'cannabis.least_grams > 40.0 ? "fail" : drugs.all(d, d.known) ? "pass" : "unknown"'}
    clauses = tuple(
        one.model_copy(update=limit | changes) if one.id == "drug-amount" else one for one in policy.clauses
    )
    return WHATCOM.model_copy(
        update={"policies": (*WHATCOM.policies[:-1], policy.model_copy(update={"clauses": clauses}))}
    )


LIMITED = with_a_limit()
LIMITED_RULES = Rules(LIMITED)

POSSESSION = Offence(nibrs="35A", activity="P")
USE = Offence(nibrs="35A", activity="U")
DEALING = Offence(nibrs="35A", activity="D")
MISCHIEF = Offence(nibrs="290")
DISORDER = Offence(nibrs="90C")
ASSAULT = Offence(nibrs="13B")
ROBBERY = Offence(nibrs="120")
A_GRAM_AND_A_HALF = Drug(kind="L", quantity="1.5", unit="GM")
NOT_WEIGHED = Drug(kind="L")


def cannabis(grams: str) -> Drug:
    return Drug(kind="E", quantity=grams, unit="GM")


def attested(rule: str, result: str) -> Attestation:
    return Attestation(rule=rule, result=result)


ARREST: dict[str, Any] = {
    "referral_id": REFERRAL, "agency": "bellingham-police", "door": Door.ARREST_DIVERSION,
    "source_kind": SourceKind.LAW_ENFORCEMENT, "agreement": Agreement.AGREED, "officer_waiting": True,
    "referred_at": BEGIN, "sealed": {},
}  # fmt: skip


def particulars(**given: Any) -> Particulars:
    return Particulars(**{"age": AgeFact(from_years=30, to_years=30), "area": "bellingham"} | given)


def arrest(*offences: Offence, drugs: tuple[Drug, ...] = (), attestations: tuple[Attestation, ...] = (), **said: Any):
    """An arrest diversion with an officer waiting, unless said otherwise."""
    facts = particulars(offences=offences, drugs=drugs, attestations=attestations)
    return ReferralReceived(**ARREST | {"particulars": facts} | said)


def community(source: SourceKind = SourceKind.BUSINESS, **said: Any) -> ReferralReceived:
    """A community referral without an offence, nobody waiting."""
    usual = {
        "door": Door.COMMUNITY, "source_kind": source, "agency": OFFICE, "officer_waiting": False,
        "agreement": Agreement.NOT_ASKED, "particulars": particulars(),
    }  # fmt: skip
    return ReferralReceived(**ARREST | usual | said)


def corrected(event: ReferralReceived, revision: int = 1, **said: Any) -> ReferralCorrected:
    """The same referral as it stands after a correction."""
    kept = {name: getattr(event, name) for name in ReferralReceived.model_fields}
    of_the_sender = {"said_by": SaidBy.SENDER, "by_way_of": event.agency, "sender_revision": revision}
    return ReferralCorrected(**kept | of_the_sender | {"revision": revision} | said)


def retracted() -> ReferralRetracted:
    return ReferralRetracted(referral_id=REFERRAL, agency="bellingham-police", why="entered_in_error")


def erased() -> ReferralErased:
    return ReferralErased(referral_id=REFERRAL, ground="person_request", erased_at=BEGIN, by="sample-operator")


def answered(review_id: str, verdict: Verdict = Verdict.ELIGIBLE, operator: str = "sample-operator") -> ReviewAnswered:
    return ReviewAnswered(review_id=review_id, verdict=verdict, operator=operator, why="c2VhbGVk")


def run_out(review_id: str, due_at: datetime) -> DeadlineReached:
    return DeadlineReached(service="eligibility", deadline="review", reference=review_id, due_at=due_at)


AFTER_THE_FACT = AfterTheFact(handed_off_at=BEGIN, to_agency="opportunity-council")


def fact(
    event: Event,
    *,
    minutes: float = 0,
    id: str | None = None,  # noqa: A002
    person: str = PERSON,
    by: str = OFFICE,
) -> Fact:
    """The event as a fact about the person, so many minutes after the beginning; an agency's own is said `by` it."""
    said_by_agency = event.topic == ReviewAnswered.topic
    source = agency_source(by) if said_by_agency else service_source("intake")
    name = id or f"{event.name}-{by}-{minutes}"
    return Fact(event, Envelope(name, source, event.name, BEGIN + timedelta(minutes=minutes), person))


def found(event: ReferralReceived | ReferralCorrected, rules: Rules = RULES) -> Found:
    """What the policy in force finds of the referral."""
    return rules.find(referral_in(event))


def referral(event: ReferralReceived | ReferralCorrected) -> Referral:
    return referral_in(event)


@dataclass
class Stage:
    """One person's file; each fact is folded and decided, and what is said is folded at once, as the pipes do it."""

    desk: Desk = field(default_factory=lambda: Desk(RULES))
    file: PersonFile | None = None
    facts: list[Fact] = field(default_factory=list)
    said: list[Event] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)

    def given(self, *events: tuple[Event, float] | Event) -> Stage:
        for event in events:
            self.when(*event) if isinstance(event, tuple) else self.when(event)
        return self

    def when(self, event: Event, minutes: float = 0, id: str | None = None, by: str = OFFICE) -> Stage:  # noqa: A002
        heard = fact(event, minutes=minutes, id=id, by=by)
        self.said, self.deadlines = [], []
        self.facts.append(heard)
        before, self.file = self.file, evolve(self.file, heard)
        ordinals: Counter[str] = Counter()
        for outcome in self.desk.decide(before, self.file, heard, None):
            if isinstance(outcome, Said):
                own = stated("eligibility", heard, outcome, ordinals[outcome.event.name])
                ordinals[outcome.event.name] += 1
                self.facts.append(own)
                self.said.append(outcome.event)
                self.file = evolve(self.file, own)
            elif isinstance(outcome, Deadline):
                self.deadlines.append(outcome)
        return self

    def then(self, *names: str) -> None:
        assert [event.name for event in self.said] == list(names)

    def the(self, kind: type[Event]) -> Any:
        """The one event of this kind that was just said."""
        (one,) = [event for event in self.said if isinstance(event, kind)]
        return one

    @property
    def review_id(self) -> str:
        """The one review that is open."""
        (review_id,) = self.open_reviews
        return review_id

    @property
    def open_reviews(self) -> dict[str, Review]:
        """The reviews that wait for an operator."""
        return open_reviews(self.file, RULES)


UNWEIGHED_LIFE = Stage().given(arrest(POSSESSION, drugs=(NOT_WEIGHED,))).file
"""The file of a person with one open review."""
