"""An agency has lost its data: its lane is told again, and what the person took back meanwhile is not.

On a real hub, from real disclosures: a person is referred, taken on, helped by a provider under a consent, and takes
that back. Then the provider's lane and the case manager's are planned, approved by a second operator, rehearsed, run,
reported and, in the end, taken back.
"""

from __future__ import annotations

import json

import pytest

from tests.journeys.marked_record import PROVIDER, Story, eventually
from tests.journeys.running import running
from tests.journeys.typed import typing

JUNO, ROBIN = "juno-sample", "robin-sample"
SINCE = "2026-01-01"


@pytest.fixture
def hub(fresh_hub, monkeypatch, capsys):
    monkeypatch.setenv("HUB_OPERATOR", JUNO)
    with fresh_hub() as state, running(state):
        yield typing(state, monkeypatch, capsys)


def test_a_lane_is_told_again_without_what_was_taken_back(hub, tmp_path):
    hub("operator", "add", JUNO)
    hub("operator", "add", ROBIN, "--operator", JUNO)
    story = Story(hub, "Zqxagain", "1990-02-03", name="again", past=set())
    referral_id, holder, subject = story.taken_on()
    onward = {"help_type": "health_care", "to": PROVIDER}
    story.send(holder, "onward.requested", onward, "onward", subject=subject)
    offered = story.heard(PROVIDER, "onward.offered")
    lane = _lane(hub, holder)
    _the_case_managers_lane_comes_again(hub, holder, lane, tmp_path)

    story.send(holder, "consent.revoked", {"how": "verbal"}, "revoked", subject=subject)
    recalled = story.heard(PROVIDER, "information.recalled")
    _nothing_comes_again_to_who_may_not_hear_it(hub, offered, recalled)
    _bad_input_begins_nothing(hub)
    assert eventually(lambda: story.steps(referral_id, "consent.withdrawn"))


def _lane(hub, agency):
    return hub("listen", "--as", agency, "--from", "earliest", "--wait", "1")


def _the_case_managers_lane_comes_again(hub, holder, before, tmp_path):
    (plan,) = hub("replay", "plan", "lane", holder, "--since", SINCE)
    replay = plan["replay_id"]
    assert plan["stage"] == "planned"
    assert plan["plan"]["events"] == len(before)
    counts = plan["plan"]["counts"]
    assert counts.get("failed", 0) == 0

    if plan["plan"]["second_person"]:
        assert "approved by a second person" in hub("replay", "run", replay, fails=True)
        assert "approves a plan of their own" in hub("replay", "approve", replay, fails=True)
        (seen,) = hub("replay", "approve", replay, "--as", ROBIN)
        assert [one["operator"] for one in seen["approvals"]] == [ROBIN]
        assert all(one["signature"] for one in seen["approvals"])
    (rehearsed,) = hub("replay", "rehearse", replay)
    assert rehearsed["stage"] == "rehearsed"
    assert _lane(hub, holder) == before

    (done,) = hub("replay", "run", replay)
    assert done["stage"] == "completed"
    (report,) = hub("replay", "report", replay)
    assert report["is_the_plan"]
    told = [one for one in report["items"] if one["ended"] in {"same", "changed"}]
    assert len(report["items"]) == len(before) == sum(report["ended"].values())
    assert {one["original"] for one in report["items"]} == {one["id"] for one in before}
    came = eventually(lambda: _more(hub, holder, before, len(told)))
    assert all(one["replayid"] == replay for one in came)
    known = {one["id"]: one for one in before}
    for one in came:
        if one["id"] in known:
            assert one["data"] == known[one["id"]]["data"]
        else:
            assert one["originalid"] in known

    _what_came_is_taken_back(hub, holder, replay, came)
    page = tmp_path / "replay.html"
    hub("replay", "report", replay, "--format", "html", "--out", str(page))
    assert page.read_text()


def _what_came_is_taken_back(hub, holder, replay, came):
    (done,) = hub("replay", "compensate", replay)
    assert done["stage"] == "compensated"
    recalls = [one for one in _lane(hub, holder) if one["type"] == "information.recalled"]
    named = {message for one in recalls for message in one["data"]["disclosures"]}
    assert named <= {one["id"] for one in came}
    assert recalls


def _more(hub, agency, before, least):
    found = [one for one in _lane(hub, agency) if "replayid" in one]
    return found if len(found) >= least else None


def _nothing_comes_again_to_who_may_not_hear_it(hub, offered, recalled):
    (plan,) = hub("replay", "plan", "lane", PROVIDER, "--since", SINCE)
    replay, before = plan["replay_id"], _lane(hub, PROVIDER)
    assert plan["plan"]["counts"]["withheld"] >= 1
    if plan["plan"]["second_person"]:
        hub("replay", "approve", replay, "--as", ROBIN)
    hub("replay", "run", replay)
    (report,) = hub("replay", "report", replay)
    ended = {one["original"]: one for one in report["items"]}
    assert ended[offered["id"]]["ended"] == "withheld"
    assert ended[offered["id"]]["why"]
    again = [one for one in _lane(hub, PROVIDER) if one.get("replayid") == replay]
    assert {one["type"] for one in again} <= {recalled["type"]}
    assert not [one for one in again if one["type"] == offered["type"]]
    assert "Zqxagain" not in json.dumps(again)
    assert before


def _bad_input_begins_nothing(hub):
    known = hub("replay", "list")
    assert "future" in hub("replay", "plan", "lane", PROVIDER, "--since", "2999-01-01", fails=True)
    assert "empty time" in hub(
        "replay", "plan", "lane", PROVIDER, "--since", SINCE, "--until", "2025-01-01", fails=True
    )
    assert "no agency" in hub("replay", "plan", "lane", "nobody-here", "--since", SINCE, fails=True)
    assert "No replay" in hub("replay", "run", "rpl-" + "0" * 32, fails=True)
    assert known == hub("replay", "list")
    nothing = hub("replay", "plan", "lane", PROVIDER, "--since", SINCE, "--referral", "ref-" + "0" * 32, fails=True)
    assert "nothing was told there" in nothing
