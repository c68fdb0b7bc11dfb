"""Suspending and resuming: what the hub knows and what Kafka lets through never fall apart to an agency's harm."""

from __future__ import annotations

import json

import pytest

from contracts.catalogue import AgencyResumed, AgencySuspended
from services.commands import office, reach
from services.commands.agencies import let_in, shut_out
from services.local.state import State
from services.plumbing.administration import NotInEffect
from services.sites.settings import SiteSettings

SLUG = "sumas-police"
SUSPENDED = AgencySuspended(agency=SLUG, operator="juno-sample")
RESUMED = AgencyResumed(agency=SLUG, operator="juno-sample")


class Day:
    """The hub and Kafka's door, and what happened in which order."""

    def __init__(self, *, silent=False, refuses=False, stuck=False):
        self.silent, self.refuses, self.stuck = silent, refuses, stuck
        self.happened = []

    async def says(self, event):
        self.happened.append(event.name)
        if self.silent:
            raise office.NotAnswered
        if self.refuses:
            raise office.Trouble("The hub refused it.", "sign it.")

    async def suspend(self, slug):
        assert slug == SLUG
        self.happened.append("shut")

    async def resume(self, slug):
        self.happened.append("open")
        if self.stuck:
            raise NotInEffect(slug)


async def test_the_hub_knows_of_a_return_before_the_door_opens():
    day = Day()
    await let_in(RESUMED, day.says, day)
    assert day.happened == ["agency.resumed", "open"]


async def test_a_door_that_does_not_open_is_told_to_the_hub():
    day = Day(stuck=True)
    with pytest.raises(NotInEffect):
        await let_in(RESUMED, day.says, day)
    assert day.happened == ["agency.resumed", "open", "agency.suspended"]


@pytest.mark.parametrize("trouble", ["silent", "refuses"])
async def test_the_door_stays_shut_where_the_hub_does_not_say_yes(trouble):
    day = Day(**{trouble: True})
    with pytest.raises(office.Trouble):
        await let_in(RESUMED, day.says, day)
    assert day.happened == ["agency.resumed"]


async def test_the_hub_knows_of_a_suspension_before_the_door_shuts():
    day = Day()
    await shut_out(SUSPENDED, day.says, day)
    assert day.happened == ["agency.suspended", "shut"]


async def test_a_suspension_that_the_hub_has_not_answered_shuts_the_door_all_the_same():
    day = Day(silent=True)
    with pytest.raises(office.NotAnswered):
        await shut_out(SUSPENDED, day.says, day)
    assert day.happened == ["agency.suspended", "shut"]


async def test_a_suspension_that_the_hub_refused_shuts_nothing():
    day = Day(refuses=True)
    with pytest.raises(office.Trouble):
        await shut_out(SUSPENDED, day.says, day)
    assert day.happened == ["agency.suspended"]


def test_the_agencies_are_those_of_the_hub_that_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(SiteSettings, "load", lambda settings: settings.site)
    monkeypatch.setenv("HUB_SITE", "elsewhere")
    folder = State(tmp_path)
    assert reach.site_of(None, tmp_path) == "elsewhere"
    folder.file.write_text(json.dumps({"ready": True, "site": "harbour"}))
    assert reach.site_of(None, tmp_path) == "harbour"
    assert reach.site_of("whatcom", tmp_path) == "whatcom"
