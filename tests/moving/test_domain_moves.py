"""Between two sites: what was asked goes over once, what was answered comes back, what is recalled is taken back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import (
    InformationRecalled,
    MessageRefused,
    OnwardAnswered,
    OnwardOffered,
    RecallAnswered,
    ReferralAcknowledged,
    ReferralSubmitted,
    ReferralWithdrawn,
)
from contracts.envelope import Envelope, Fact, readdressed
from contracts.parts import Refusal
from contracts.recalls import RecallGround
from contracts.words import Agreement, Category, Door, HelpType, Problem
from services.moving.domain import Moves, as_referral
from services.moving.partners import Pair, pairs
from services.sites import load_site

AT = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
ONE, TWO = f"onw-{'1' * 32}", f"onw-{'2' * 32}"
RECALL = f"rec-{'3' * 32}"
PERSON = "their-own-name-for-the-person"


def fact(event, identity, subject=PERSON):
    return Fact(event, Envelope(identity, "/hub/notification", event.name, AT, subject, event.dataschema))


def offered(onward=ONE, help_type=HelpType.CASE_MANAGEMENT):
    event = OnwardOffered(
        onward_id=onward, help_type=help_type, asked_by="opportunity-council", legal_name="Juniper Sample",
        phones=("360-555-0155",), note="Moves in May.", allowed=(Category.IDENTITY,), allowed_by="con-sample",
    )  # fmt: skip
    return fact(event, f"msg-{onward}")


def acknowledged(onward=ONE):
    return fact(
        ReferralAcknowledged(referral_id=f"ref-{'4' * 32}", source_reference=onward, received_at=AT), f"ack-{onward}"
    )


def refused(message=ONE):
    problem = Problem(field="person", rule="A rule.", fix="A fix.")
    refusal = Refusal(agency="whatcom-lead", message_id=message, reason="invalid", problems=(problem,))
    return fact(MessageRefused(refusal=refusal), f"ref-{message}")


def recalled(*onwards):
    event = InformationRecalled(
        recall_id=RECALL, because=RecallGround.CONSENT_WITHDRAWN, categories=(Category.IDENTITY,),
        disclosures=tuple(f"msg-{onward}" for onward in onwards),
    )  # fmt: skip
    return fact(event, "msg-recall")


def after(here=(), there=()):
    moves = Moves()
    for one in here:
        moves.heard_here(one)
    for one in there:
        moves.heard_there(one)
    return [(saying.there, saying.event) for saying in moves.to_say()]


def test_what_was_asked_is_referred_through_the_communitys_door_with_what_was_told_and_no_more():
    ((there, event),) = after([offered()])
    assert there
    assert event == as_referral(offered())
    assert isinstance(event, ReferralSubmitted)
    assert (event.door, event.agreement, event.source_reference) == (Door.COMMUNITY, Agreement.AGREED, ONE)
    assert (event.person.legal_name, event.reach.phones, event.reason) == (
        "Juniper Sample", ("360-555-0155",), "Moves in May.",
    )  # fmt: skip
    assert "opportunity-council" not in event.model_dump_json()


def test_what_the_other_program_has_is_answered_once_and_not_sent_again():
    assert after([offered()], [acknowledged()]) == [(False, OnwardAnswered(onward_id=ONE, answer="accepted"))]


def test_what_the_other_program_refuses_is_declined():
    assert after([offered()], [refused()]) == [(False, OnwardAnswered(onward_id=ONE, answer="declined"))]


def test_a_program_is_asked_for_a_case_manager_and_nothing_else():
    assert after([offered(help_type=HelpType.MEAL)]) == [(False, OnwardAnswered(onward_id=ONE, answer="declined"))]


def test_what_is_recalled_before_it_was_sent_is_never_sent_and_is_asked_back_to_be_sure():
    ((there, event),) = after([offered(), recalled(ONE)])
    assert there
    assert isinstance(event, ReferralWithdrawn)
    said = after([offered(), recalled(ONE)], [refused(f"withdrawn-{ONE}")])
    assert (False, RecallAnswered(recall_id=RECALL, answer="recalled")) in said
    assert not any(isinstance(event, ReferralSubmitted) for _, event in said)


def test_what_is_recalled_afterwards_is_withdrawn_there_and_the_operator_hears_that_it_cannot_be_forgotten():
    said = after([offered(), recalled(ONE)], [acknowledged()])
    assert (True, ReferralWithdrawn(of={"source_reference": ONE}, why="other")) in said
    assert [event.answer for _, event in said if isinstance(event, RecallAnswered)] == ["cannot"]


def test_what_a_replay_told_in_place_of_it_is_taken_back_like_it():
    instead = readdressed(offered(), id="msg-told-again", delivery=f"rpl-{'8' * 32}", original=f"msg-{ONE}")
    event = InformationRecalled(
        recall_id=RECALL, because=RecallGround.TOLD_BY_MISTAKE, categories=(Category.IDENTITY,),
        disclosures=("msg-told-again",),
    )  # fmt: skip
    said = after([offered(), instead, fact(event, "msg-recall")], [acknowledged()])
    assert (True, ReferralWithdrawn(of={"source_reference": ONE}, why="other")) in said


ANSWERS = ((), (acknowledged(),), (acknowledged(), refused(TWO)), (refused(),))
HERE = (offered(), offered(TWO), recalled(ONE))


@given(st.sampled_from(range(len(ANSWERS))), st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=6))
def test_any_order_and_number_of_the_same_messages_says_the_same_with_the_same_ids(which, order, again):
    heard = [(True, one) for one in HERE] + [(False, one) for one in ANSWERS[which]]

    def saying(places):
        moves = Moves()
        for place in places:
            at_home, one = heard[place % len(heard)]
            (moves.heard_here if at_home else moves.heard_there)(one)
        return {(one.there, one.id, one.event.model_dump_json(), one.subject, one.at) for one in moves.to_say()}

    assert saying([*order, *again]) == saying(range(len(heard)))


@pytest.mark.parametrize("there", [[], [acknowledged()], [refused()], [refused(f"withdrawn-{ONE}")]])
def test_nothing_of_a_person_goes_over_after_they_took_it_back(there):
    assert not [event for _, event in after([offered(), recalled(ONE)], there) if isinstance(event, ReferralSubmitted)]


def test_people_move_only_where_both_sites_name_each_other():
    whatcom, seattle, denver = (load_site(slug) for slug in ("whatcom", "seattle", "denver"))
    assert set(pairs([whatcom, seattle, denver])) == {
        Pair("whatcom", "seattle", "seattle-lead", "whatcom-lead"),
        Pair("seattle", "whatcom", "whatcom-lead", "seattle-lead"),
    }
    forgetful = seattle.model_copy(
        update={"agencies": {slug: one for slug, one in seattle.agencies.items() if not one.neighbour}}
    )
    assert not list(pairs([whatcom, forgetful]))
