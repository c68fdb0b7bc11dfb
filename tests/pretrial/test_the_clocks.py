"""The monthly clock and the twelve months, by the calendar of the court; time is moved by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import PretrialAwaited, PretrialRefused
from contracts.court import MONTHS_MOST
from services.pretrial.domain.months import due_at, month_end, month_of
from tests.pretrial.examples import (
    COUNSEL,
    COURT,
    GRANTED_ON,
    PROGRAM,
    PROSECUTOR,
    Courthouse,
    assessed,
    completed,
    consented,
    met,
    moved,
    received,
    ruled,
    site,
    updated,
)

ZONE = ZoneInfo("America/Los_Angeles")
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def asked(place: Courthouse) -> list[tuple[str, int | None, bool]]:
    return [(one.asked_for.value, one.month, one.overdue) for one in place.events(PretrialAwaited)]


@pytest.mark.parametrize(
    ("month", "end"), [(1, date(2026, 2, 28)), (2, date(2026, 3, 31)), (3, date(2026, 4, 30)), (12, date(2027, 1, 31))]
)
def test_the_ends_of_months_are_right_after_the_31st(month, end):
    assert month_end(GRANTED_ON, month) == end


def test_a_leap_day_is_the_end_of_february_too():
    assert month_end(date(2027, 1, 31), 13) == date(2028, 2, 29)


def test_a_month_is_over_at_the_midnight_after_its_last_day_by_the_clock_on_the_wall():
    assert due_at(site(), GRANTED_ON, 1) == datetime(2026, 3, 1, 0, 0, tzinfo=ZONE)
    # The clocks are put forward on 8 March.
    assert due_at(site(), GRANTED_ON, 2).astimezone(ZONE).timetuple()[:5] == (2026, 4, 1, 0, 0)


@given(granted=DAYS, later=st.integers(0, 500))
def test_every_day_is_in_exactly_one_month(granted, later):
    day = granted + timedelta(days=later)
    month = month_of(granted, day)
    assert day <= month_end(granted, month)
    assert month == 1 or day > month_end(granted, month - 1)


async def test_the_program_is_asked_for_the_assessment_then_month_by_month():
    place = Courthouse()
    await place.granted("housing")
    assert asked(place) == [("assessment", None, False), ("status", 1, False)]
    await place.say(PROGRAM, updated(date(2026, 2, 20)))
    await place.passes(30)
    assert asked(place)[2:] == [("status", 2, False)]


async def test_a_month_that_nobody_reported_is_overdue_and_said_once():
    place = Courthouse()
    await place.granted("housing")
    await place.passes(29)
    assert asked(place)[2:] == [("status", 1, True), ("status", 2, False)]
    await place.say(PROGRAM, updated(date(2026, 2, 20)))
    await place.passes(1)
    assert asked(place)[4:] == []


async def test_an_assessment_that_is_not_confirmed_in_the_first_month_is_overdue():
    place = Courthouse()
    await place.granted(assessed_too=False)
    await place.passes(29)
    assert asked(place) == [("assessment", None, False), ("assessment", None, True)]


async def test_where_nothing_is_recommended_no_month_is_asked_for():
    place = Courthouse()
    await place.granted()
    await place.passes(70)
    assert asked(place) == [("assessment", None, False)]


async def a_year(place: Courthouse, *, not_so: tuple[int, ...] = ()) -> None:
    await place.granted("housing")
    for month in range(1, 13):
        day = month_end(GRANTED_ON, month) - timedelta(days=5)
        await place.say(PROGRAM, updated(day, complies=month not in not_so))


async def test_after_twelve_months_of_compliance_the_program_is_asked_to_confirm():
    place = Courthouse()
    await a_year(place)
    assert "completion" not in {what for what, _, _ in asked(place)}
    await place.passes(366)
    assert [what for what, _, _ in asked(place)].count("completion") == 1
    await place.say(PROGRAM, completed("twelve_months", date(2027, 2, 1)))
    await place.say(COURT, ruled("dismissed", date(2027, 2, 10)))
    assert place.stages()[-3:] == ["in_services", "completed", "dismissed"]


async def test_a_month_without_compliance_does_not_count_and_another_is_needed():
    place = Courthouse()
    await a_year(place, not_so=(4,))
    await place.passes(366)
    assert "completion" not in {what for what, _, _ in asked(place)}
    await place.say(PROGRAM, completed("twelve_months", date(2027, 2, 1)))
    assert [one.refusal.problems[0].field for one in place.events(PretrialRefused)] == ["completed_by"]
    await place.say(PROGRAM, updated(date(2027, 2, 5)))
    assert "completion" in {what for what, _, _ in asked(place)}


async def test_twelve_months_are_not_over_before_the_day():
    place = Courthouse()
    await a_year(place)
    await place.say(PROGRAM, completed("twelve_months", date(2027, 1, 30)))
    assert place.stages()[-1] == "in_services"


async def test_every_clock_fires_once_also_after_the_hub_was_away_for_a_year():
    place = Courthouse()
    await place.granted("housing")
    await place.passes(400)
    found = asked(place)
    assert len(found) == len(set(found))
    assert [month for what, month, late in found if late] == list(range(1, 14))
    place.hub.at = datetime(2027, 4, 1, tzinfo=UTC)


async def test_a_grant_of_another_century_ends_no_clock_and_parks_nothing():
    place = Courthouse()
    await place.hear(received(), met())
    await place.say(COUNSEL, moved())
    await place.say(PROSECUTOR, consented())
    await place.say(COURT, ruled("granted", date(1901, 1, 31)))
    await place.say(PROGRAM, assessed("housing", on=date(1901, 2, 1)), updated(date(2026, 1, 31)))
    await place.passes(1)
    assert max(month or 0 for _, month, _ in asked(place)) == MONTHS_MOST
    assert [one.refusal.problems[0].field for one in place.events(PretrialRefused)] == ["through_on"]


@pytest.mark.parametrize("end", ["dismissed", "terminated"])
async def test_after_the_end_nothing_is_asked_any_more(end):
    place = Courthouse()
    await place.granted("housing")
    await place.say(COURT, ruled(end, date(2026, 2, 10)))
    before = asked(place)
    await place.passes(200)
    assert asked(place) == before
