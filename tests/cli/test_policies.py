"""`hub policy` and `hub sites` where no hub runs: what the site's files say."""

import json
import shutil

import pytest

from services.sites.loading import SITES

SITE = ("--site", "whatcom")


@pytest.fixture
def sites(tmp_path, monkeypatch):
    """A folder of sites of one's own, with a copy of Whatcom."""
    shutil.copytree(SITES / "whatcom", tmp_path / "whatcom")
    monkeypatch.setenv("HUB_SITES", str(tmp_path))
    return tmp_path


def test_policies_are_listed_and_shown_with_the_source_of_each_clause(hub):
    code, out, _ = hub("policy", "list", *SITE, "--json")
    assert code == 0
    earlier, current = json.loads(out)
    assert earlier["in_force_until"] == current["in_force_from"]
    assert "attested-exclusion" in current["not_published"]
    code, out, _ = hub("policy", "show", "2026-01", *SITE)
    assert code == 0
    assert "source: RCW 71.24.115(3)" in out
    assert json.loads(hub("policy", "show", "2026-01", *SITE, "--json")[1])["hash"] == current["hash"]


def test_a_version_that_is_not_there_is_named_with_those_that_are(hub):
    code, _, err = hub("policy", "show", "1999-01", *SITE)
    assert code == 1
    assert "has no policy 1999-01" in err
    assert "2025-01, 2026-01" in " ".join(err.split())


@pytest.mark.parametrize("what", ["lint", "test"])
def test_every_policy_that_is_shipped_is_sound_and_finds_what_its_cases_say(hub, what):
    assert hub("policy", what, *SITE)[0] == 0


def test_a_mistaken_case_and_a_missing_one_end_with_an_error(hub, sites):
    file = sites / "whatcom" / "policies" / "cases" / "2026-01.toml"
    file.write_text(file.read_text().replace('drug-amount = "pass"', 'drug-amount = "fail"'))
    code, out, _ = hub("policy", "test", "2026-01", "--json", *SITE)
    assert code == 1
    (tested,) = json.loads(out)
    assert {one["clause"] for one in tested["differences"]} == {"drug-amount"}
    assert ["drug-amount", "pass"] in tested["not_shown"]
    code, out, _ = hub("policy", "lint", "2026-01", *SITE)
    assert code == 1
    assert "drug-amount: No case shows that it finds pass" in out


def test_a_clause_that_does_not_compile_is_named_with_its_file(hub, sites):
    file = sites / "whatcom" / "policies" / "2026-01.toml"
    file.write_text(file.read_text().replace("cannabis.most_grams <= 40.0", "grammes <= 40.0"))
    code, out, _ = hub("policy", "lint", *SITE)
    assert code == 1
    assert "policies/2026-01.toml: drug-amount.expression: " in out
    code, _, err = hub("policy", "test", "2026-01", *SITE)
    assert code == 1
    assert "hub policy lint" in err


def test_two_versions_are_compared_in_words(hub):
    code, out, _ = hub("policy", "diff", "2025-01", "2026-01", *SITE, "--json")
    assert code == 0
    assert {one["clause"] for one in json.loads(out)["changes"]} == {"drug-amount"}
    assert "they say the same" in hub("policy", "diff", "2026-01", "2026-01", *SITE)[1]


def test_sites_are_listed_and_one_that_cannot_be_used_says_why(hub, sites):
    code, out, _ = hub("sites", "list", "--json")
    assert code == 0
    assert [(one["slug"], one["policy"]) for one in json.loads(out)] == [("whatcom", "2026-01")]
    (sites / "whatcom" / "clocks.toml").unlink()
    code, out, _ = hub("sites", "list", "--json")
    assert code == 1
    assert "clocks.toml" in json.loads(out)[0]["problems"][0]


def test_a_site_says_where_each_of_its_settings_comes_from(hub):
    code, out, _ = hub("sites", "show", "whatcom", "--json")
    assert code == 0
    facts = json.loads(out)
    assert facts["basis"]["clocks.intake_days"].startswith("not published")
    assert "bellingham-police" in facts["roles"]["law_enforcement"]
    shown = hub("sites", "show", "whatcom")[1]
    assert "Where its settings come from" in shown
    assert "no such site" in hub("sites", "show", "nowhere")[2]
