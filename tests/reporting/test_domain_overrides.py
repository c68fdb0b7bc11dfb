"""Overrides are counted once they count, and told only where nothing small is left beside them."""

from dataclasses import replace

import pytest

from services.console.domain import Journey
from services.console.domain.journeys import joined
from services.console.domain.timeline import Step
from services.reporting.counting import report_of
from tests.reporting.examples import AS_OF, BEGIN, QUARTER, SITE, many


def steps(verdict="eligible", cause="m-1"):
    said = Step(at=BEGIN, event="screening.overridden", service="/agencies/office", id="m-1", subject="per", says="")
    decided = Step(
        at=BEGIN, event="review.decided", service="/hub/eligibility", id="d", subject="per", says="", cause=cause,
        details={"verdict": verdict},
    )  # fmt: skip
    return [said, decided]


def lived(*heard):
    journey = Journey()
    for one in heard:
        journey = joined(journey, one)
    return journey


@pytest.mark.parametrize("order", [1, -1])
def test_an_override_counts_once_something_follows_from_it_in_whatever_order_it_is_heard(order):
    assert lived(*steps()[::order]).is_overridden
    assert not lived(*steps(cause="m-2")[::order]).is_overridden
    assert not lived(steps()[0]).is_overridden


def told(overridden, eligible, others=20):
    let_in = [replace(one, override_asked=frozenset({"m"}), decided_because=frozenset({"m"}))
              for one in many(overridden, "eligible")]  # fmt: skip
    report = report_of(SITE, QUARTER, [*let_in, *many(eligible, "eligible"), *many(others, "referred")], AS_OF)
    (table,) = [one for one in report.tables if one.code == "overrides"]
    return table.rows[0].cells[0]


@pytest.mark.parametrize(("overridden", "eligible"), [(1, 40), (10, 40), (12, 3), (40, 10)])
def test_a_small_number_is_kept_back_and_so_is_one_that_leaves_a_small_one(overridden, eligible):
    assert (told(overridden, eligible).value, told(overridden, eligible).kept_back) == (None, True)


@pytest.mark.parametrize(("overridden", "eligible"), [(0, 40), (11, 40), (12, 11), (15, 0)])
def test_any_other_is_told(overridden, eligible):
    assert (told(overridden, eligible).value, told(overridden, eligible).kept_back) == (overridden, False)
