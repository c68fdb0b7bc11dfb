"""A presumptive verdict is overridden by whom the site lets, for a reason; what a person decided never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.catalogue import (
    ApprovalAnswered,
    AssignmentUnavailable,
    OrderNoted,
    ReviewDecided,
    ReviewRefused,
    ReviewRequested,
    ScreeningOverridden,
)
from contracts.parts import AgeFact
from contracts.words import Door, Role, Verdict
from services.eligibility.domain import Desk, Rules, read_file, written_file
from services.sites import APPROVAL, ApprovalRule
from tests.eligibility.examples import (
    AFTER_THE_FACT,
    BEGIN,
    LIMITED,
    LIMITED_RULES,
    NOT_WEIGHED,
    OFFICE,
    POSSESSION,
    REFERRAL,
    Stage,
    answered,
    arrest,
    cannabis,
    corrected,
    particulars,
    retracted,
    run_out,
)

POLICE, OTHER_POLICE, PROSECUTOR = "bellingham-police", "whatcom-county-sheriff", "bellingham-city-attorney"
COURT = "whatcom-therapeutic-courts"
TOO_MUCH = arrest(POSSESSION, drugs=(cannabis("61"),))
UNWEIGHED = arrest(POSSESSION, drugs=(NOT_WEIGHED,))
ELIGIBLE, INELIGIBLE = Verdict.ELIGIBLE, Verdict.PRESUMPTIVELY_INELIGIBLE


def limited():
    return Stage(Desk(LIMITED_RULES))


def approving(*roles):
    rule = ApprovalRule(
        doors={Door.ARREST_DIVERSION}, roles=roles, needs="all", answer_minutes=60, default=INELIGIBLE,
        citation="made up", basis="made up",
    )  # fmt: skip
    return Stage(Desk(Rules(LIMITED.model_copy(update={"approvals": (rule,)}))))


def overrides(stage, by=OFFICE, minutes=2.0, operator="sam-sample", **more):
    event = ScreeningOverridden(referral_id=REFERRAL, reason="need_outweighs", why="c2VhbGVk", operator=operator)
    return stage.when(event, minutes, by=by, **more)


def reason(stage):
    return stage.the(ReviewRefused).refusal.reason


def test_the_office_overrides_what_the_policy_found_and_it_is_written_down_who_did_and_that_there_is_a_reason():
    stage = overrides(limited().given(TOO_MUCH))
    stage.then("review.decided")
    said = stage.the(ReviewDecided)
    assert (said.verdict, said.by, said.revision, said.why) == (ELIGIBLE, "sam-sample", 0, "c2VhbGVk")
    assert not said.officer_gone


def test_designated_police_override_what_they_submitted_and_stand_there_as_an_agency():
    said = overrides(limited().given(TOO_MUCH), by=POLICE, operator="not-theirs-to-say").the(ReviewDecided)
    assert (said.verdict, said.by) == (ELIGIBLE, POLICE)


def test_of_another_agencys_referral_police_hear_what_they_would_of_none():
    one, none = limited().given(TOO_MUCH), limited()
    told = [overrides(stage, by=OTHER_POLICE).the(ReviewRefused).refusal for stage in (one, none)]
    assert told[0] == told[1]
    assert told[0].reason == "unknown-referral"


def test_the_office_names_who_decides():
    assert reason(overrides(limited().given(TOO_MUCH), operator=None)) == "no-operator"


def test_what_ran_out_unanswered_is_presumptive_too_and_is_overridden():
    stage = Stage().given(UNWEIGHED)
    review, due = stage.review_id, stage.file.reviews[stage.review_id].decide_by
    stage.given((run_out(review, due), 10))
    said = overrides(stage, minutes=60).the(ReviewDecided)
    assert (said.verdict, said.officer_gone) == (ELIGIBLE, True)


def test_police_cannot_tell_by_it_what_else_was_in_the_way():
    """Eligible, kept away and open, run out, or decided: one answer, for their own data say yes to all of it."""
    weighed = arrest(POSSESSION, drugs=(cannabis("1"),))
    kept_away = OrderNoted(order_id="ord-" + "1" * 32, agency=COURT, kind="no_contact", reported_at=BEGIN)
    eligible, still_open, ran_out, decided = (
        Stage().given(*events) for events in ((weighed,), *[(kept_away, weighed)] * 3)
    )
    review = ran_out.review_id
    ran_out.given((run_out(review, ran_out.file.reviews[review].decide_by), 10))
    decided.given((answered(review, INELIGIBLE), 5))
    refusals = [overrides(one, by=POLICE, minutes=20).said[0] for one in (eligible, still_open, ran_out, decided)]
    assert {one.model_dump_json() for one in refusals} == {refusals[0].model_dump_json()}
    assert refusals[0].refusal.reason == "not-presumptive"
    assert overrides(ran_out, minutes=21).the(ReviewDecided).verdict is ELIGIBLE


def test_an_officer_who_was_told_no_has_gone_so_whoever_comes_comes_later():
    assert not overrides(limited().given(TOO_MUCH), minutes=9).the(ReviewDecided).officer_gone
    assert overrides(limited().given(TOO_MUCH), minutes=11).the(ReviewDecided).officer_gone
    met = limited().given(TOO_MUCH, (AssignmentUnavailable(referral_id=REFERRAL, appointment_follows=False), 1))
    assert not overrides(met, minutes=11).the(ReviewDecided).officer_gone


@pytest.mark.parametrize("verdict", [ELIGIBLE, INELIGIBLE])
def test_what_a_person_decided_is_no_presumption(verdict):
    stage = Stage().given(UNWEIGHED)
    stage.given((answered(stage.review_id, verdict), 1))
    assert reason(overrides(stage)) == "not-presumptive"


@pytest.mark.parametrize("event", [UNWEIGHED, arrest(POSSESSION, drugs=(cannabis("1"),))], ids=["open", "eligible"])
def test_what_is_open_or_eligible_is_not_overridden(event):
    assert reason(overrides(limited().given(event))) == "not-presumptive"


def test_nothing_is_overridden_of_a_referral_that_was_withdrawn():
    assert reason(overrides(limited().given(TOO_MUCH, (retracted(), 1)))) == "withdrawn-referral"


def test_a_verdict_is_overridden_once():
    stage = overrides(limited().given(TOO_MUCH))
    assert reason(overrides(stage, minutes=3)) == "already-overridden"


def test_an_amendment_that_leaves_the_question_leaves_the_override_and_another_question_ends_it():
    stage = overrides(limited().given(TOO_MUCH))
    stage.when(corrected(TOO_MUCH), 5).then("screening.determined", "review.decided")
    assert (stage.the(ReviewDecided).verdict, stage.the(ReviewDecided).revision) == (ELIGIBLE, 1)
    more = particulars(offences=(POSSESSION,), drugs=(cannabis("99"),))
    stage.when(corrected(TOO_MUCH, revision=2, particulars=more), 6).then("screening.determined")


def test_where_somebody_else_has_to_approve_the_override_asks_them_and_their_no_is_the_last_word():
    stage = approving(Role.PROSECUTOR).given(TOO_MUCH)
    overrides(stage).then("review.requested")
    asked = stage.the(ReviewRequested)
    assert (asked.because, asked.default) == ((APPROVAL,), INELIGIBLE)
    no = ApprovalAnswered(review_id=asked.review_id, approved=False)
    assert stage.when(no, 3, by=PROSECUTOR).the(ReviewDecided).verdict is INELIGIBLE
    assert reason(overrides(stage, minutes=4)) == "already-overridden"


def test_their_yes_after_the_override_makes_it_eligible():
    stage = approving(Role.PROSECUTOR).given(TOO_MUCH)
    asked = overrides(stage).the(ReviewRequested)
    yes = ApprovalAnswered(review_id=asked.review_id, approved=True)
    assert stage.when(yes, 3, by=PROSECUTOR).the(ReviewDecided).verdict is ELIGIBLE


def test_an_approval_that_was_refused_is_never_overridden():
    stage = approving(Role.PROSECUTOR).given(UNWEIGHED)
    review = stage.the(ReviewRequested).review_id
    stage.when(ApprovalAnswered(review_id=review, approved=False), 1, by=PROSECUTOR)
    assert reason(overrides(stage)) == "not-presumptive"


def test_nor_is_one_that_nobody_answered_in_time():
    stage = approving(Role.PROSECUTOR).given(UNWEIGHED)
    asked = stage.the(ReviewRequested)
    stage.given((run_out(asked.review_id, asked.decide_by), 10))
    assert reason(overrides(stage, minutes=11)) == "not-presumptive"


def test_where_the_office_alone_approves_its_override_is_its_approval():
    overrides(approving(Role.PROGRAM_OFFICE).given(TOO_MUCH)).then("review.decided")


def test_a_phoned_hand_off_may_be_overridden_too():
    phoned = arrest(POSSESSION, drugs=(cannabis("61"),), after_the_fact=AFTER_THE_FACT)
    assert not overrides(limited().given(phoned), minutes=90).the(ReviewDecided).officer_gone


@given(
    by=some.sampled_from([OFFICE, POLICE, OTHER_POLICE, PROSECUTOR]),
    grams=some.sampled_from(["1", "61"]),
    youngest=some.integers(15, 40),
    operator=some.sampled_from([None, "sam-sample"]),
    minutes=some.floats(0.5, 100),
)
def test_an_override_never_closes_a_door_and_only_who_may_opens_one(by, grams, youngest, operator, minutes):
    facts = particulars(
        offences=(POSSESSION,), drugs=(cannabis(grams),), age=AgeFact(from_years=youngest, to_years=youngest)
    )
    stage = limited().given(arrest(particulars=facts))
    before = stage.file.screenings[REFERRAL][0]
    overrides(stage, by=by, minutes=minutes, operator=operator)
    decided = [one for one in stage.said if isinstance(one, ReviewDecided)]
    assert all(one.verdict is ELIGIBLE for one in decided)
    may = by == POLICE or (by == OFFICE and operator is not None)
    assert bool(decided) is (may and before is INELIGIBLE)
    assert read_file(written_file(stage.file)) == stage.file
