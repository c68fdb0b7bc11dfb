"""`hub oncall` where no hub runs: who is on call by the site's files, and what a mistaken rota is told."""

from __future__ import annotations

import json
import shutil

import pytest

from services.sites import load_site
from services.sites.loading import SITES

SITE = ("--site", "whatcom")
FIRST, DAY, NIGHT = "opportunity-council", "catholic-community-services", "lake-whatcom-center"


@pytest.fixture
def sites(tmp_path, monkeypatch):
    """A folder of sites of one's own, with a copy of Whatcom."""
    shutil.copytree(SITES / "whatcom", tmp_path / "whatcom")
    monkeypatch.setenv("HUB_SITES", str(tmp_path))
    return tmp_path


@pytest.fixture
def rota(tmp_path):
    """A rota to be loaded, which can be changed before."""
    file = tmp_path / "new rota.toml"
    file.write_text((SITES / "whatcom" / "oncall.toml").read_text())

    def changed(old, new):
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))
        return str(file)

    return changed


def shown(hub, *words):
    code, out, _ = hub("oncall", "show", *SITE, *words, "--json")
    assert code == 0
    return json.loads(out)


@pytest.mark.parametrize(
    ("at", "backup", "until", "following"),
    [
        ("2026-03-02T19:59", DAY, "2026-03-03T04:00:00+00:00", NIGHT),
        ("2026-03-02T20:00", NIGHT, "2026-03-03T16:00:00+00:00", DAY),
        ("2026-03-03T03:59:00Z", DAY, "2026-03-03T04:00:00+00:00", NIGHT),
        # In these nights the clock is put forward, and back: the shift ends when it strikes eight all the same.
        ("2026-03-08T01:00", NIGHT, "2026-03-08T15:00:00+00:00", DAY),
        ("2026-11-01T01:30", NIGHT, "2026-11-01T16:00:00+00:00", DAY),
    ],
)
def test_who_is_on_call_until_when_and_who_is_next(hub, at, backup, until, following):
    facts = shown(hub, "--at", at, "--area", "blaine")
    (blaine,) = facts["areas"]
    assert (blaine["on_call"][:2], blaine["until"]) == ([FIRST, backup], until)
    assert blaine["next"]["on_call"][1] == following
    assert blaine["basis"].startswith("not published: ")
    assert facts["in_force_from"] == "2026-01-01"


def test_a_week_is_shown_without_a_gap_for_every_area(hub):
    facts = shown(hub, "--at", "2026-03-07T12:00")
    assert len(facts["areas"]) == len(load_site("whatcom").areas)
    week = facts["week"]
    assert [one["since"] for one in week[1:]] == [one["until"] for one in week[:-1]]
    # The week in which the clock is put forward is an hour shorter.
    assert (week[0]["since"], week[-1]["until"]) == ("2026-03-07T08:00:00+00:00", "2026-03-14T07:00:00+00:00")


def test_people_read_it_by_the_sites_own_clock(hub):
    code, out, _ = hub("oncall", "show", *SITE, "--at", "2026-07-01T21:30")
    assert code == 0
    assert "On call in Whatcom County LEAD, Wed 2026-07-01 21:30 PDT" in out
    assert "every area" in out
    assert "Thu 2026-07-02 08:00 PDT" in out
    assert "The week ahead" in out


def test_without_an_instant_it_is_now(hub):
    assert shown(hub)["areas"][0]["on_call"][0] == FIRST


def test_before_the_first_rota_and_without_any_all_are_on_call(hub, sites):
    assert shown(hub, "--at", "2025-05-05T12:00")["always"] == [
        DAY, NIGHT, "northwest-youth-services", FIRST,
    ]  # fmt: skip
    (sites / "whatcom" / "oncall.toml").unlink()
    code, out, _ = hub("oncall", "show", *SITE)
    assert code == 0
    assert "has no rota then: all are on call always" in out
    assert hub("oncall", "lint", *SITE)[0] == 0


def test_an_hour_for_which_nobody_is_on_call_says_why(hub, sites, rota):
    file = rota('to = "08:00"\n', 'to = "08:00"\nnobody = true\nreason = "no agency drives at night"\n')
    text = [line for line in (sites / "new rota.toml").read_text().splitlines() if NIGHT not in line or DAY not in line]
    agencies = f'agencies = ["{FIRST}"]'
    (sites / "new rota.toml").write_text("\n".join(text).replace('to = "20:00"', f'to = "20:00"\n{agencies}'))
    assert hub("oncall", "load", file, *SITE)[0] == 0
    (blaine,) = shown(hub, "--at", "2026-03-02T22:00", "--area", "blaine")["areas"]
    assert (blaine["on_call"], blaine["nobody"]) == ([], "no agency drives at night")
    assert "nobody: no agency drives at night" in hub("oncall", "show", *SITE, "--at", "2026-03-02T22:00")[1]


@pytest.mark.parametrize(
    ("words", "said", "next_step"),
    [
        (("--at", "soon"), "soon is no instant.", "write it like 2026-03-02T22:30"),
        (("--area", "atlantis"), "whatcom has no area atlantis.", "hub sites show whatcom"),
    ],
)
def test_what_cannot_be_asked_says_so(hub, words, said, next_step):
    code, _, err = hub("oncall", "show", *SITE, *words)
    assert (code, said in err, next_step in err) == (1, True, True)


HOLE = "mon, tue, wed, thu, fri, sat, sun 08:00 to 08:30"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('from = "08:00"', 'from = "08:30"', HOLE),
        ('to = "20:00"', 'to = "20:30"', "days, nights contradict each other"),
        ('from = "08:00"', 'areas = ["atlantis"]\nfrom = "08:00"', "rota.days.areas: No such area: atlantis."),
        (f'"{NIGHT}", "north', '"sea-mar", "north', "Only case-management agencies are on call: sea-mar."),
        ('from = "08:00"', 'from = "8"', "oncall.toml: rota.days.from: "),
        ("[[rota]]", "[[rota", "oncall.toml: file: It is TOML."),
    ],
)  # fmt: skip
def test_a_mistaken_rota_is_refused_when_it_is_loaded_and_what_is_in_force_stays(hub, sites, rota, old, new, said):
    file, before = rota(old, new), (sites / "whatcom" / "oncall.toml").read_text()
    code, out, _ = hub("oncall", "lint", file, *SITE, "--json")
    assert code == 1
    assert any(said in problem for problem in json.loads(out)["problems"])
    code, out, _ = hub("oncall", "load", file, *SITE, "--json")
    assert code == 1
    refused = json.loads(out)["error"]
    assert said in refused
    assert "what is in force stays in force" in refused
    assert (sites / "whatcom" / "oncall.toml").read_text() == before
    assert load_site("whatcom", sites).oncall == load_site("whatcom").oncall


def test_a_sound_rota_is_loaded(hub, sites, rota):
    file = rota('from = "08:00"\nto = "20:00"', 'from = "07:00"\nto = "20:00"')
    (sites / "new rota.toml").write_text((sites / "new rota.toml").read_text().replace('to = "08:00"', 'to = "07:00"'))
    assert hub("oncall", "lint", file, *SITE)[0] == 0
    assert hub("oncall", "load", file, *SITE)[0] == 0
    assert shown(hub, "--at", "2026-03-02T07:30", "--area", "blaine")["areas"][0]["shift"] == "days"
    assert sorted(one.name for one in (sites / "whatcom").glob("oncall*")) == ["oncall.toml"]


def test_a_file_that_is_not_there_is_named(hub, sites):
    code, _, err = hub("oncall", "load", "nowhere.toml", *SITE)
    assert (code, "There is no file nowhere.toml." in err) == (1, True)
