"""Reviews: who is asked, on which clock, and what ends them."""

from datetime import timedelta

import pytest

from contracts.catalogue import (
    AssignmentHandedOff,
    AssignmentUnavailable,
    ReviewDecided,
    ReviewRefused,
    ReviewRequested,
    ScreeningDetermined,
)
from contracts.parts import AgeFact
from contracts.words import Agreement, HelpType, Verdict
from services.eligibility.domain import read_file
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    AFTER_THE_FACT,
    ASSAULT,
    BEGIN,
    MISCHIEF,
    NOT_WEIGHED,
    POSSESSION,
    REFERRAL,
    Stage,
    answered,
    arrest,
    community,
    corrected,
    particulars,
    retracted,
    run_out,
)

MET = AssignmentHandedOff(
    referral_id=REFERRAL, offer_id="off-" + "1" * 32, agency="opportunity-council", handed_off_at=BEGIN
)
TOLD_TO_GO_ON = AssignmentUnavailable(referral_id=REFERRAL, appointment_follows=False)
UNWEIGHED = arrest(POSSESSION, drugs=(NOT_WEIGHED,))
WEIGHED = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,))


def due(stage):
    return stage.file.reviews[stage.review_id].decide_by


def test_a_plain_referral_is_screened_and_nobody_is_asked():
    stage = Stage().when(WEIGHED)
    stage.then("screening.determined")
    assert stage.the(ScreeningDetermined).verdict is Verdict.ELIGIBLE


def test_a_screening_carries_the_policy_and_exactly_what_it_was_given():
    said = Stage().when(WEIGHED).the(ScreeningDetermined)
    assert (said.policy, said.policy_version, len(said.policy_hash)) == ("whatcom-lead", "2026-01", 64)
    assert said.inputs["drugs"][0]["grams"] == 1.5
    assert said.revision == 0


def test_a_weight_that_nobody_reported_is_never_written_as_zero():
    said = Stage().when(UNWEIGHED).the(ScreeningDetermined)
    assert "grams" not in said.inputs["drugs"][0]
    assert "quantity" not in said.inputs["drugs"][0]


def test_an_officer_who_waits_makes_a_review_urgent_with_a_clock_and_the_sites_default():
    stage = Stage().when(UNWEIGHED)
    stage.then("screening.determined", "review.requested")
    asked = stage.the(ReviewRequested)
    assert (asked.urgent, asked.default, asked.because) == (True, Verdict.PRESUMPTIVELY_INELIGIBLE, ("drug-amount",))
    assert (asked.decide_by - UNWEIGHED.referred_at).total_seconds() == 600
    assert [(one.name, one.reference, one.due_at) for one in stage.deadlines] == [
        ("review", asked.review_id, asked.decide_by)
    ]


def test_a_review_for_which_nobody_waits_has_no_clock():
    stage = Stage().when(community("other"))
    asked = stage.the(ReviewRequested)
    assert (asked.urgent, asked.decide_by, asked.default, stage.deadlines) == (False, None, None, [])


def test_what_is_recorded_after_the_fact_is_screened_and_never_urgent():
    stage = Stage().when(arrest(POSSESSION, drugs=(NOT_WEIGHED,), after_the_fact=AFTER_THE_FACT))
    stage.then("screening.determined", "review.requested")
    assert not stage.the(ReviewRequested).urgent


@pytest.mark.parametrize("gone_on", [MET, TOLD_TO_GO_ON], ids=lambda event: event.name)
def test_an_amendment_after_the_officer_has_gone_on_asks_without_a_clock(gone_on):
    stage = Stage().given(WEIGHED, (gone_on, 20)).when(corrected(UNWEIGHED), 60)
    asked = stage.the(ReviewRequested)
    assert (asked.urgent, asked.decide_by, asked.default, stage.deadlines) == (False, None, None, [])
    stage.when(answered(stage.review_id), 24 * 60)
    assert stage.the(ReviewDecided).verdict is Verdict.ELIGIBLE


def test_a_clock_that_began_while_the_officer_waited_runs_out_all_the_same():
    stage = Stage().when(UNWEIGHED)
    review_id, until = stage.review_id, due(stage)
    stage.given((TOLD_TO_GO_ON, 5)).when(run_out(review_id, until), 10)
    assert stage.the(ReviewDecided).verdict is Verdict.PRESUMPTIVELY_INELIGIBLE


def test_who_declined_on_the_scene_has_no_urgent_review():
    stage = Stage().when(arrest(POSSESSION, drugs=(NOT_WEIGHED,), agreement=Agreement.DECLINED))
    assert not stage.the(ReviewRequested).urgent


def test_an_operators_answer_decides():
    stage = Stage().given(UNWEIGHED)
    stage.when(answered(stage.review_id), 3)
    decided = stage.the(ReviewDecided)
    assert (decided.verdict, decided.by, decided.referral_id) == (Verdict.ELIGIBLE, "sample-operator", REFERRAL)
    assert decided.why == "c2VhbGVk"


def test_nobody_answers_and_the_sites_default_decides():
    stage = Stage().given(UNWEIGHED)
    stage.when(run_out(stage.review_id, due(stage)), 10)
    decided = stage.the(ReviewDecided)
    assert (decided.verdict, decided.by) == (Verdict.PRESUMPTIVELY_INELIGIBLE, "site-default")


def test_an_answer_at_the_last_moment_still_counts():
    stage = Stage().given(UNWEIGHED)
    stage.when(answered(stage.review_id), 10)
    stage.then("review.decided")


def test_a_late_answer_loses_even_if_it_is_read_before_the_deadline():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.when(answered(review_id), 11).then("review.refused")
    assert stage.the(ReviewRefused).refusal.reason == "too-late"
    stage.when(run_out(review_id, due_at), 10).then("review.decided")


def test_an_answer_in_time_counts_even_if_the_deadline_is_read_first():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.when(run_out(review_id, due_at), 10).when(answered(review_id), 9)
    assert stage.the(ReviewDecided).by == "sample-operator"
    assert stage.file.decisions[review_id].verdict is Verdict.ELIGIBLE


def test_a_deadline_after_the_answer_changes_nothing():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.given((answered(review_id), 9)).when(run_out(review_id, due_at), 10).then()


def test_a_review_is_decided_once():
    stage = Stage().given(UNWEIGHED)
    review_id = stage.review_id
    stage.given((answered(review_id), 3)).when(answered(review_id, Verdict.PRESUMPTIVELY_INELIGIBLE), 4)
    assert stage.the(ReviewRefused).refusal.reason == "already-decided"
    assert stage.file.decisions[review_id].verdict is Verdict.ELIGIBLE


def test_the_same_answer_heard_again_is_no_second_answer():
    stage = Stage().given(UNWEIGHED)
    review_id = stage.review_id
    stage.when(answered(review_id), 3, id="answer").when(answered(review_id), 3, id="answer").then()


def test_an_answer_to_an_unknown_review_is_refused_to_who_sent_it():
    stage = Stage().given(UNWEIGHED).when(answered("rev-" + "0" * 32), 3)
    refusal = stage.the(ReviewRefused).refusal
    assert (refusal.agency, refusal.reason) == ("whatcom-lead-program-office", "unknown-review")
    assert refusal.message_type == "review.answered"


def test_a_review_is_not_answered_with_a_question():
    stage = Stage().given(UNWEIGHED)
    stage.when(answered(stage.review_id, Verdict.NEEDS_REVIEW), 3)
    assert stage.the(ReviewRefused).refusal.reason == "no-verdict"
    assert stage.open_reviews


def test_a_correction_is_screened_again():
    stage = Stage().given(UNWEIGHED).when(corrected(UNWEIGHED, particulars=WEIGHED.particulars), 2)
    stage.then("screening.determined")
    said = stage.the(ScreeningDetermined)
    assert (said.revision, said.verdict) == (1, Verdict.ELIGIBLE)
    assert not stage.open_reviews


def test_the_deadline_of_a_question_that_a_correction_answered_is_ignored():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.given((corrected(UNWEIGHED, particulars=WEIGHED.particulars), 2))
    stage.when(run_out(review_id, due_at), 10).then()
    stage.when(answered(review_id), 5)
    assert stage.the(ReviewRefused).refusal.reason == "review-closed"


def test_a_correction_that_changes_the_facts_asks_anew():
    stage = Stage().given(UNWEIGHED)
    first = stage.review_id
    stage.when(corrected(UNWEIGHED, particulars=particulars(offences=(POSSESSION,), drugs=(NOT_WEIGHED,) * 2)), 2)
    stage.then("screening.determined", "review.requested")
    assert stage.review_id != first


def test_a_correction_beside_the_question_asks_nobody_again():
    stage = Stage().given(UNWEIGHED)
    review_id = stage.review_id
    facts = UNWEIGHED.particulars.model_copy(update={"needs": (HelpType.MEAL,), "language": "es"})
    stage.given((answered(review_id), 3)).when(corrected(UNWEIGHED, particulars=facts), 4)
    stage.then("screening.determined", "review.decided")
    again = stage.the(ReviewDecided)
    assert (again.review_id, again.verdict, again.by) == (review_id, Verdict.ELIGIBLE, "sample-operator")
    assert (again.revision, again.why) == (1, None)
    assert stage.file.decisions[review_id].at == stage.facts[0].at + timedelta(minutes=3)


def test_a_decision_names_the_revision_that_it_is_about():
    facts = UNWEIGHED.particulars.model_copy(update={"language": "es"})
    stage = Stage().given(UNWEIGHED, (corrected(UNWEIGHED, particulars=facts), 2))
    stage.when(answered(stage.review_id), 3)
    assert stage.the(ReviewDecided).revision == 1


@pytest.mark.parametrize("said", [{"agreement": Agreement.UNDECIDED}, {"officer_waiting": False}])
def test_who_waits_and_who_agreed_are_no_part_of_the_question(said):
    stage = Stage().given(UNWEIGHED)
    review_id = stage.review_id
    stage.given((answered(review_id), 3)).when(corrected(UNWEIGHED, **said), 4)
    stage.then("screening.determined", "review.decided")
    assert stage.the(ReviewDecided).by == "sample-operator"


def test_an_amendment_of_what_an_open_clause_asks_for_is_another_question():
    stage = Stage().given(UNWEIGHED)
    stage.given((answered(stage.review_id), 3))
    stage.when(corrected(UNWEIGHED, particulars=particulars(offences=(POSSESSION, ASSAULT), drugs=(NOT_WEIGHED,))), 4)
    stage.then("screening.determined", "review.requested")


def test_an_amendment_of_what_no_open_clause_asks_for_leaves_the_question_as_it_was():
    stage = Stage().given(UNWEIGHED)
    facts = UNWEIGHED.particulars.model_copy(update={"age": AgeFact(from_years=17, to_years=17), "area": "ferndale"})
    stage.given((answered(stage.review_id), 3)).when(corrected(UNWEIGHED, particulars=facts), 4)
    stage.then("screening.determined", "review.decided")


def test_who_comes_to_wait_gives_an_open_review_its_clock():
    nobody_waits = arrest(POSSESSION, drugs=(NOT_WEIGHED,), officer_waiting=False)
    stage = Stage().given(nobody_waits)
    review_id = stage.review_id
    stage.when(corrected(nobody_waits, officer_waiting=True), 4).then("screening.determined", "review.requested")
    asked = stage.the(ReviewRequested)
    assert (asked.review_id, asked.urgent, asked.default) == (review_id, True, Verdict.PRESUMPTIVELY_INELIGIBLE)
    assert [(one.reference, one.due_at) for one in stage.deadlines] == [(review_id, asked.decide_by)]
    stage.when(run_out(review_id, asked.decide_by), 14).then("review.decided")


def test_when_nobody_waits_any_more_the_clock_decides_nothing_and_an_operator_may_take_longer():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.when(corrected(UNWEIGHED, officer_waiting=False), 4).then("screening.determined")
    stage.when(run_out(review_id, due_at), 10).then()
    stage.when(answered(review_id), 60).then("review.decided")


def test_a_review_that_was_asked_when_every_fact_was_part_of_the_question_can_still_be_answered():
    stage = Stage(file=read_file(KEPT_BEFORE))
    assert stage.review_id == FORMER_REVIEW
    facts = UNWEIGHED.particulars.model_copy(update={"language": "es"})
    stage.when(corrected(UNWEIGHED, particulars=facts), 2).then("screening.determined")
    stage.when(answered(FORMER_REVIEW), 3).then("review.decided")
    stage.when(corrected(UNWEIGHED, revision=2), 4).then("screening.determined", "review.decided")


def test_a_clock_that_ran_before_still_ends_its_review():
    stage = Stage(file=read_file(KEPT_BEFORE))
    stage.when(run_out(FORMER_REVIEW, due(stage)), 10).then("review.decided")


def test_a_question_that_came_back_after_its_clock_ran_out_is_decided_at_once():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.given((corrected(UNWEIGHED, particulars=WEIGHED.particulars), 2), (run_out(review_id, due_at), 10))
    stage.when(corrected(UNWEIGHED, revision=2), 15).then("screening.determined", "review.decided")


def test_a_withdrawn_referral_closes_its_review():
    stage = Stage().given(UNWEIGHED)
    review_id, due_at = stage.review_id, due(stage)
    stage.given((retracted(), 2)).when(answered(review_id), 3)
    assert stage.the(ReviewRefused).refusal.reason == "review-closed"
    stage.when(run_out(review_id, due_at), 10).then()


def test_a_withdrawn_referral_is_not_screened_again():
    Stage().given(MISCHIEF_ARREST, (retracted(), 1)).when(corrected(MISCHIEF_ARREST), 2).then()


def test_an_older_revision_that_comes_late_changes_nothing():
    stage = Stage().given(UNWEIGHED, (corrected(UNWEIGHED, revision=2, particulars=WEIGHED.particulars), 2))
    stage.when(corrected(UNWEIGHED, revision=1), 3).then()


def test_the_same_referral_heard_twice_is_screened_once():
    Stage().given(WEIGHED).when(WEIGHED).then()


MISCHIEF_ARREST = arrest(MISCHIEF)
FORMER_REVIEW = "rev-87d95c684371b453e66a15402c8baec0"
KEPT_BEFORE = f"""
{{"referrals":{{"{REFERRAL}":{{"referral_id":"{REFERRAL}","revision":0,"door":"arrest_diversion",
"source_kind":"law_enforcement","agreement":"agreed","officer_waiting":true,"referred_at":"2026-03-02T09:00:00Z",
"particulars":{{"age":{{"from_years":30,"to_years":30}},"area":"bellingham","residence_area":null,
"offences":[{{"nibrs":"35A","statute":null,"description":null,"severity":"unknown","activity":"P","attempted":false}}],
"drugs":[{{"kind":"L","quantity":null,"unit":"XX","lab_pending":false}}],"attestations":[],"prior_involvement":null,
"under_supervision":"unknown","language":"en","interpreter":"unknown","housing":"unknown","needs":[]}},
"after_the_fact":false}}}},"retracted":[],"screenings":{{"{REFERRAL}":{{"0":"needs_review"}}}},
"reviews":{{"{FORMER_REVIEW}":{{"referral_id":"{REFERRAL}","because":["drug-amount"],
"asked_at":"2026-03-02T09:00:00Z","urgent":true,"decide_by":"2026-03-02T09:10:00Z",
"default":"presumptively_ineligible"}}}},"decisions":{{}}}}
"""
"""A file as it was written down when a review's id followed from all facts of the referral."""
