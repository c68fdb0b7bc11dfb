"""Diversions asked of the console's own tables, as its events write them."""

from __future__ import annotations

from datetime import date

from contracts.catalogue import PretrialAdvanced, PretrialAwaited, PretrialFiled, PretrialOpened
from contracts.court import AskedFor, PretrialStage, ReportKind
from services.console.domain import decide
from services.console.store import Asking, ConsoleStore
from tests.console import examples as x

DAY = date(2026, 3, 4)
OPENED = PretrialOpened(
    referral_id=x.REFERRAL, court="court", prosecutor="prosecutor", moved_on=DAY, moved_by="court",
    cause_number="v1.sealed", motion_id="m-1",
)  # fmt: skip
FILED = PretrialFiled(
    referral_id=x.REFERRAL, report_id="rep-" + "1" * 32, report=ReportKind.STATUS, program="navigator", to=("court",),
    reported_on=DAY, month=1, substantial_compliance=False,
)  # fmt: skip
OVERDUE = PretrialAwaited(
    referral_id=x.REFERRAL, agency="navigator", asked_for=AskedFor.STATUS, month=1, due_on=DAY, overdue=True
)


def advanced(stage: PretrialStage) -> PretrialAdvanced:
    return PretrialAdvanced(referral_id=x.REFERRAL, stage=stage, on=DAY, by="court")


async def found(conn, *events):
    facts = [x.said(event, after=number) for number, event in enumerate(events)]
    rows = [(fact, row.content) for fact in facts for row in decide(None, None, fact, None)]
    await ConsoleStore().save(conn, {}, None, rows)
    return await Asking(conn).diversions()


async def test_a_diversion_is_shown_with_what_is_overdue_and_the_number_of_the_case_is_not_kept(conn):
    steps = (OPENED, advanced(PretrialStage.MOVED), advanced(PretrialStage.GRANTED), OVERDUE)
    (one,) = await found(conn, *steps)
    assert (one.stage, one.since, one.court, one.counsel, one.overdue) == ("granted", DAY, "court", None, True)
    kept = await conn.fetch("SELECT details FROM console.steps")
    assert not any("sealed" in row["details"] for row in kept)


async def test_a_report_that_came_is_no_longer_owed(conn):
    (one,) = await found(conn, OPENED, advanced(PretrialStage.MOVED), OVERDUE, FILED)
    assert (one.overdue, one.owed) == (False, ())
    assert [(report.month, report.substantial_compliance) for report in one.reports] == [(1, False)]


async def test_without_a_motion_there_is_none(conn):
    assert await found(conn, FILED) == []
