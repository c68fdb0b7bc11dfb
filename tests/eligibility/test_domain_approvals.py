"""A site that asks for approval: who has a voice, what the voices come to, once, and until the clock runs out."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import ApprovalAnswered, ReviewDecided, ReviewRefused, ReviewRequested, ScreeningDetermined
from contracts.words import Door, Role, Verdict
from services.eligibility.domain import Desk, Rules, read_file, written_file
from services.sites import APPROVAL, ApprovalRule
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    AFTER_THE_FACT,
    BEGIN,
    MISCHIEF,
    NOT_WEIGHED,
    OFFICE,
    POSSESSION,
    REFERRAL,
    WHATCOM,
    Stage,
    answered,
    arrest,
    attested,
    community,
    corrected,
    run_out,
)

PROSECUTOR, COURT = "bellingham-city-attorney", "whatcom-therapeutic-courts"
OTHER_PROSECUTOR = "whatcom-county-prosecutor"
WEIGHED = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,))
UNWEIGHED = arrest(POSSESSION, drugs=(NOT_WEIGHED,))
ELIGIBLE, INELIGIBLE, REVIEW = Verdict.ELIGIBLE, Verdict.PRESUMPTIVELY_INELIGIBLE, Verdict.NEEDS_REVIEW


def asking(*roles, needs="all", **said):
    rule = ApprovalRule(
        doors={Door.ARREST_DIVERSION}, roles=roles, needs=needs, citation="made up", basis="made up",
        **{"answer_minutes": 60, "default": INELIGIBLE} | said,
    )  # fmt: skip
    return Stage(Desk(Rules(WHATCOM.model_copy(update={"approvals": (rule,)}))))


def both(**said):
    return asking(Role.PROSECUTOR, Role.COURT, **said)


def review_of(stage):
    return next(iter(stage.file.reviews))


def says(stage, who, approved=True, minutes=1, id=None):  # noqa: A002
    event = ApprovalAnswered(review_id=review_of(stage), approved=approved, why="c2VhbGVk")
    return stage.when(event, minutes, id=id, by=who)


def test_nothing_is_eligible_before_it_is_approved_and_police_hear_nothing_yet():
    stage = both().when(WEIGHED)
    stage.then("screening.determined", "review.requested")
    said = stage.the(ScreeningDetermined)
    assert (said.verdict, said.police_verdict) == (REVIEW, REVIEW)
    assert said.rules[-1].clause == APPROVAL
    assert stage.the(ReviewRequested).because == (APPROVAL,)


def test_all_have_to_say_yes_and_the_last_one_decides():
    stage = says(both().when(WEIGHED), PROSECUTOR)
    stage.then()
    says(stage, COURT, minutes=2)
    assert (stage.the(ReviewDecided).verdict, stage.the(ReviewDecided).by) == (ELIGIBLE, COURT)


def test_one_no_decides_where_all_have_to_say_yes():
    stage = says(both().when(WEIGHED), PROSECUTOR, approved=False)
    assert stage.the(ReviewDecided).verdict is INELIGIBLE


def test_one_yes_decides_where_one_is_enough_and_one_no_does_not():
    stage = says(both(needs="one").when(WEIGHED), PROSECUTOR, approved=False)
    stage.then()
    assert says(stage, COURT, minutes=2).the(ReviewDecided).verdict is ELIGIBLE


@pytest.mark.parametrize("who", [OTHER_PROSECUTOR, "opportunity-council", OFFICE])
def test_whoever_is_not_asked_is_answered_as_of_a_review_that_is_not_there(who):
    stage = both().when(WEIGHED)
    review, strange = review_of(stage), "rev-" + "0" * 32
    refused = says(stage, who).the(ReviewRefused).refusal
    nowhere = stage.when(ApprovalAnswered(review_id=strange, approved=True), 2, by=who).the(ReviewRefused).refusal
    assert (
        (refused.reason, refused.problems) == (nowhere.reason, nowhere.problems) == ("unknown-review", refused.problems)
    )
    assert review not in stage.file.decisions


def test_an_approver_has_no_voice_in_a_review_that_asks_the_office_alone():
    stage = Stage().when(UNWEIGHED)
    assert says(stage, PROSECUTOR).the(ReviewRefused).refusal.reason == "unknown-review"


def test_each_answers_once():
    stage = says(both().when(WEIGHED), PROSECUTOR, approved=True)
    refused = says(stage, PROSECUTOR, approved=False, minutes=2).the(ReviewRefused).refusal
    assert refused.reason == "already-answered"
    assert says(stage, COURT, minutes=3).the(ReviewDecided).verdict is ELIGIBLE


def test_the_same_answer_twice_is_one():
    stage = says(both().when(WEIGHED), PROSECUTOR, id="one")
    says(stage, PROSECUTOR, id="one").then()


def test_the_clock_runs_out_into_the_sites_default_and_who_is_late_hears_it():
    stage = both().when(WEIGHED)
    (deadline,) = stage.deadlines
    says(stage, PROSECUTOR)
    minutes = (deadline.due_at - BEGIN).total_seconds() / 60
    late = stage.when(run_out(review_of(stage), deadline.due_at), minutes)
    assert (late.the(ReviewDecided).verdict, late.the(ReviewDecided).by) == (INELIGIBLE, "site-default")
    assert says(stage, COURT, minutes=minutes + 1).the(ReviewRefused).refusal.reason == "too-late"


def test_a_late_answer_that_is_read_first_is_no_voice():
    stage = both().when(WEIGHED)
    assert says(stage, PROSECUTOR, minutes=11).the(ReviewRefused).refusal.reason == "too-late"
    says(stage, COURT, minutes=2).then()
    assert review_of(stage) not in stage.file.decisions


def test_an_answer_without_a_verdict_takes_no_voice_away():
    stage = both().when(UNWEIGHED)
    stage.when(answered(review_of(stage), REVIEW), 1)
    assert stage.the(ReviewRefused).refusal.reason == "no-verdict"
    says(says(stage, PROSECUTOR, minutes=2), COURT, minutes=3)
    assert stage.when(answered(review_of(stage), ELIGIBLE), 4).the(ReviewDecided).verdict is ELIGIBLE


def test_an_officer_who_waits_shortens_the_clock_to_that_of_an_urgent_review():
    waiting, alone = (
        both().when(WEIGHED),
        both().when(arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,), officer_waiting=False)),
    )
    assert [(one.deadlines[0].due_at - BEGIN).total_seconds() / 60 for one in (waiting, alone)] == [10, 60]


def test_what_the_policy_leaves_open_the_office_settles_beside_the_approvers():
    stage = both().when(UNWEIGHED)
    assert stage.the(ReviewRequested).because == ("drug-amount", APPROVAL)
    says(says(stage, PROSECUTOR), COURT, minutes=2).then()
    decided = stage.when(answered(review_of(stage), ELIGIBLE), 3)
    assert decided.the(ReviewDecided).verdict is ELIGIBLE


def test_the_office_approves_where_it_is_asked_and_may_be_spared_by_an_attestation():
    stage = asking(Role.PROGRAM_OFFICE, needs="one", unless_attested="approved-by-a-sergeant")
    stage.when(WEIGHED)
    assert stage.when(answered(review_of(stage)), 1).the(ReviewDecided).verdict is ELIGIBLE
    spared = asking(Role.PROGRAM_OFFICE, needs="one", unless_attested="approved-by-a-sergeant")
    spared.when(
        arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,), attestations=(attested("approved-by-a-sergeant", "pass"),))
    )
    spared.then("screening.determined")
    assert spared.the(ScreeningDetermined).verdict is ELIGIBLE


def test_nobody_is_asked_at_another_door_after_a_phoned_hand_off_or_of_what_the_policy_excludes():
    assert both().when(community()).the(ScreeningDetermined).verdict is ELIGIBLE
    phoned = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,), after_the_fact=AFTER_THE_FACT)
    assert both().when(phoned).the(ScreeningDetermined).verdict is ELIGIBLE


def test_another_amount_is_another_question_and_the_old_answers_do_not_count_for_it():
    stage = says(both().when(WEIGHED), PROSECUTOR)
    before = review_of(stage)
    stage.when(corrected(UNWEIGHED), 2)
    assert stage.the(ReviewRequested).review_id != before
    event = ApprovalAnswered(review_id=before, approved=True)
    assert stage.when(event, 3, by=COURT).the(ReviewRefused).refusal.reason == "review-closed"


def test_voices_are_kept_and_read_again():
    file = says(both().when(WEIGHED), PROSECUTOR).file
    assert read_file(written_file(file)) == file


@given(st.lists(st.sampled_from([True, False]), min_size=2, max_size=2), st.sampled_from(["all", "one"]))
def test_in_whatever_order_they_answer_the_end_is_the_same(answers, needs):
    ends = set()
    for order in permutations(zip((PROSECUTOR, COURT), answers, strict=True)):
        stage = both(needs=needs).when(WEIGHED)
        for minute, (who, approved) in enumerate(order, 1):
            says(stage, who, approved=approved, minutes=minute)
        ends.add(stage.file.decisions[review_of(stage)].verdict)
    assert ends == {ELIGIBLE if (all(answers) if needs == "all" else any(answers)) else INELIGIBLE}


EARLIER = "ref-" + "9" * 32


def test_what_becomes_of_an_earlier_arrest_closes_no_question_about_a_later_one():
    stage = both().when(WEIGHED)
    earlier = arrest(MISCHIEF, referral_id=EARLIER, referred_at=BEGIN - timedelta(days=30))
    stage.when(earlier, 1)
    first, second = (next(name for name, one in stage.file.reviews.items() if one.referral_id == ref)
                     for ref in (EARLIER, REFERRAL))  # fmt: skip
    for review in (first, second):
        for minute, who in enumerate((PROSECUTOR, COURT), 2):
            stage.when(ApprovalAnswered(review_id=review, approved=True), minute, id=f"{who}-{review}", by=who)
    assert {stage.file.decisions[one].verdict for one in (first, second)} == {ELIGIBLE}
    third = stage.when(arrest(MISCHIEF, referral_id="ref-" + "8" * 32, referred_at=BEGIN + timedelta(days=1)), 9)
    assert third.the(ScreeningDetermined).inputs["earlier_diversions"] == 2
