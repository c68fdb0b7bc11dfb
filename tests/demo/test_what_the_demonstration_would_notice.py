"""A check that never fails checks nothing: each thing that can go wrong is made to go wrong here."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.catalogue import (
    AssignmentMade,
    MessageRefused,
    OfferMade,
    ReferralAcknowledged,
    ReferralReceived,
    ReferralRepeated,
)
from contracts.envelope import Envelope, Fact
from contracts.parts import Particulars, Refusal
from contracts.words import AgeBand, Agreement, Door, Problem, SourceKind
from services.console.domain import File, Referral, Step
from services.demo.cases import Case, Expect
from services.demo.checking import doubled, improper, lost, problems
from services.demo.runs import Message, Run
from services.partner import Heard
from services.sites import load_site

SITE = load_site("whatcom")
AT = datetime(2026, 3, 1, tzinfo=UTC)
REFERRAL, OFFER, PERSON = "ref-" + "1" * 32, "off-" + "2" * 32, "per-" + "3" * 32
POLICE, PROVIDER = "bellingham-police", "opportunity-council"


def case(**expect) -> Case:
    """A case of Juniper Sample, who is expected to be enrolled."""
    return Case(
        slug="juniper", title="", chapter="", scene=1, sender=POLICE,
        referral={"person": {"legal_name": "Juniper Sample"}, "reach": {"phones": ["360-555-0101"]}},
        expect=Expect.model_validate({"end": "enrolled"} | expect),
    )  # fmt: skip


def run(standing="assignment.enrolled", *, events=(), **expect) -> Run:
    """The case, standing where this fact has put it."""
    played = Run(case(**expect), "abc123", referral_id=REFERRAL, person=PERSON)
    played.file = File(referrals={REFERRAL: Referral(marks={standing: AT}, with_agency=PROVIDER)})
    played.steps = [Step(at=AT, event=one, service="/hub/x", id=one, subject=PERSON, says="") for one in events]
    return played


def fact(event, *, identity="m-1", cause=None, source="/hub/notification") -> Fact:
    """The event as a fact."""
    return Fact(event, Envelope(identity, source, event.name, AT, causation_id=cause))


def message(agency, event, *, identity="m-1", cause=None, offset=0) -> Message:
    """The event on an agency's lane."""
    return Message(agency, Heard(fact(event, identity=identity, cause=cause), offset, 0, 10))


def receipt(**more) -> ReferralAcknowledged:
    """What police may hear."""
    return ReferralAcknowledged(referral_id=REFERRAL, received_at=AT, **more)


def blind_offer() -> OfferMade:
    """What a case-management agency may hear of anybody."""
    return OfferMade(offer_id=OFFER, door=Door.COMMUNITY, age_band=AgeBand.UNKNOWN, language="en", answer_by=AT)


def received() -> ReferralReceived:
    """What intake says of a submission."""
    return ReferralReceived(
        referral_id=REFERRAL, agency=POLICE, door=Door.COMMUNITY, source_kind=SourceKind.SELF, sealed={},
        agreement=Agreement.AGREED, referred_at=AT, particulars=Particulars(),
    )  # fmt: skip


def found(played: Run) -> list[str]:
    """What the demonstration finds wrong with it."""
    return problems(played, {"juniper": played}, SITE.program_office)


def test_nothing_is_wrong_with_a_case_that_ended_as_expected():
    assert found(run()) == []


def test_another_end_is_noticed():
    assert found(run("assignment.closed")) == ["ends closed, not enrolled"]


def test_the_wrong_agency_is_noticed():
    assert found(run(agency="lake-whatcom-center")) == [f"is with {PROVIDER}, not lake-whatcom-center"]


def test_a_fact_that_is_missing_and_one_too_many_are_noticed():
    assert found(run(facts=["link.proposed"])) == ["no link.proposed"]
    assert found(run(events=["person.linked"], never=["person.linked"])) == ["a person.linked"]


def test_what_the_sender_hears_is_compared_word_by_word_in_the_order_of_its_lane():
    played = run(sender_hears=["referral.acknowledged"])
    assert found(played) == ["the sender heard nothing"]
    played.messages.append(message(POLICE, receipt()))
    assert found(played) == []


def test_a_message_too_many_is_noticed():
    played = run(told_not=["offer.made"], told_nobody=True)
    played.messages.append(message(PROVIDER, blind_offer()))
    assert found(played) == ["somebody heard offer.made", f"{PROVIDER} heard of it"]


def test_a_refusal_that_nobody_expected_is_noticed():
    played = run()
    problem = Problem(field="subject", rule="It is required.", fix="Send it.")
    refusal = Refusal(
        agency=PROVIDER, message_id="x", message_type="offer.accepted", reason="late", problems=(problem,)
    )
    played.messages.append(message(PROVIDER, MessageRefused(refusal=refusal)))
    assert found(played) == [f"offer.accepted of {PROVIDER} was refused: late"]


def test_a_message_that_no_permission_names_is_improper():
    assert list(improper(message(POLICE, blind_offer()), SITE, [run()])) == [
        "bellingham-police: offer.made: no permission names it",
        *(f"bellingham-police: offer.made: the field {name} is beyond the permission"
          for name in ("offer_id", "door", "age_band", "language", "answer_by")),
    ]  # fmt: skip


def test_a_name_on_the_lane_of_somebody_who_may_not_know_it_is_improper():
    made = AssignmentMade(
        offer_id=OFFER, referral_id=REFERRAL, door=Door.COMMUNITY, legal_name="Juniper Sample", allowed_by="permission"
    )
    played = run()
    assert list(improper(message(PROVIDER, made), SITE, [played])) == [
        f"{PROVIDER}: assignment.made: a name or number of juniper"
    ]
    played.may_know.add(PROVIDER)
    assert list(improper(message(PROVIDER, made), SITE, [played])) == []


def test_a_blind_offer_and_a_receipt_are_proper():
    assert list(improper(message(PROVIDER, blind_offer()), SITE, [run()])) == []
    assert list(improper(message(POLICE, receipt(incident_number="SAMPLE-1")), SITE, [run()])) == []


def test_what_nobody_ever_heard_of_is_lost():
    sent = [(POLICE, "a"), (POLICE, "b"), (POLICE, "c")]
    facts = [
        fact(received(), cause="a"),
        fact(ReferralRepeated(referral_id=REFERRAL, agency=POLICE, message_id="b"), identity="m-2"),
    ]
    assert lost(sent, facts, []) == ["c"]


def test_the_same_message_twice_and_one_submission_that_became_two_are_doubled():
    assert doubled([], [message(POLICE, receipt()), message(POLICE, receipt(), offset=1)]) == [str((POLICE, "m-1"))]
    twice = [fact(received(), cause="a"), fact(received(), identity="m-2", cause="a")]
    assert doubled(twice, []) == ["a"]
    assert doubled([fact(received(), cause="a")], [message(POLICE, receipt())]) == []
