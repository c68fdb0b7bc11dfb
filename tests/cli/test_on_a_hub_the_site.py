"""A site's folder that is broken under a hub that runs, and before it begins anew: what was in force stays in force."""

from __future__ import annotations

import shutil

from services.sites.loading import SITES
from tests.cli.test_on_a_hub import commanded, eventually, lines
from tests.journeys.running import running

STAYS = "stays in force."


def test_a_broken_folder_is_refused_by_name_and_the_hub_goes_on_by_the_last_good_one(
    fresh_hub, tmp_path, monkeypatch, capsys
):
    for slug in ("standard", "washington", "whatcom"):
        shutil.copytree(SITES / slug, tmp_path / slug)
    monkeypatch.setenv("HUB_SITES", str(tmp_path))
    rota, agencies = tmp_path / "whatcom" / "oncall.toml", tmp_path / "whatcom" / "agencies" / "services.toml"
    sound = agencies.read_text()
    with fresh_hub() as folder:
        asked = commanded(str(folder), monkeypatch, capsys)
        with running(folder):
            agencies.write_text(sound.replace("[sea-mar]", '[sea-mar]\nareas = ["atlantis"]'))
            said = "agencies/services.toml:35: sea-mar.areas: No such area: atlantis."
            assert alarm(asked, said).endswith(STAYS)
            refused = asked("sites", "load")
            assert refused.returncode == 1
            assert said in " ".join(refused.stderr.split())
            assert STAYS[:-1] in " ".join(refused.stderr.split())
            # What another hub would not begin with, this one serves all the same.
            assert asked("agency", "show", "sea-mar", "--json").returncode == 0
        with running(folder):
            assert alarm(asked, said)
            assert asked("agency", "show", "sea-mar", "--json").returncode == 0
            agencies.write_text(sound)
            (taken,) = lines(asked("sites", "load", "--json"))
            assert taken["site"] == "whatcom"
            assert not alarm(asked, said)
            in_force = next((folder / "in-force").glob("whatcom-*")) / "whatcom" / "oncall.toml"
            new = tmp_path / "new.toml"
            new.write_text(rota.read_text().replace("20:00", "21:00"))
            assert asked("oncall", "load", str(new)).returncode == 0
            assert in_force.read_text() == new.read_text()
            eventually(lambda: any("rota taken up" in log.read_text() for log in (folder / "logs").glob("*.log")))


def alarm(asked, begins):
    """The alarm of `hub status` in which this is said."""
    (facts,) = lines(asked("status", "--json"))
    return next((" ".join(one.split()) for one in facts["alarms"] if begins in one), None)
