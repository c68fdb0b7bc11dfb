"""An order that keeps somebody away asks a person, always; a conviction that was vacated counts no more."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.catalogue import (
    ConvictionVacated,
    OrderNoted,
    ReviewDecided,
    ReviewRefused,
    ReviewRequested,
    ScreeningDetermined,
)
from contracts.words import RuleResult, Verdict
from services.eligibility.domain import Desk, PersonFile, Rules, evolve, read_file, written_file
from services.sites import NO_CONTACT
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    BEGIN,
    LIMITED_RULES,
    NOT_WEIGHED,
    POSSESSION,
    REFERRAL,
    WHATCOM,
    Stage,
    answered,
    arrest,
    attested,
    cannabis,
    community,
    corrected,
    erased,
    fact,
    with_a_limit,
)

POLICE, COURT = "bellingham-police", "whatcom-therapeutic-courts"
ORDER = "ord-" + "1" * 32
CHECK, OTHER_CHECK = "no-violent-history", "no-trafficking"
ELIGIBLE, INELIGIBLE, REVIEW = Verdict.ELIGIBLE, Verdict.PRESUMPTIVELY_INELIGIBLE, Verdict.NEEDS_REVIEW
WEIGHED = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,))
LATER = "ref-" + "7" * 32


def noted(ended=False, at=BEGIN, expires_at=None, order=ORDER):
    return OrderNoted(
        order_id=order, agency=COURT, kind="no_contact", expires_at=expires_at, ended=ended, reported_at=at
    )


def excluding(*, police_only=True):
    """A county like Whatcom that excludes whom a check of the sender's fails."""
    expression = (
        f'attestations.exists(a, a.rule == "{CHECK}" && a.result == "fail") ? "fail" : '
        f'attestations.exists(a, a.rule == "{CHECK}" && a.result == "unknown") ? "unknown" : "pass"'
    )
    site = with_a_limit(expression=expression, applies="true", police_only=police_only)
    policy = site.policies[-1]
    clauses = tuple(one for one in policy.clauses if one.id != "attested-exclusion")
    policies = (*site.policies[:-1], policy.model_copy(update={"clauses": clauses}))
    return Stage(Desk(Rules(site.model_copy(update={"policies": policies}))))


FAILED = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,), attestations=(attested(CHECK, "fail"),))


def vacated(*checks):
    return ConvictionVacated(checks=checks or (CHECK,), vacated_on="2026-02-20")


# Orders.


def test_an_order_asks_a_person_and_what_police_hear_rests_on_their_own_data_as_before():
    stage = Stage().given(noted()).when(WEIGHED)
    stage.then("screening.determined", "review.requested")
    said = stage.the(ScreeningDetermined)
    assert (said.verdict, said.police_verdict) == (REVIEW, ELIGIBLE)
    assert (said.rules[-1].clause, said.rules[-1].result) == (NO_CONTACT, RuleResult.UNKNOWN)
    assert stage.the(ReviewRequested).because == (NO_CONTACT,)
    assert stage.when(answered(stage.review_id), 2).the(ReviewDecided).verdict is ELIGIBLE


def test_it_does_so_at_every_door():
    assert Stage().given(noted()).when(community()).the(ReviewRequested).because == (NO_CONTACT,)


@pytest.mark.parametrize(
    "over",
    [noted(ended=True), noted(expires_at=BEGIN), noted(expires_at=BEGIN - timedelta(days=1))],
    ids=["ended", "runs out at that moment", "ran out before"],
)
def test_an_order_that_is_over_asks_nobody(over):
    assert Stage().given(over).when(WEIGHED).the(ScreeningDetermined).verdict is ELIGIBLE


def test_what_comes_later_changes_nothing_about_a_referral_that_was_screened():
    stage = Stage().given(WEIGHED)
    stage.when(noted(), 1).then()
    asked = Stage().given(noted(), WEIGHED)
    review = asked.review_id
    asked.given((noted(ended=True, at=BEGIN + timedelta(minutes=3)), 3))
    assert asked.review_id == review
    assert asked.when(answered(review), 4).the(ReviewDecided).verdict is ELIGIBLE


def test_an_amendment_is_screened_by_the_orders_of_its_day():
    stage = Stage().given(noted(), WEIGHED, (noted(ended=True, at=BEGIN + timedelta(minutes=3)), 3))
    assert stage.when(corrected(WEIGHED), 5).the(ScreeningDetermined).verdict is ELIGIBLE


def test_it_excludes_nobody_and_takes_no_exclusion_away():
    stage = Stage(Desk(LIMITED_RULES)).given(noted()).when(arrest(POSSESSION, drugs=(cannabis("61"),)))
    said = stage.the(ScreeningDetermined)
    assert (said.verdict, said.police_verdict) == (INELIGIBLE, INELIGIBLE)
    assert said.rules[-1].clause == NO_CONTACT


@given(
    some.permutations(
        [
            fact(noted(at=BEGIN + timedelta(days=day), ended=ended), minutes=day, id=f"{day}{ended}")
            for day in range(3)
            for ended in (True, False)
        ]
    )
)
def test_of_one_order_the_last_word_holds_in_whatever_order_they_come(facts):
    file = PersonFile()
    for one in facts:
        file = evolve(file, one)
    assert file.orders[ORDER].ended
    assert file.orders[ORDER].reported_at == BEGIN + timedelta(days=2)
    assert read_file(written_file(file)) == file


# Convictions that were vacated.


def test_a_check_that_failed_because_of_it_is_open_and_what_nobody_decided_goes_to_a_person():
    stage = excluding().given(FAILED)
    assert stage.file.screenings[REFERRAL][0] is INELIGIBLE
    stage.when(vacated(), 3, by=POLICE).then("review.requested")
    asked = stage.the(ReviewRequested)
    assert (asked.because, asked.urgent) == (("drug-amount",), True)
    decided = stage.when(answered(asked.review_id), 5).the(ReviewDecided)
    assert (decided.verdict, decided.officer_gone) == (ELIGIBLE, False)


def test_long_after_an_arrest_nobody_is_sent_to_where_the_officer_was():
    stage = excluding().given(FAILED)
    asked = stage.when(vacated(), 3 * 24 * 60, by=POLICE).the(ReviewRequested)
    assert (asked.urgent, asked.decide_by) == (False, None)
    assert stage.when(answered(asked.review_id), 4 * 24 * 60).the(ReviewDecided).officer_gone


def test_the_decision_of_the_day_stays_as_it_was_with_what_it_was_given():
    stage = excluding().given(FAILED)
    before = [one.event for one in stage.facts if isinstance(one.event, ScreeningDetermined)]
    stage.when(vacated(), 3, by=POLICE)
    after = [one.event for one in stage.facts if isinstance(one.event, ScreeningDetermined)]
    assert before == after
    assert after[0].inputs["attestations"] == [{"rule": CHECK, "result": "fail"}]


def test_a_later_referral_that_fails_the_same_check_is_asked_about_for_the_record_may_be_stale():
    stage = excluding().given((vacated(), 1))
    said = stage.when(FAILED, 5)
    assert said.the(ScreeningDetermined).verdict is REVIEW
    assert said.the(ScreeningDetermined).inputs["attestations"] == [{"rule": CHECK, "result": "unknown"}]
    said.then("screening.determined", "review.requested")


@pytest.mark.parametrize("event", [FAILED, WEIGHED], ids=["another check", "no check"])
def test_it_touches_no_other_check(event):
    stage = excluding().given(event)
    before = stage.file.screenings
    stage.when(vacated(OTHER_CHECK), 3, by=POLICE).then()
    assert stage.file.screenings == before


@pytest.mark.parametrize("verdict", [ELIGIBLE, INELIGIBLE])
def test_what_a_person_decided_stays_decided(verdict):
    stage = excluding(police_only=False).given(FAILED)
    stage.given((answered(stage.the(ReviewRequested).review_id, verdict), 1))
    stage.when(vacated(), 3, by=POLICE).then()


def test_an_open_question_is_asked_as_it_is_now_and_the_old_one_is_closed():
    stage = excluding(police_only=False).given(FAILED)
    old = stage.the(ReviewRequested).review_id
    new = stage.when(vacated(), 3, by=POLICE).the(ReviewRequested).review_id
    assert new != old
    assert stage.when(answered(old), 4).the(ReviewRefused).refusal.reason == "review-closed"
    assert stage.when(answered(new), 5).the(ReviewDecided).verdict is ELIGIBLE


def test_said_twice_it_asks_once():
    stage = excluding().given(FAILED, (vacated(), 3))
    stage.when(vacated(), 4, by=COURT).then()


def test_of_what_was_erased_or_withdrawn_nobody_is_asked():
    excluding().given(FAILED, (erased(), 1)).when(vacated(), 3, by=POLICE).then()


def test_a_fail_is_never_made_a_pass():
    for other in ("pass", "unknown"):
        event = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,), attestations=(attested(CHECK, other),))
        stage = excluding().given((vacated(), 1))
        assert stage.when(event, 2).the(ScreeningDetermined).inputs["attestations"][0]["result"] == other


def test_every_site_but_for_what_was_vacated_and_ordered_finds_what_it_found():
    rules = Rules(WHATCOM)
    stage = Stage(Desk(rules)).given(noted(ended=True), vacated(OTHER_CHECK))
    said = stage.when(arrest(POSSESSION, drugs=(NOT_WEIGHED,)), 1).the(ScreeningDetermined)
    plain = Stage(Desk(rules)).when(arrest(POSSESSION, drugs=(NOT_WEIGHED,))).the(ScreeningDetermined)
    assert said == plain
