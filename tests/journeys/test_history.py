"""History is screened again on a real hub: who might be offered again, kept as evidence; nobody hears anything."""

from __future__ import annotations

import pytest

from tests.journeys.marked_record import Story
from tests.journeys.running import running
from tests.journeys.typed import typing

JUNO = "juno-sample"


@pytest.fixture
def hub(fresh_hub, monkeypatch, capsys):
    monkeypatch.setenv("HUB_OPERATOR", JUNO)
    with fresh_hub() as state, running(state):
        yield typing(state, monkeypatch, capsys)


def test_history_is_screened_again_and_nobody_is_told(hub, tmp_path):
    hub("operator", "add", JUNO)
    story = Story(hub, "Zqxhistory", "1990-02-03", name="history", past=set())
    _, holder, _ = story.taken_on()
    before = hub("listen", "--as", holder, "--from", "earliest", "--wait", "1")
    file = tmp_path / "people.csv"

    (seen,) = hub("replay", "plan", "history", "--version", "2025-01", "--out", str(file))
    assert seen["stage"] == "completed"
    counts = seen["plan"]["history"]
    assert counts["screened"] >= 1
    assert counts["not_reproduced"] == 0
    kinds = ("alike", "newly_eligible", "newly_open", "newly_ineligible", "otherwise")
    assert sum(counts[one] for one in kinds) == counts["screened"]
    assert len(seen["people"]) == counts["newly_eligible"] + counts["newly_open"] - counts["left_out"]
    assert file.read_text().startswith("person,referral,")
    (report,) = hub("replay", "report", seen["replay_id"])
    assert report["is_the_plan"]
    assert "tells nobody anything" in hub("replay", "run", seen["replay_id"], fails=True)
    assert hub("listen", "--as", holder, "--from", "earliest", "--wait", "1") == before

    known = hub("replay", "list")
    assert "no approved policy" in hub("replay", "plan", "history", "--version", "2999-01", fails=True)
    assert "future" in hub("replay", "plan", "history", "--version", "2025-01", "--since", "2999-01-01", fails=True)
    nobody = ("--since", "2020-01-01", "--until", "2020-02-01")
    assert "Nobody was screened" in hub("replay", "plan", "history", "--version", "2025-01", *nobody, fails=True)
    assert known == hub("replay", "list")
