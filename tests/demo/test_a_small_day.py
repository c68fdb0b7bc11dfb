"""A few cases played on a whole hub: what ends as expected is said to, and what does not is found."""

from __future__ import annotations

import asyncio

import pytest

from services.commands import demonstrating
from services.demo.cases import load_caseload
from services.local import hub as local
from tests.cli.test_on_a_hub import commanded, lines
from tests.platform.embedded import fresh_folder

MINUTE_SECONDS = 3.0
PLAYED = {
    "malicious-mischief", "treatment-with-consent", "hospital-without-agreement", "another-agencys-ori", "self",
    "asks-to-be-erased",
}  # fmt: skip
MISTAKEN = "self"


def a_few(site):
    """Six cases, one of which expects what will not happen."""
    chapters = []
    for chapter in load_caseload(site):
        cases = [case for case in chapter.cases if case.slug in PLAYED]
        wrong = [
            case.model_copy(update={"expect": case.expect.model_copy(update={"never": ("assignment.offered",)})})
            if case.slug == MISTAKEN
            else case
            for case in cases
        ]
        if wrong:
            chapters.append(chapter.model_copy(update={"cases": tuple(wrong)}))
    return tuple(chapters)


@pytest.fixture
def shorter_patience(monkeypatch):
    """The mistaken case never ends as expected, and is not waited for so long."""
    monkeypatch.setattr("services.demo.play._SCENE_SECONDS", 45.0)
    monkeypatch.setattr("services.demo.play._SCENE_MINUTES", 1.0)


async def test_a_small_day_ends_as_expected_but_for_the_case_that_expects_something_else(monkeypatch, shorter_patience):
    monkeypatch.setattr(demonstrating, "load_caseload", a_few)
    with fresh_folder() as folder:
        async with local.started(folder, minute_seconds=MINUTE_SECONDS) as hub:
            report = await demonstrating.played(hub)
    wrong = {run.case.slug: run.end.problems for run in report.runs if run.end.problems}
    assert wrong == {MISTAKEN: ["a assignment.offered"]}
    assert (report.as_expected, len(report.runs)) == (5, 6)
    assert (report.lost, report.doubled, report.improper, report.troubles) == ([], [], [], [])
    assert (report.unentered, report.ledger.broken) == ([], None)
    assert report.ledger.entries > 0
    assert not report.well


def operators_see_the_road(hub, named):
    """`hub pretrial` on the hub of that day: where each stands, every report, the person's copy in two languages."""
    (found,) = lines(hub("pretrial", "list", "--json"))
    stands = {one["referral_id"]: one["stage"] for one in found}
    assert stands[named["terminated"]] == "terminated"
    assert "under seal" in hub("pretrial", "list").stdout
    done = named["services-done"]
    (one,) = lines(hub("pretrial", "show", done, "--json"))
    assert {report["report"] for report in one["reports"]} >= {"assessment", "completion"}
    assert "Reports to the court" in hub("pretrial", "show", done).stdout
    for language, title in (("en", "Your court pretrial diversion"), ("es", "Su ")):
        copy = hub("pretrial", "show", done, "--for-the-person", "--language", language)
        assert copy.stdout.startswith(title)
        assert "42.56 RCW" in copy.stdout
    assert (
        "--language is one of: en, es" in hub("pretrial", "show", done, "--for-the-person", "--language", "xx").stderr
    )


@pytest.mark.parametrize(
    ("site", "shows"),
    [
        ("santa-fe", {"eight-grams", "two-hundred-pills", "a-family-calls"}),
        ("baltimore", {"all-say-yes", "the-prosecutor-says-no", "outside-the-pilot"}),
        ("washington-pretrial", {"services-done", "nothing-recommended", "terminated", "a-part-2-program"}),
    ],
)
async def test_another_site_has_a_day_of_its_own_by_its_own_rules(site, shows, monkeypatch, capsys):
    with fresh_folder() as folder:
        async with local.started(folder, site=site, minute_seconds=MINUTE_SECONDS) as hub:
            report = await demonstrating.played(hub)
            if site == "washington-pretrial":
                capsys.readouterr()  # what the day itself said
                asked = commanded(str(folder), monkeypatch, capsys)
                named = {run.case.slug: run.referral_id for run in report.runs}
                await asyncio.to_thread(operators_see_the_road, asked, named)
    assert {run.case.slug: run.end.problems for run in report.runs if run.end.problems} == {}
    assert report.well
    assert shows <= {run.case.slug for run in report.runs}
