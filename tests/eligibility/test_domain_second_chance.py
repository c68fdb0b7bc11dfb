"""Given what was screened, when history is screened again: who is judged otherwise, and who may be offered again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import (
    AssignmentClosed,
    ConsentWithdrawn,
    DeathReported,
    ReferralErased,
    ReviewDecided,
)
from contracts.words import ClosedReason, Verdict
from services.eligibility.domain import Past, Rules, found_of, judged
from services.eligibility.domain.deciding import determined
from services.eligibility.domain.file import referral_in
from tests.eligibility.examples import (
    BEGIN,
    LIMITED,
    PERSON,
    POSSESSION,
    REFERRAL,
    WHATCOM,
    arrest,
    cannabis,
    erased,
    fact,
    retracted,
    with_a_limit,
)

NOW = BEGIN + timedelta(days=30)
NO, YES, ASK = Verdict.PRESUMPTIVELY_INELIGIBLE, Verdict.ELIGIBLE, Verdict.NEEDS_REVIEW
WIDE = with_a_limit(expression='"pass"').policies[-1]
OPEN = WHATCOM.policies[-1]
LIMIT = LIMITED.policies[-1]


def screened(grams="61", *, site=LIMITED, referral_id=REFERRAL, person=PERSON, minutes=1):
    referral = referral_in(arrest(POSSESSION, drugs=(cannabis(grams),), referral_id=referral_id))
    said = determined(referral, Rules(site).find(referral))
    return fact(said, minutes=minutes, person=person, id=f"screened-{referral_id}-{minutes}")


def decided(verdict, by="sample-operator", minutes=2, review="rev-" + "1" * 32):
    said = ReviewDecided(review_id=review, referral_id=REFERRAL, verdict=verdict, by=by)
    return fact(said, minutes=minutes, id=f"decided-{by}-{verdict}")


def asked(*facts, under=WIDE, since=None, until=NOW, own=LIMITED):
    past = Past(since, until)
    for one in facts:
        past.hear(one)
    return judged(past, own.policies, under)


def test_who_was_turned_away_by_a_limit_that_is_gone_is_listed():
    (one,) = asked(screened())
    assert (one.recorded, one.stood, one.decided_by, one.under) == (NO, NO, "policy", YES)
    assert one.change == "newly_eligible"
    assert one.is_a_second_chance
    assert not one.not_reproduced


def test_where_the_other_version_would_ask_a_person_a_person_may_look():
    (one,) = asked(screened(), under=OPEN)
    assert (one.under, one.change, one.is_a_second_chance) == (ASK, "newly_open", True)


def test_the_newly_ineligible_are_only_counted():
    every = asked(screened(site=with_a_limit(expression='"pass"')), under=LIMIT, own=with_a_limit(expression='"pass"'))
    assert [(one.change, one.is_a_second_chance) for one in every] == [("newly_ineligible", False)]
    assert found_of(every, LIMIT).newly_ineligible == 1


def test_the_same_version_changes_nothing():
    assert [one.change for one in asked(screened(), under=LIMIT)] == ["alike"]


def test_who_was_overridden_needs_no_second_chance():
    (one,) = asked(screened(), decided(YES))
    assert (one.stood, one.decided_by, one.change) == (YES, "sample-operator", "alike")


def test_whom_a_person_turned_away_is_listed_with_who_decided():
    (one,) = asked(screened(site=WHATCOM), decided(NO), own=WHATCOM)
    assert (one.recorded, one.stood, one.decided_by, one.change) == (ASK, NO, "sample-operator", "newly_eligible")


def test_a_verdict_that_does_not_follow_from_what_is_recorded_is_named():
    told = screened()
    wrong = replace(told, event=told.event.model_copy(update={"inputs": told.event.inputs | {"drugs": [], "cannabis": {
        "least_grams": 0.0, "weighed": True, "most_grams": 0.0}}}))  # fmt: skip
    assert asked(wrong)[0].not_reproduced == "clauses: drug-amount"
    other = replace(told, event=told.event.model_copy(update={"verdict": YES}))
    assert asked(other)[0].not_reproduced == f"verdict: {NO.value}"
    gone = replace(told, event=told.event.model_copy(update={"policy_hash": "0" * 64}))
    assert asked(gone)[0].not_reproduced == "the site has not the very words any more"


@pytest.mark.parametrize(
    ("since", "why"),
    [
        (retracted(), "withdrawn"),
        (AssignmentClosed(referral_id=REFERRAL, reason=ClosedReason.PERSON_DECLINED), "withdrawn"),
        (DeathReported(), "died"),
        (ConsentWithdrawn(consent_id="con-" + "1" * 32, how="verbal"), "a consent was taken back"),
    ],
)
def test_who_is_gone_since_is_left_out_and_counted(since, why):
    every = asked(screened(), fact(since, minutes=60 * 24 * 40))
    assert [(one.left_out, one.is_a_second_chance) for one in every] == [(why, False)]
    assert (found_of(every, WIDE).newly_eligible, found_of(every, WIDE).left_out) == (1, 1)


def test_who_is_eligible_by_another_referral_is_left_out():
    other = screened("1", referral_id="ref-" + "2" * 32, minutes=5)
    assert [one.left_out for one in asked(screened(), other)] == ["eligible by another referral", ""]


def test_of_what_is_erased_nothing_is_counted():
    assert isinstance(erased(), ReferralErased)
    assert asked(fact(erased(), minutes=9), screened()) == ()


def test_only_what_was_screened_in_that_time_is_asked():
    assert asked(screened(minutes=1), since=BEGIN + timedelta(minutes=2)) == ()
    assert asked(screened(minutes=1), until=BEGIN + timedelta(minutes=1)) == ()


@given(st.permutations([
    screened(), screened("1", referral_id="ref-" + "2" * 32, person="per-" + "b" * 32, minutes=5),
    decided(NO, "site-default"),
    fact(retracted(), minutes=7), screened("50", referral_id="ref-" + "3" * 32, person="per-" + "c" * 32, minutes=6),
]))  # fmt: skip
def test_the_order_of_what_is_read_changes_nothing(facts):
    usual = sorted(facts, key=lambda one: one.id)
    assert asked(*facts) == asked(*usual) == asked(*facts, *usual)
    assert found_of(asked(*facts), WIDE) == found_of(asked(*usual), WIDE)
