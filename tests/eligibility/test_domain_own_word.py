"""What people say of themselves may open a door to them, never closes one, and is no part of what police hear."""

import pytest

from contracts.catalogue import ReviewDecided, ScreeningDetermined
from contracts.corrections import SaidBy
from contracts.parts import AgeFact
from contracts.words import Door, SourceKind, Verdict
from tests.eligibility.examples import (
    ASSAULT,
    NOT_WEIGHED,
    POSSESSION,
    WHATCOM,
    Desk,
    Rules,
    Stage,
    answered,
    arrest,
    community,
    corrected,
    found,
    particulars,
)

ELIGIBLE, REVIEW, INELIGIBLE = Verdict.ELIGIBLE, Verdict.NEEDS_REVIEW, Verdict.PRESUMPTIVELY_INELIGIBLE
CHILD, ADULT, UNKNOWN = AgeFact(from_years=12, to_years=12), AgeFact(from_years=40, to_years=40), AgeFact()


def _for_adults_alone() -> Rules:
    """A county like Whatcom that serves adults alone; this one has published no such rule."""
    policy = WHATCOM.policies[-1]
    changes = {"expression": '!age.known ? "unknown" : age.from_years >= 18 ? "pass" : "fail"'}
    clauses = tuple(one.model_copy(update=changes) if one.id == "youth-and-adults" else one for one in policy.clauses)
    changed = policy.model_copy(update={"clauses": clauses})
    return Rules(WHATCOM.model_copy(update={"policies": (*WHATCOM.policies[:-1], changed)}))


RULES = _for_adults_alone()


def by_the_person(event, revision=1, **own):
    return corrected(
        event, revision, said_by=SaidBy.PERSON, by_way_of="opportunity-council", sender_revision=0,
        sender_told=event.particulars, particulars=event.particulars.model_copy(update=own),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "own", "verdict"),
    [
        (CHILD, ADULT, ELIGIBLE),
        (CHILD, UNKNOWN, REVIEW),
        (UNKNOWN, ADULT, ELIGIBLE),
        (ADULT, CHILD, ELIGIBLE),
        (ADULT, UNKNOWN, ELIGIBLE),
        (UNKNOWN, CHILD, REVIEW),
        (CHILD, CHILD, INELIGIBLE),
    ],
)
@pytest.mark.parametrize("door", [Door.COMMUNITY, Door.SOCIAL_CONTACT])
def test_an_own_word_opens_a_door_and_never_closes_one(door, told, own, verdict):
    referral = community(SourceKind.LAW_ENFORCEMENT, door=door, particulars=particulars(age=told))
    before, after = found(referral, RULES), found(by_the_person(referral, age=own), RULES)
    assert after.verdict is verdict
    assert after.police_verdict is before.police_verdict


@pytest.mark.parametrize("told", [CHILD, ADULT, UNKNOWN])
@pytest.mark.parametrize("own", [CHILD, ADULT, UNKNOWN])
def test_an_arrest_is_screened_on_the_senders_data_alone(told, own):
    referral = arrest(POSSESSION, particulars=particulars(age=told, offences=(POSSESSION,)))
    before, after = found(referral, RULES), found(by_the_person(referral, age=own, area="lynden"), RULES)
    assert (after.verdict, after.police_verdict, after.outcomes, after.inputs) == (
        before.verdict, before.police_verdict, before.outcomes, before.inputs,
    )  # fmt: skip


def test_a_correction_that_leaves_the_question_asks_nobody_again_and_the_answer_holds():
    referral = arrest(POSSESSION, drugs=(NOT_WEIGHED,))
    stage = Stage().given(referral)
    stage.when(answered(stage.review_id), 1)
    stage.when(by_the_person(referral, age=CHILD, area="lynden"), 2)
    stage.then("screening.determined", "review.decided")
    assert (stage.the(ReviewDecided).verdict, stage.the(ReviewDecided).revision) == (ELIGIBLE, 1)


def test_who_was_found_ineligible_by_a_wrong_age_is_asked_about_once_more():
    referral = community(particulars=particulars(age=CHILD))
    stage = Stage(Desk(RULES)).given(referral)
    assert stage.the(ScreeningDetermined).verdict is INELIGIBLE
    stage.when(by_the_person(referral, age=UNKNOWN), 1)
    stage.then("screening.determined", "review.requested")
    assert stage.the(ScreeningDetermined).verdict is REVIEW


def test_an_open_review_of_an_arrest_stays_open_whatever_the_person_says():
    referral = arrest(ASSAULT)
    stage = Stage().given(referral)
    review = stage.review_id
    stage.when(by_the_person(referral, age=CHILD), 1).then("screening.determined")
    assert stage.review_id == review
    stage.when(answered(review), 2).then("review.decided")
