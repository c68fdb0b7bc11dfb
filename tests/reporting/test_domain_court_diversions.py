"""What RCW 69.50.4017(12) asks of court pretrial diversions is told; small numbers are kept back; elsewhere named."""

from __future__ import annotations

from dataclasses import replace

from services.reporting.counting import report_of
from services.sites import load_site
from tests.reporting.examples import AS_OF, QUARTER, SITE, journey

COURT = load_site("washington-pretrial")
STAGES = {
    "dismissed": {"moved", "granted", "assessed", "completed", "dismissed"},
    "terminated": {"moved", "granted", "assessed", "terminated"},
    "completed": {"moved", "granted", "assessed", "completed"},
    "ongoing": {"moved", "granted"},
    "denied": {"moved", "denied"},
}


def told(**counts):
    journeys = [
        replace(journey("enrolled", area="washington"), pretrial=frozenset(STAGES[name]))
        for name, count in counts.items()
        for _ in range(count)
    ]
    report = report_of(COURT, QUARTER, journeys, AS_OF)
    table = next(one for one in report.tables if one.code == "court_diversion")
    return {row.code: row.cells[0].value for row in table.rows}, report


def test_terminated_completed_and_dismissed_are_told_apart_and_a_denied_motion_is_no_diversion():
    found, report = told(dismissed=20, terminated=12, completed=11, ongoing=30, denied=40)
    assert found == {"dismissed": 20, "terminated": 12, "completed": 11, "ongoing": 30}
    (asked,) = [one for one in report.asked if one.code == "diversion_outcome"]
    assert (asked.told_in, asked.why_missing) == ("court_diversion", None)


def test_no_small_number_is_told_nor_one_from_which_it_could_be_worked_out():
    found, _ = told(dismissed=20, terminated=3, completed=11, ongoing=30)
    assert found["terminated"] is None
    assert len([name for name, count in found.items() if count is None]) > 1
    assert set(told(dismissed=4, terminated=3)[0].values()) == {None}


def test_a_site_without_the_road_names_it_as_missing_with_the_reason():
    report = report_of(SITE, QUARTER, [journey("enrolled")], AS_OF)
    assert "court_diversion" not in {one.code for one in report.tables}
    (asked,) = [one for one in report.asked if one.code == "diversion_outcome"]
    assert "no road" in (asked.why_missing or "")
