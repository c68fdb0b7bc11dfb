"""What is not wanted on Kafka is listed and asked about before it is removed; unread messages never go unasked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from contracts import topics
from services.commands import asking, laying, reach
from services.plumbing.layout import Change, Kind, Topic
from services.sites import load_site

LANE = Topic("agency.former-agency.from-hub", 1)
OTHER = Topic("somebody-elses", 1)


class Kafka:
    """Holds these differences; what was applied."""

    def __init__(self):
        self.changes, self.unread, self.removed = [], {}, None

    async def differences(self, _wanted):
        return self.changes

    async def apply(self, _wanted, *, remove_extra):
        self.removed = [one.what for one in self.changes if one.extra and remove_extra]
        return self.changes


@pytest.fixture
def kafka(monkeypatch):
    kafka = Kafka()

    async def unread_on(_found, named):
        return {one.name: kafka.unread[one.name] for one in named if one.name in kafka.unread}

    monkeypatch.setattr(reach, "find", lambda _state: SimpleNamespace(site=load_site("whatcom"), realm=""))
    monkeypatch.setattr(laying, "_administration", lambda _found: kafka)
    monkeypatch.setattr(laying, "unread_on", unread_on)
    kafka.changes = [Change(Kind.EXTRA_TOPIC, f"topic {one.name}", one) for one in (LANE, OTHER)]
    return kafka


def answered(monkeypatch, agreed):
    monkeypatch.setattr(asking, "somebody_is_there", lambda: True)
    monkeypatch.setattr(laying.typer, "confirm", lambda *_, **__: agreed)


def test_what_is_not_wanted_stays_unless_somebody_says_otherwise(hub, kafka):
    assert hub("topics", "apply")[0] == 0
    assert kafka.removed == []


def test_where_nobody_can_be_asked_nothing_is_removed_without_a_yes(hub, kafka):
    code, _, err = hub("topics", "apply", "--remove-extra")
    assert (code, kafka.removed) == (1, None)
    assert f"- topic {LANE.name}" in err
    assert "--yes" in err.splitlines()[-1]
    assert hub("topics", "apply", "--remove-extra", "--yes")[0] == 0
    assert kafka.removed == [LANE, OTHER]


@pytest.mark.parametrize(("agreed", "code", "removed"), [(False, 1, None), (True, 0, [LANE, OTHER])])
def test_what_would_be_removed_is_listed_and_asked_about(hub, kafka, monkeypatch, agreed, code, removed):
    answered(monkeypatch, agreed)
    ended, _, err = hub("topics", "apply", "--remove-extra")
    assert (ended, kafka.removed) == (code, removed)
    assert f"- topic {OTHER.name}" in err


def test_a_lane_with_unread_messages_goes_with_a_yes_on_the_command_line_alone(hub, kafka, monkeypatch):
    answered(monkeypatch, agreed=True)
    kafka.unread = {LANE.name: 3}
    code, _, err = hub("topics", "apply", "--remove-extra")
    assert (code, kafka.removed) == (1, None)
    assert f"{LANE.name} (3)" in err
    assert hub("topics", "apply", "--remove-extra", "--yes")[0] == 0
    assert LANE in kafka.removed


def test_a_difference_that_needs_a_person_is_no_success(hub, kafka):
    kafka.changes = [Change(Kind.BEYOND_REPAIR, "hub.referrals has too many partitions", OTHER)]
    code, out, _ = hub("topics", "apply")
    assert (code, out) == (1, "! hub.referrals has too many partitions\n")


def test_a_lane_is_known_by_its_name():
    assert topics.lane_of(LANE.name) == "former-agency"
    for other in (topics.to_hub("former-agency"), "agency..from-hub", "hub.referrals", OTHER.name):
        assert topics.lane_of(other) is None
