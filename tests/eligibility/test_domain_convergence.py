"""Any duplication and any interleaving of the same facts leaves the same file."""

from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.words import Verdict
from services.eligibility.domain import PersonFile, evolve, read_file, written_file
from tests.eligibility.examples import (
    MISCHIEF,
    NOT_WEIGHED,
    POSSESSION,
    REFERRAL,
    Stage,
    answered,
    arrest,
    corrected,
    erased,
    fact,
    particulars,
    retracted,
    run_out,
)


def a_whole_life():
    """Everything that may happen to one referral, with what the service itself said of it."""
    first = arrest(POSSESSION, drugs=(NOT_WEIGHED,))
    spoken = first.particulars.model_copy(update={"language": "es"})
    stage = Stage().given(first, (corrected(first, particulars=spoken), 5))
    review_id, due_at = stage.review_id, stage.file.reviews[stage.review_id].decide_by
    stage.given((run_out(review_id, due_at), 10), (answered(review_id), 9))
    stage.given((answered(review_id, Verdict.PRESUMPTIVELY_INELIGIBLE), 9.5))
    second = particulars(offences=(POSSESSION, MISCHIEF), drugs=(NOT_WEIGHED,))
    third = particulars(offences=(POSSESSION,), drugs=(NOT_WEIGHED, NOT_WEIGHED))
    stage.given((corrected(first, revision=2, particulars=second), 20))
    stage.given((answered(stage.review_id), 25))
    waited_for = corrected(first, revision=3, officer_waiting=False, particulars=third)
    stage.given((waited_for, 26), (corrected(waited_for, revision=4, officer_waiting=True), 28))
    stage.given((corrected(first, revision=5), 30), (retracted(), 40))
    return stage.facts, stage.file


FACTS, END = a_whole_life()


@settings(max_examples=200)
@given(some.permutations(FACTS), some.lists(some.sampled_from(FACTS), max_size=6))
def test_the_same_facts_in_any_order_and_number_leave_the_same_file(order, again):
    file = PersonFile()
    for one in [*order, *again]:
        file = evolve(file, one)
    assert file == END


@settings(max_examples=200)
@given(some.permutations([*FACTS, fact(erased(), minutes=50)]), some.lists(some.sampled_from(FACTS), max_size=6))
def test_of_what_was_erased_nothing_is_kept_whatever_came_before_and_after(order, again):
    file = PersonFile()
    for one in [*order, *again]:
        file = evolve(file, one)
    assert file == PersonFile(erased=frozenset({REFERRAL}))


def test_an_erased_referral_is_screened_no_more_and_its_review_is_unknown():
    stage = Stage().given(arrest(POSSESSION, drugs=(NOT_WEIGHED,)))
    review_id, due_at = stage.review_id, stage.file.reviews[stage.review_id].decide_by
    stage.given(erased())
    stage.when(arrest(POSSESSION), 5).then()
    stage.when(run_out(review_id, due_at), 10).then()
    stage.when(answered(review_id), 11).then("review.refused")


def test_a_file_survives_being_written_down():
    assert read_file(written_file(END)) == END
