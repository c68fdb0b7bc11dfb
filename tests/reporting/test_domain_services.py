"""Needs met and onward referrals, by kind of help: told of eleven people or more, and of fewer not by subtraction."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as some

from contracts.words import HelpType
from services.console.domain.helped import OUTCOMES, Helped
from services.reporting.services import services_of
from services.reporting.small_cells import LEAST

HELPED = some.lists(
    some.builds(
        Helped, some.integers(1, 40).map(str), some.sampled_from(sorted(HelpType)), some.sampled_from(OUTCOMES[:4])
    ),
    max_size=300,
)


def cells(helped):
    table = services_of(helped, 120)
    return {
        (row.code, column): cell
        for row in table.rows
        for (column, _), cell in zip(table.columns, row.cells, strict=True)
    }


def many(people, help_type=HelpType.MEAL, outcome="met", times=1):
    return [Helped(str(one), help_type, outcome) for one in range(people)] * times


def test_a_meal_for_eleven_people_is_told_by_times_and_for_ten_it_is_not():
    assert cells(many(11, times=3))["meal", "met"].value == 33
    assert cells(many(10, times=3))["meal", "met"].kept_back


def test_one_person_who_ate_often_is_not_told():
    assert cells(many(1, times=50) + many(30, HelpType.SHELTER))["meal", "met"].kept_back


def test_needs_met_and_onward_referrals_stand_apart():
    told = cells(many(11) + many(12, outcome="fulfilled") + many(13, HelpType.CLOTHING, "nobody"))
    assert (told["meal", "met"].value, told["meal", "fulfilled"].value, told["clothing", "nobody"].value) == (
        11,
        12,
        13,
    )
    assert told["housing", "met"].value == 0


@given(HELPED)
def test_what_is_kept_back_is_of_nobody_alone_and_of_eleven_people_or_more_together(helped):
    found = cells(helped)
    kept = [place for place, cell in found.items() if cell.kept_back]
    people = {place: {one.person for one in helped if (one.help_type, one.outcome) == place} for place in found}
    for place, cell in found.items():
        if not cell.kept_back:
            assert len(people[place]) == 0 or len(people[place]) >= LEAST
    if kept and len(kept) < len(found):
        assert len(kept) > 1
        assert sum(len(people[place]) for place in kept) >= LEAST


def test_the_order_of_what_happened_makes_no_difference():
    helped = many(12) + many(11, HelpType.SHELTER, "declined")
    mixed = helped[:]
    random.Random(1).shuffle(mixed)
    assert cells(mixed) == cells(helped)
