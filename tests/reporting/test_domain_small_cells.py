"""No number from 1 to 10 can be worked out from a report: a linear solver tries, given all that is published."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.words import ClosedReason, Door
from services.reporting import counting
from services.reporting.counting import report_of
from services.reporting.ends import outcomes_of
from services.reporting.groups import Group, labelled
from services.reporting.ladder import COLUMNS, STEPS
from services.reporting.small_cells import LEAST, divided, kept_back, whole_of
from tests.reporting.examples import AS_OF, QUARTER, SMALL_SITE, SOURCES, a_quarter, journey, many
from tests.reporting.solver import DIVIDING, Solver

ROUNDING = 1e-6
WITHOUT_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
"""A solver is asked thousands of times; a larger example shows a mistake as well."""


def report(journeys, site=SMALL_SITE):
    return report_of(site, QUARTER, journeys, AS_OF)


def values(table):
    return [cell.value for row in table.rows for cell in row.cells]


@st.composite
def alike(draw):
    """Some referrals that are alike: often fewer than may be told, sometimes just as many, sometimes plenty."""
    door = draw(st.sampled_from(Door))
    came_to = draw(st.sampled_from(STEPS))
    over = draw(st.sampled_from([None, None, "withdrew", ClosedReason.NOT_DIVERTIBLE.value]))
    count = draw(st.one_of(st.integers(1, 6), st.integers(9, 13), st.integers(20, 40)))
    return many(
        count,
        came_to,
        door=door,
        source=draw(st.sampled_from(SOURCES[door])),
        age=draw(st.sampled_from([(17, 17), (30, 30), (70, 70), None])),
        area=draw(st.sampled_from(["bellingham", None])),
        language=draw(st.sampled_from(["en", "es"])),
        interpreter=draw(st.sampled_from(["yes", "no", "unknown"])),
        met_after=draw(st.sampled_from([25, 90])),
        over=over,
        waiting=over is None and draw(st.booleans()) and came_to == "offered",
        unavailable=draw(st.booleans()),
    )


populations = st.lists(alike(), min_size=1, max_size=12).map(lambda groups: [one for group in groups for one in group])
tried = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=WITHOUT_SHRINKING)


@tried
@given(populations, st.data())
def test_nothing_that_is_kept_back_can_be_worked_out(journeys, data):
    """Each could be any of at least twelve numbers, given every table of the report together."""
    solver = Solver(report(journeys))
    kept = [cell for cell, value in solver.cells.items() if value is None]
    for cell in kept if len(kept) <= 20 else data.draw(st.lists(st.sampled_from(kept), max_size=20, unique=True)):
        least, most = solver.range(solver.form(*cell))
        assert most - least >= LEAST - ROUNDING, cell


@tried
@given(populations, st.data())
def test_nothing_small_can_be_worked_out_by_subtracting(journeys, data):
    """Who came to one step and not to another; who is in no row that is told; what is told in two tables."""
    solver = Solver(report(journeys))
    forms = []
    for table in DIVIDING:
        rows = sorted({row for section, row, _ in solver.cells if section == table})
        for row in rows:
            for one, other in combinations(COLUMNS[:-1], 2):
                forms.append({**solver.form(table, row, one)} | _minus(solver, table, row, one, other))
        for column in COLUMNS:
            told = [row for row in rows if row != "all" and solver.cells[table, row, column] is None]
            forms.append({unknown: 1 for row in told for unknown in solver.form(table, row, column)})
    for form in data.draw(st.lists(st.sampled_from(forms), max_size=20)):
        least, most = solver.range(form)
        known = most - least < 1 - ROUNDING
        assert not known or round(least) == 0 or round(least) >= LEAST


def _minus(solver, table, row, one, other):
    above = solver.form(table, row, other)
    return {unknown: (0 if unknown in above else 1) for unknown in solver.form(table, row, one)}


@tried
@given(populations)
def test_every_number_that_is_told_is_nobody_or_at_least_eleven_and_is_so(journeys):
    found = report(journeys)
    for table in found.tables:
        if table.unit in {"referrals", "offers"} and table.code != "apart":
            assert all(value is None or value == 0 or value >= LEAST for value in values(table))
    doors = next(table for table in found.tables if table.code == "door")
    for row in doors.rows:
        here = [one for one in journeys if row.code in {"all", one.sent.door}]
        for (column, _), cell in zip(doors.columns, row.cells, strict=True):
            if not cell.kept_back:
                assert cell.value == sum(_counts(one, column) for one in here)


def _counts(one, column):
    if column == "closed":
        return one.is_over
    return column in {"referred", *one.first} or one.enrolled


@tried
@given(populations)
def test_the_hub_takes_for_known_whatever_can_be_worked_out_and_more(journeys):
    """So what it does not keep back is all that anybody could know, and what it keeps back nobody does."""
    _, whole = outcomes_of(journeys, whole_of(counting.places_of(journeys)))
    if whole is None:
        return
    solver = Solver(report(journeys))
    found = divided(whole, counting.DOORS.places(journeys))
    for door in Door:
        for column in ("accepted", "enrolled", "closed"):
            least, most = solver.range(solver.form("door", door, column))
            taken_for_least, taken_for_most = found.range(door, column)
            assert least - ROUNDING <= taken_for_least <= taken_for_most <= most + ROUNDING


def test_the_solver_works_out_what_is_kept_back_alone(monkeypatch):
    """Without the rule that others are kept back with it, the solver finds the number: it can find one."""
    journeys = [*many(30, "enrolled"), *many(20, "enrolled", door=Door.SOCIAL_CONTACT),
                *many(4, "enrolled", door=Door.ARREST_DIVERSION)]  # fmt: skip
    cell = ("door", "arrest_diversion", "enrolled")
    careful = Solver(report(journeys))
    assert careful.cells[cell] is None
    assert careful.range(careful.form(*cell)) == (0, 24)

    def alone(counts, small=frozenset()):
        del small
        return frozenset(name for name, count in counts.items() if 0 < count < LEAST)

    monkeypatch.setattr("services.reporting.small_cells.kept_back", alone)
    careless = Solver(report(journeys))
    assert careless.cells[cell] is None
    assert careless.range(careless.form(*cell)) == (4, 4)


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ({"a": 30, "b": 20, "c": 0}, set()),
        ({"a": 30, "b": 20, "c": 4}, {"b", "c"}),
        ({"a": 30, "b": 6, "c": 5}, {"b", "c"}),
        ({"a": 30, "b": 5, "c": 5}, {"a", "b", "c"}),
        ({"a": 30, "b": 11, "c": 10}, {"b", "c"}),
        ({"a": 0, "b": 0}, set()),
    ],
)
def test_a_small_number_is_kept_back_with_others_until_their_sum_is_not_small(counts, kept):
    assert kept_back(counts) == kept


def test_that_nobody_of_a_small_group_came_so_far_is_not_told_either():
    assert kept_back({"a": 30, "b": 20, "c": 0}, frozenset({"c"})) == {"b", "c"}
    small = [*many(40, "enrolled"), *many(30, "accepted"), *many(9, "accepted", language="es")]
    found = divided(whole_of(counting.places_of(small)), language().places(small))
    assert found.told("es", "enrolled") is None


def language():
    return next(group for group in counting.groups_of(SMALL_SITE) if group.code == "language")


def test_a_quarter_of_a_county_tells_most_of_what_it_has():
    found = {table.code: table for table in report(a_quarter()).tables}
    steps = {row.code: row.cells[0].value for row in found["steps"].rows}
    assert steps == {"referred": 120, "screened": None, "eligible": 109, "offered": 109, "accepted": 95, "met": None,
                     "enrolled": 66, "closed": 11}  # fmt: skip
    assert [row.cells[0].value for row in found["door"].rows] == [120, 17, 19, 84]


def test_of_fewer_than_eleven_nothing_is_told_and_of_nobody_that():
    few = report(many(10, "enrolled"))
    told = {table.code: set(values(table)) for table in few.tables if table.code != "apart"}
    assert told.pop("offers") == {0}
    assert set().union(*told.values()) == {None}
    nobody = {table.code: table for table in report([]).tables}
    assert not nobody["door"].keeps_back


def test_declined_and_unknown_are_codes_like_all_others():
    """As a site's demographics have them: asked and not told, and not asked, are never one number."""
    codes = sorted(SMALL_SITE.demographics.gender)
    assert {"declined", "unknown"} <= set(codes)
    told = ["female"] * 20 + ["declined"] * 12 + ["unknown"] * 15
    group = Group("gender", "By gender", labelled(codes), lambda sent: sent.area)
    journeys = [journey("enrolled", area=code) for code in told]
    found = divided(whole_of(counting.places_of(journeys)), group.places(journeys))
    assert {code: found.told(code, "referred") for code in codes} == {
        "declined": 12, "female": 20, "male": 0, "nonbinary": 0, "other": 0, "unknown": 15,
    }  # fmt: skip
