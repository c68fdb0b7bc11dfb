"""Diversions as operators see them, worked out of the timeline's steps in any order; and the person's printed copy."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from services.commands.pretrials import printed
from services.commands.shown import Trouble
from services.console.domain import Step, diversions_of
from services.sites import load_site

BEGIN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
REFERRAL, PERSON = "ref-" + "1" * 32, "per-" + "a" * 32
CASE = {"court": "court", "prosecutor": "prosecutor", "counsel": "public-defender"}
TO = ["court", "prosecutor", "public-defender"]


def step(
    number: int, event: str, agency: str | None = None, referral: str | None = REFERRAL, **details: object
) -> Step:
    return Step(
        at=BEGIN + timedelta(minutes=number), event=event, service="/hub/pretrial", id=f"s-{number}", subject=PERSON,
        agency=agency, referral_id=referral, says=event, details=details,
    )  # fmt: skip


def advanced(number: int, stage: str) -> Step:
    return step(number, "pretrial.advanced", stage=stage, on="2026-03-02", by="court")


def status(number: int, month: int, *, complies: bool = True) -> Step:
    return step(
        number, "pretrial.filed", report="status", reported_on="2026-04-01", program="navigator", to=TO, month=month,
        substantial_compliance=complies,
    )  # fmt: skip


STEPS = [
    step(0, "pretrial.opened", **CASE), advanced(1, "moved"), advanced(2, "granted"),
    step(3, "pretrial.awaited", asked_for="assessment", due_on="2026-04-02"),
    advanced(4, "assessed"),
    step(5, "pretrial.filed", report="assessment", reported_on="2026-03-10", program="navigator", to=TO,
         services=["housing"]),
    step(6, "pretrial.awaited", asked_for="status", month=1, due_on="2026-04-02"), status(7, 1),
    advanced(8, "in_services"), step(9, "pretrial.awaited", asked_for="status", month=2, due_on="2026-05-02"),
    step(10, "pretrial.awaited", asked_for="status", month=2, due_on="2026-05-02", overdue=True),
    step(11, "disclosure.withheld", "court", message_type="pretrial.reported"),
    step(12, "disclosure.withheld", "prosecutor", message_type="pretrial.reported"),
    step(13, "disclosure.made", "court", message_type="pretrial.reported"),
    step(14, "disclosure.withheld", "services", message_type="onward.offered"),
    step(15, "referral.received", referral="ref-" + "2" * 32),
]  # fmt: skip


def test_the_steps_of_a_diversion_say_where_it_stands_what_is_owed_and_whom_it_did_not_reach():
    (found,) = diversions_of(STEPS)
    assert (found.referral_id, found.person, found.stage, found.since) == (
        REFERRAL, PERSON, "in_services", date(2026, 3, 2),
    )  # fmt: skip
    assert [one.report for one in found.reports] == ["assessment", "status"]
    assert [(one.asked_for, one.month, one.overdue) for one in found.owed] == [("status", 2, True)]
    assert found.overdue
    assert found.not_told == ("prosecutor",)


def test_their_order_changes_nothing():
    shuffled = list(STEPS)
    random.Random(3).shuffle(shuffled)
    assert diversions_of(shuffled) == diversions_of(STEPS)


def test_after_the_end_nothing_is_owed():
    (found,) = diversions_of([*STEPS, advanced(20, "dismissed")])
    assert (found.stage, found.owed, found.overdue) == ("dismissed", (), False)


@pytest.mark.parametrize(("language", "words"), [
    ("en", "you are substantially complying"), ("es", "usted está cumpliendo en lo esencial"),
])  # fmt: skip
def test_the_persons_copy_says_what_was_reported_and_carries_the_marking(language, words):
    (found,) = diversions_of(STEPS)
    text = "\n".join(printed(found, load_site("washington-pretrial"), language))
    assert words in text
    assert "housing" in text
    assert "chapter 42.56 RCW" in text
    assert "case in chief" in text


def test_a_copy_in_a_language_without_words_is_refused():
    (found,) = diversions_of(STEPS)
    with pytest.raises(Trouble, match="no words"):
        list(printed(found, load_site("washington-pretrial"), "fr"))
