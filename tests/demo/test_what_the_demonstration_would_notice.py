"""A check that never fails checks nothing: each thing that can go wrong is made to go wrong here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.catalogue import (
    AssignmentMade,
    DiversionReported,
    HandoffUnavailable,
    LedgerExtended,
    MessageRefused,
    OfferCancelled,
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
from services.demo.checking import doubled, ledger_holds, lost, problems, unentered
from services.demo.privacy import improper, joined
from services.demo.runs import Message, Run
from services.partner import Heard
from services.plumbing.chains import canonical, extended
from services.sites import load_site

SITE = load_site("whatcom")
AT = datetime(2026, 3, 1, tzinfo=UTC)
REFERRAL, OFFER, PERSON = "ref-" + "1" * 32, "off-" + "2" * 32, "per-" + "3" * 32
POLICE, PROVIDER = "bellingham-police", "opportunity-council"


def case(**expect) -> Case:
    """A case of Juniper Sample, who is expected to be enrolled."""
    return Case(
        slug="juniper", title="", chapter="", scene=1, sender=POLICE,
        referral={
            "door": "community", "agreement": "agreed",
            "incident": {"number": "SAMPLE-1", "officer": {"call_back": "360-555-0100"}},
            "location": {"area": "bellingham", "place": "Sample Street"}, "safety_code": "salmonberry",
            "person": {"legal_name": "Juniper Sample", "preferred_name": "Blue", "birth_date": "1991-04-11"},
            "reach": {"phones": ["360-555-0101"], "usual_places": ["the sample bakery"], "through": "the parish"},
        },
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


def message(agency, event, *, identity="m-1", cause=None, offset=0, **marks) -> Message:
    """The event on an agency's lane, with these headers."""
    return Message(agency, Heard(fact(event, identity=identity, cause=cause), offset, 0, 10, marks))


def made(**more) -> AssignmentMade:
    """What the agency is told that accepted."""
    return AssignmentMade(offer_id=OFFER, referral_id=REFERRAL, door=Door.COMMUNITY, allowed_by="permission", **more)


def changed(played, **referral) -> Run:
    """The run of a case whose referral says something else."""
    played.case = played.case.model_copy(update={"referral": played.case.referral | referral})
    return played


def found_on(agency, event, played=None, **marks) -> list[str]:
    """What is improper about the event on the agency's lane, without the words that are the same each time."""
    said = improper(message(agency, event, **marks), SITE, [played or run()])
    return [one.removeprefix(f"{agency}: {event.name}: ") for one in said]


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


WORDS = "private words of juniper"


@pytest.mark.parametrize(
    "word",
    [
        "Juniper Sample", "Blue", "1991-04-11", "360-555-0101", "the sample bakery", "the parish",
        "Sample Street", "salmonberry", "360-555-0100", "SAMPLE-1-abc123",
    ],
)  # fmt: skip
def test_each_private_word_on_the_lane_of_somebody_who_was_not_told_is_improper(word):
    played = run()
    assert found_on(PROVIDER, made(preferred_name=f"({word})"), played) == [WORDS]
    assert found_on(PROVIDER, made(), played, key=word) == [WORDS]
    played.may_know.add(PROVIDER)
    assert found_on(PROVIDER, made(preferred_name=f"({word})"), played) == []


def test_the_sender_may_read_its_own_words_and_the_prosecutor_the_incident_number_alone():
    assert found_on(POLICE, receipt(incident_number="SAMPLE-1-abc123")) == []
    prosecutor = SITE.prosecutors_of(POLICE)[0].slug
    reported = DiversionReported(referral_id=REFERRAL, incident_number="SAMPLE-1-abc123", diverted_at=AT)
    assert found_on(prosecutor, reported) == []
    assert found_on(prosecutor, reported.model_copy(update={"incident_number": "360-555-0100"})) == [WORDS]
    assert found_on("sumas-police", receipt(incident_number="SAMPLE-1-abc123")) == [WORDS]


def told(played) -> Run:
    """The run, in which the provider may know the words."""
    played.may_know.add(PROVIDER)
    return played


NAMED = made(legal_name="Juniper Sample", birth_date=date(1991, 4, 11))
BEYOND = [f"the field {name} is beyond the permission" for name in ("legal_name", "birth_date")]


def test_a_legal_name_before_any_consent_is_beyond_the_permission_though_the_agency_may_know_the_person():
    assert found_on(PROVIDER, NAMED, told(run())) == BEYOND
    assert found_on(PROVIDER, NAMED, told(run(events=["consent.granted"]))) == []


def test_a_consent_that_came_after_the_message_does_not_count():
    played = told(run(events=["consent.granted"]))
    played.steps = [step.model_copy(update={"at": AT + timedelta(seconds=1)}) for step in played.steps]
    assert found_on(PROVIDER, NAMED, played) == BEYOND


def test_a_message_that_waited_until_after_a_consent_was_told_under_it():
    played = told(run(events=["consent.granted"]))
    played.steps = [step.model_copy(update={"at": AT + timedelta(seconds=1)}) for step in played.steps]
    waited = message(PROVIDER, NAMED)
    appended = int((AT + timedelta(seconds=2)).timestamp() * 1000)
    later = replace(waited, heard=replace(waited.heard, appended_ms=appended))
    assert list(improper(later, SITE, [played])) == []
    assert len(list(improper(waited, SITE, [played]))) == len(BEYOND)


def test_a_consent_of_the_same_person_in_an_earlier_case_counts():
    before, now = run(events=["consent.granted"]), told(run())
    before.referral_id = "ref-" + "9" * 32
    assert list(improper(message(PROVIDER, NAMED), SITE, [before, now])) == []
    before.person = "per-" + "9" * 32
    assert len(list(improper(message(PROVIDER, NAMED), SITE, [before, now]))) == len(BEYOND)


def test_only_the_row_of_that_door_and_agreement_counts_before_a_consent():
    phoned, placed = made(phones=("360-555-0101",)), made(place="Sample Street")
    assert found_on(PROVIDER, phoned, told(run())) == []
    assert found_on(PROVIDER, placed, told(run())) == ["the field place is beyond the permission"]
    arrested = changed(told(run()), door="arrest_diversion")
    assert found_on(PROVIDER, placed, arrested) == []
    assert found_on(PROVIDER, phoned, arrested) == ["the field phones is beyond the permission"]
    not_asked = changed(told(run()), agreement="not_asked")
    assert found_on(PROVIDER, phoned, not_asked) == ["the field phones is beyond the permission"]
    agreed_since = changed(told(run(events=["person.agreed"])), agreement="not_asked")
    assert found_on(PROVIDER, phoned, agreed_since) == []


@pytest.mark.parametrize(
    "referral", [{"agreement": "declined"}, {"agreement": "not_asked", "source_kind": "treatment"}]
)
def test_nobody_is_named_who_said_no_or_whose_source_reveals_treatment(referral):
    found_fields = found_on(PROVIDER, made(preferred_name="Blue"), changed(told(run()), **referral))
    assert "the field preferred_name is beyond the permission" in found_fields


def test_a_header_on_two_lanes_is_noticed_unless_the_message_itself_says_it():
    police = message(POLICE, receipt(), ce_id="a", ce_correlationid=REFERRAL, ce_type="referral.acknowledged")
    assert list(joined([police, message(PROVIDER, blind_offer(), ce_id="b", ce_correlationid=OFFER)])) == []
    assert list(joined([police, message(PROVIDER, made(), ce_id="c", ce_correlationid=REFERRAL)])) == []
    assert list(joined([police, message(POLICE, receipt(), ce_id="a")])) == []
    for marks in ({"ce_causationid": "a"}, {"key": "a"}, {"ce_subject": "a"}):
        (noticed,) = joined([police, message(PROVIDER, blind_offer(), **marks)])
        assert POLICE in noticed
        assert PROVIDER in noticed
    blind = message(PROVIDER, blind_offer(), ce_correlationid=REFERRAL)
    assert len(list(joined([message("sumas-police", blind_offer(), ce_correlationid=REFERRAL), blind]))) == 1


def test_an_appointment_instead_of_go_on_as_usual_is_noticed():
    played = run(sender_reads={"handoff.unavailable": {"appointment_follows": True}})
    unread = ["the sender does not read handoff.unavailable with appointment_follows = True"]
    assert found(played) == unread
    played.messages.append(message(POLICE, HandoffUnavailable(referral_id=REFERRAL, said_at=AT)))
    assert found(played) == unread
    played.messages = [message(POLICE, HandoffUnavailable(referral_id=REFERRAL, said_at=AT, appointment_follows=True))]
    assert found(played) == []


def test_a_case_manager_on_the_way_who_hears_nothing_of_the_end_is_noticed():
    played = run(holder_hears=["offer.cancelled"])
    played.messages = [
        message(PROVIDER, made()),
        message("lake-whatcom-center", OfferCancelled(offer_id=OFFER, cancelled_at=AT)),
    ]
    assert found(played) == ["who was to come did not hear offer.cancelled"]
    played.messages.append(message(PROVIDER, OfferCancelled(offer_id=OFFER, cancelled_at=AT)))
    assert found(played) == []


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


def entered(*, agency=POLICE, identity="m-1", kind="made"):
    """The ledger, when this was entered."""
    return extended(None, 0, [canonical({"kind": kind, "agency": agency, "message": identity})])


def test_a_message_on_a_lane_that_is_not_in_the_ledger_is_noticed():
    on_lane = [message(POLICE, receipt())]
    assert unentered(entered(), on_lane) == []
    for links in ([], entered(agency=PROVIDER), entered(identity="m-2"), entered(kind="withheld")):
        assert unentered(links, on_lane) == ["m-1"]


def test_a_ledger_that_is_shorter_than_its_published_head_does_not_hold():
    links = entered() + extended(None, 1, [canonical({"kind": "made", "agency": POLICE, "message": "m-2"})])
    heads = [fact(LedgerExtended(chain=link.chain, length=1, head=link.hash)) for link in links]
    assert ledger_holds(links, heads).broken is None
    assert ledger_holds(links[:1], heads).broken is not None
    assert ledger_holds(links, [fact(LedgerExtended(chain=0, length=1, head="0" * 64))]).broken is not None
