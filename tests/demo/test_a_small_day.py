"""A few cases played on a whole hub: what ends as expected is said to, and what does not is found."""

from __future__ import annotations

import pytest

from services.commands import demonstrating
from services.demo.cases import load_caseload
from services.local import hub as local
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


@pytest.mark.parametrize(
    ("site", "shows"),
    [
        ("santa-fe", {"eight-grams", "two-hundred-pills", "a-family-calls"}),
        ("baltimore", {"all-say-yes", "the-prosecutor-says-no", "outside-the-pilot"}),
        ("washington-pretrial", {"services-done", "nothing-recommended", "terminated", "a-part-2-program"}),
    ],
)
async def test_another_site_has_a_day_of_its_own_by_its_own_rules(site, shows):
    with fresh_folder() as folder:
        async with local.started(folder, site=site, minute_seconds=MINUTE_SECONDS) as hub:
            report = await demonstrating.played(hub)
    assert {run.case.slug: run.end.problems for run in report.runs if run.end.problems} == {}
    assert report.well
    assert shows <= {run.case.slug for run in report.runs}
