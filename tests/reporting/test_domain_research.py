"""The research extract: nobody stands out, nothing leads to a record, and the codebook explains every code."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting import research
from services.reporting.research import ANY, COLUMNS, KNOWN, coarsened, records_of
from services.reporting.small_cells import LEAST
from tests.reporting.examples import AS_OF, BEGIN, SITE, a_quarter, journey, many

ENDS = ("came_to", "standing")
codes = st.fixed_dictionaries({
    **{name: st.sampled_from(["a", "a", "a", "b", "c"]) for name in KNOWN},
    **{name: st.sampled_from(["x", "y"]) for name in ENDS},
})  # fmt: skip


def alike(records):
    return Counter(tuple(one[name] for name in KNOWN) for one in records)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(codes, st.integers(1, 14)), max_size=12))
def test_each_row_is_like_ten_others_and_they_do_not_all_end_alike(groups):
    given_rows = [dict(one) for one, times in groups for _ in range(times)]
    found = coarsened(given_rows)
    assert all(count >= LEAST for count in alike(found).values())
    for known in alike(found):
        ends = {tuple(one[name] for name in ENDS) for one in found if tuple(one[name] for name in KNOWN) == known}
        assert len(ends) > 1
    # None is dropped alone, and none is changed but by leaving codes out.
    assert len(found) in {0, len(given_rows)}
    if found:
        assert Counter(tuple(one[name] for name in ENDS) for one in found) == Counter(
            tuple(one[name] for name in ENDS) for one in given_rows
        )
        for name in KNOWN:
            kept = Counter(one[name] for one in found) - Counter({ANY: len(found)})
            assert not kept - Counter(one[name] for one in given_rows)


def test_where_that_cannot_be_there_are_no_rows():
    assert records_of(SITE, many(10, "enrolled")) == []
    assert records_of(SITE, many(50, "enrolled")) == []
    assert len(records_of(SITE, [*many(50, "enrolled"), *many(2, "met")])) == 52


def test_a_rare_referral_takes_others_with_it():
    rare = journey("met", language="es", age=(70, 70))
    found = records_of(SITE, [*many(40, "enrolled"), *many(20, "met"), rare])
    assert len(found) == 61
    assert all(count >= LEAST for count in alike(found).values())
    assert not [one for one in found if one["age_band"] == "65_and_over"]


def test_a_group_is_told_where_it_is_large_and_left_out_where_it_would_give_somebody_away():
    large = [*many(20, "enrolled", groups={"race": "white"}), *many(20, "met", groups={"race": "white"})]
    small = many(2, "met", groups={"race": "asian"})
    found = records_of(SITE, [*large, *small, *many(15, "enrolled"), *many(15, "met")])
    told = Counter(one["race"] for one in found)
    assert len(found) == 72
    assert "asian" not in told
    assert min(told.values()) >= LEAST
    assert set(told) == {"white", ANY}  # the few took the smallest other set with them


def test_declined_and_unknown_stay_apart_and_a_code_of_no_list_is_unknown():
    of = {column.name: column.of for column in COLUMNS}
    for code, told in (("declined", "declined"), ("unknown", "unknown"), ("from-nowhere", "unknown")):
        assert of["race"](journey("met", groups={"race": code}), SITE) == told
    assert of["race"](journey("met"), SITE) == "unknown"


def test_rows_have_codes_of_the_codebook_alone_and_no_day_hour_or_id():
    found = records_of(SITE, [one for one in a_quarter() if one])
    book = list(csv.DictReader(io.StringIO(research.codebook(SITE, "2026Q3", AS_OF), newline="")))
    known = {(one["column"], one["code"]) for one in book}
    assert len(known) == len(book)
    for record in found:
        for column, code in record.items():
            assert (column, "YYYY-MM" if column == "month" and code != ANY else code) in known
    assert all(one["meaning"] for one in book)
    assert {one["column"] for one in book} == {"", "row", *(column.name for column in COLUMNS)}
    lines = list(csv.reader(io.StringIO(research.as_csv(found), newline="")))
    assert lines[0] == ["row", *(column.name for column in COLUMNS)]
    assert [line[0] for line in lines[1:]] == [str(number) for number in range(1, len(found) + 1)]


def test_tests_and_what_was_recorded_after_the_fact_are_no_rows():
    more = [*many(20, "met", test=True), *many(20, "met", after_the_fact=True)]
    assert len(records_of(SITE, [*a_quarter(), *more])) == len(records_of(SITE, a_quarter())) == 120


def test_two_referrals_a_day_apart_are_alike():
    early, late = journey("met"), journey("met", at=BEGIN + timedelta(days=1))
    of = {column.name: column.of for column in COLUMNS}
    for name, told in of.items():
        assert told(early, SITE) == told(late, SITE), name
