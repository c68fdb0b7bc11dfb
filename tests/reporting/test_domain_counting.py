"""What a quarter's report says: who is counted, how long it took, how it ended, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.words import Door, SourceKind
from services.reporting.counting import report_of
from services.reporting.quarters import NotAQuarter, Quarter
from services.reporting.times import lasting, minutes_to, rounded
from tests.reporting.examples import AS_OF, BEGIN, QUARTER, SITE, a_quarter, journey, many

ZONE = "America/Los_Angeles"


def told(journeys, table):
    found = {one.code: one for one in report_of(SITE, QUARTER, journeys, AS_OF).tables}[table]
    columns = [code for code, _ in found.columns]
    return {row.code: dict(zip(columns, (cell.value for cell in row.cells), strict=True)) for row in found.rows}


def test_a_quarter_begins_and_ends_by_the_sites_clocks():
    begin, end = Quarter.read("2026Q3").bounds(ZONE)
    assert (begin.astimezone(UTC), end.astimezone(UTC)) == (
        datetime(2026, 7, 1, 7, tzinfo=UTC), datetime(2026, 10, 1, 7, tzinfo=UTC),
    )  # fmt: skip
    assert Quarter.read("2026Q4").bounds(ZONE)[1].astimezone(UTC) == datetime(2027, 1, 1, 8, tzinfo=UTC)
    assert QUARTER.holds(datetime(2026, 7, 1, 6, 59, tzinfo=UTC), ZONE) is False
    assert QUARTER.holds(datetime(2026, 7, 1, 7, tzinfo=UTC), ZONE) is True


@pytest.mark.parametrize("text", ["2026", "2026Q5", "2026q3", "Q3", "2026Q3 ", "1999Q1"])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(NotAQuarter, match="such as 2026Q3"):
        Quarter.read(text)


def test_a_quarter_that_is_not_over_is_said_to_be_unfinished():
    early = report_of(SITE, QUARTER, a_quarter(), datetime(2026, 10, 1, 6, 59, tzinfo=UTC))
    done = report_of(SITE, QUARTER, a_quarter(), datetime(2026, 10, 1, 7, tzinfo=UTC))
    assert set(early.remarks) - set(done.remarks) == {
        "The quarter is not over: these numbers will change, and are not for publication."
    }


def test_only_referrals_of_the_quarter_are_counted():
    outside = many(30, "enrolled", at=datetime(2026, 7, 1, 6, 59, tzinfo=UTC))
    assert told([*a_quarter(), *outside], "steps") == told(a_quarter(), "steps")


def test_tests_and_what_was_recorded_after_the_fact_are_counted_apart():
    more = [*many(3, "enrolled", test=True), *many(12, "met", after_the_fact=True)]
    assert told([*a_quarter(), *more], "steps") == told(a_quarter(), "steps")
    apart = {row: cells["referrals"] for row, cells in told([*a_quarter(), *more], "apart").items()}
    assert apart == {
        "tests": 3, "after_the_fact/referred": 12, "after_the_fact/met": 12, "after_the_fact/enrolled": 0,
        "after_the_fact/closed": 0,
    }  # fmt: skip
    few = told(many(4, "met", after_the_fact=True), "apart")
    assert few["after_the_fact/referred"]["referrals"] is None


def test_who_refers_is_told_door_by_door():
    plenty = [*many(30, "enrolled"), *many(25, "enrolled", source=SourceKind.BUSINESS), *many(5, source=SourceKind.EMS),
              *many(20, "enrolled", door=Door.SOCIAL_CONTACT)]  # fmt: skip
    referred = {row: cells["referred"] for row, cells in told(plenty, "source").items()}
    assert referred["community/family"] == 30
    assert (referred["community/business"], referred["community/ems"]) == (None, None)
    assert referred["community/self"] == 0
    assert referred["social_contact/law_enforcement"] == 20
    assert referred["arrest_diversion/law_enforcement"] == 0


def test_shares_are_of_numbers_that_are_told():
    doors, rates = told(a_quarter(), "door"), told(a_quarter(), "door_rates")
    assert rates["all"]["enrolled_of_referred"] == round(100 * 66 / 120, 1)
    for row, cells in rates.items():
        for column, value in cells.items():
            to, _, of = column.partition("_of_")
            known = doors[row][to] is not None and doors[row][of] is not None
            assert (value is not None) <= known


def test_hand_offs_at_an_arrest_stand_against_the_mark_of_the_site():
    arrests = [
        *many(30, "met", door=Door.ARREST_DIVERSION, met_after=30),
        *many(14, "met", door=Door.ARREST_DIVERSION, met_after=31),
        *many(13, "accepted", door=Door.ARREST_DIVERSION, unavailable=True),
        *many(12, "accepted", door=Door.ARREST_DIVERSION),
    ]
    mark = {row: cells["referrals"] for row, cells in told([*arrests, *many(40, "met")], "mark").items()}
    assert mark == {"within": 30, "later": 14, "time_not_known": 0, "nobody_could_come": 13, "not_met": 12}
    few = [*arrests[:30], *many(3, "met", door=Door.ARREST_DIVERSION, met_after=90)]
    hidden = told([*few, *many(40, "met")], "mark")
    assert (hidden["within"]["referrals"], hidden["later"]["referrals"]) == (None, None)
    # Beside the mark, the time would say what it keeps back.
    times = told([*few, *many(40, "met")], "times")
    assert times["met/arrest_diversion"] == {"median": None, "p90": None}
    assert times["met/community"] == {"median": 20, "p90": 20}
    assert told([*arrests, *many(40, "met")], "times")["met/arrest_diversion"] == {"median": 30, "p90": 30}


def test_times_go_from_the_referral_to_each_step():
    one = journey("enrolled", met_after=95)
    found = {step: minutes_to(step, one, ZONE) for step in ("screened", "offered", "met", "enrolled", "waited")}
    # From 3 August to 10 August, by days: an intake has no hour.
    assert found == {"screened": 10, "offered": 30, "met": 95, "enrolled": 7 * 1440, "waited": None}
    offered = journey("offered")
    waited = replace(offered, first=offered.first | {"waitlisted": BEGIN - timedelta(minutes=15)})
    assert minutes_to("waited", waited, ZONE) == 45


def test_times_rest_on_eleven_and_are_rounded():
    assert all(cell.kept_back for cell in lasting([7.0] * 10))
    median, most = lasting([*range(10, 21), None])
    assert (median.value, most.value) == (15, 20)
    assert [rounded(one) for one in (2, 3, 118, 119, 149, 151, 2879, 2881, 4400)] == [
        0, 5, 120, 120, 120, 180, 2880, 2880, 4320,
    ]  # fmt: skip


def test_outcomes_say_where_referrals_stand():
    more = [*a_quarter(), *many(12, "enrolled", over="goals_met"), *many(20, "enrolled", over="moved")]
    ends = {row: cells["referrals"] for row, cells in told(more, "outcomes").items()}
    assert ends["enrolled/closed/goals_met"] == 12
    assert ends["enrolled/closed/moved"] == 20
    assert ends["enrolled/open/taking_part"] == 66
    assert sum(count or 0 for count in ends.values()) <= len(more)


def test_offers_that_came_to_nothing_are_counted_by_how_they_ended():
    one = journey("offered")
    said = ["declined_no_room", "not_answered", "cancelled_amended", "cancelled_withdrawn_by_source"]
    ends = {f"off-{number}": (BEGIN, how) for number, how in enumerate(said)}
    offers = told([replace(one, offer_ends=ends)] * 12, "offers")
    assert {row: cells["offers"] for row, cells in offers.items() if cells["offers"]} == {
        "declined_no_room": 12, "not_answered": 12, "taken_back": 24,
    }  # fmt: skip


def test_whatever_the_law_asks_for_is_told_or_named_as_missing():
    found = report_of(SITE, QUARTER, a_quarter(), AS_OF)
    tables = {table.code for table in found.tables}
    assert all((one.told_in in tables) != (one.why_missing is not None) for one in found.asked)
    # What RCW 69.50.4017(12) names, and what the site has codes for.
    tracked = {one.code for one in found.asked if one.source == "RCW 69.50.4017(12)"}
    assert tracked >= {*type(SITE.demographics).model_fields, "age", "diversion_outcome", "other_data"}
    assert {one.code for one in found.missing if one.source == "RCW 69.50.4017(12)"} == {
        "diversion_outcome", "other_data",
    }  # fmt: skip
    assert not {one.code for one in found.missing} & tables


def test_who_declined_stands_apart_from_whom_nobody_asked_and_each_group_has_its_rates():
    told = [
        *many(20, "enrolled", groups={"race": "black"}), *many(14, "referred", groups={"race": "white"}),
        *many(13, "enrolled", groups={"race": "declined"}), *many(12, "referred"),
    ]  # fmt: skip
    tables = {table.code: table for table in report_of(SITE, QUARTER, told, AS_OF).tables}
    counted = {row.code: row.cells[0].value for row in tables["race"].rows}
    assert {code: counted[code] for code in ("all", "black", "white", "declined", "unknown", "asian")} == {
        "all": 59, "black": 20, "white": 14, "declined": 13, "unknown": 12, "asian": 0,
    }  # fmt: skip
    rates = {row.code: row.cells[-1].value for row in tables["race_rates"].rows}
    assert (rates["black"], rates["white"], rates["declined"]) == (100.0, 0.0, 100.0)
    assert {row.code: row.cells[0].value for row in tables["gender"].rows}["unknown"] == 59
