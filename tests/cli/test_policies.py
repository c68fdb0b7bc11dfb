"""`hub policy` and `hub sites` where no hub runs: what the site's files say."""

import json
import shutil

import pytest

from services.sites import SiteUnreadable, load_site
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


def test_without_a_version_the_policy_in_force_is_shown(hub):
    in_force = json.loads(hub("policy", "list", *SITE, "--json")[1])[-1]["version"]
    assert json.loads(hub("policy", "show", *SITE, "--json")[1])["version"] == in_force


def test_a_site_without_a_caseload_is_answered_with_those_that_have_one(hub):
    code, _, err = hub("demo", "--site", "clackamas")
    assert code == 1
    assert "name one that has: baltimore, santa-fe, washington-pretrial, whatcom" in " ".join(err.split())


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


def test_two_versions_are_compared_in_words(hub):
    code, out, _ = hub("policy", "diff", "2025-01", "2026-01", *SITE, "--json")
    assert code == 0
    assert {one["clause"] for one in json.loads(out)["changes"]} == {"drug-amount"}
    assert "they say the same" in hub("policy", "diff", "2026-01", "2026-01", *SITE)[1]


def test_sites_are_listed_and_one_that_cannot_be_used_says_why(hub, sites):
    code, out, _ = hub("sites", "list", "--json")
    assert code == 0
    assert [(one["slug"], one["policy"]) for one in json.loads(out)] == [("whatcom", "2026-01")]
    (sites / "whatcom" / "members.toml").write_text("")
    code, out, _ = hub("sites", "list", "--json")
    assert code == 1
    assert "members.toml" in json.loads(out)[0]["problems"][0]


def test_a_site_says_where_each_of_its_settings_comes_from(hub):
    code, out, _ = hub("sites", "show", "whatcom", "--json")
    assert code == 0
    facts = json.loads(out)
    assert facts["basis"]["clocks.intake_days"].startswith("not published")
    assert "bellingham-police" in facts["roles"]["law_enforcement"]
    shown = hub("sites", "show", "whatcom")[1]
    assert "Where its settings come from" in shown
    assert "no such site" in hub("sites", "show", "nowhere")[2]


DRAFT = """
id = "whatcom-lead"
version = "2027-01"
in_force_from = 2027-01-01T00:00:00-08:00

[[clause]]
id = "who-refers"
text = "Anybody refers."
citation = "an invented source"
published = true
police_only = true
applies = 'true'
expression = 'source_kind == "other" ? "unknown" : "pass"'
"""
CASES = """
[[case]]
name = "a family refers"
source_kind = "family"
verdict = "eligible"
finds = { who-refers = "pass" }

[[case]]
name = "nobody knows who refers"
source_kind = "other"
verdict = "needs_review"
finds = { who-refers = "unknown" }
"""
WHO = ("--by", "Sample Policy Group", "--operator", "juno-sample", "--reference", "minutes 7")
APPROVED = (*WHO, "--on", "2026-12-01")


@pytest.fixture
def draft(sites):
    """A draft with its cases, which nobody has approved."""
    policies = sites / "whatcom" / "policies"
    (policies / "2027-01.toml").write_text(DRAFT)
    (policies / "cases" / "2027-01.toml").write_text(CASES)
    return policies / "2027-01.toml"


def versions(hub):
    return {one["version"]: one for one in json.loads(hub("policy", "list", *SITE, "--json")[1])}


def test_a_draft_screens_nobody_until_it_is_approved(hub, sites, draft):
    assert versions(hub)["2027-01"]["stage"] == "draft"
    assert [one.version for one in load_site("whatcom", sites).policies] == ["2025-01", "2026-01"]
    code, out, _ = hub("policy", "approve", "2027-01", *APPROVED, *SITE, "--json")
    assert code == 0
    assert json.loads(out)["hash"] == versions(hub)["2027-01"]["hash"]
    listed = versions(hub)
    assert (listed["2027-01"]["stage"], listed["2027-01"]["approved_by"]) == ("approved", "Sample Policy Group")
    assert listed["2026-01"]["stage"] == "followed by another"
    newest = load_site("whatcom", sites).policies[-1]
    assert (newest.version, newest.approval.reference) == ("2027-01", "minutes 7")
    code, _, err = hub("policy", "approve", "2027-01", *APPROVED, *SITE)
    assert code == 1
    assert "is approved already" in err


def test_what_was_approved_and_then_changed_is_refused(hub, sites, draft):
    assert hub("policy", "approve", "2027-01", *APPROVED, *SITE)[0] == 0
    draft.write_text(DRAFT.replace("Anybody refers.", "Anybody may refer."))
    with pytest.raises(SiteUnreadable, match=r"policies/approvals/2027-01.toml: hash: It approves other words"):
        load_site("whatcom", sites)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (("source_kind ==", "source_kin =="), "undeclared reference to 'source_kin'"),
        (("an invented source", "not published"), "A published clause names its source"),
        (('"unknown" : "pass"', '"fail" : "pass"'), "No case shows that it finds fail"),
    ],
    ids=["a typo", "no source", "a result without a case"],
)
def test_a_draft_with_a_mistake_is_not_approved_and_what_is_in_force_stays(hub, sites, draft, mistake, said):
    draft.write_text(DRAFT.replace(*mistake))
    code, _, err = hub("policy", "approve", "2027-01", *APPROVED, *SITE)
    assert code == 1
    assert said in " ".join(err.split())
    assert load_site("whatcom", sites).policies[-1].version == "2026-01"


@pytest.mark.parametrize("text", ["id = ", DRAFT.replace('version = "2027-01"', "")], ids=["no TOML", "no version"])
def test_a_draft_that_cannot_be_read_is_named_and_passed_over(hub, sites, draft, text):
    draft.write_text(text)
    assert load_site("whatcom", sites).policies[-1].version == "2026-01"
    code, out, _ = hub("policy", "lint", *SITE)
    assert code == 1
    assert "policies/2027-01.toml: " in out
    assert "2027-01" in hub("policy", "list", *SITE)[2]


def test_an_approval_after_the_day_on_which_it_is_to_be_in_force_is_refused(hub, draft):
    late = [word if word != "2026-12-01" else "2027-02-01" for word in APPROVED]
    code, _, err = hub("policy", "approve", "2027-01", *late, *SITE)
    assert code == 1
    assert "approved before it is in force" in err


def test_two_policies_cannot_be_in_force_from_the_same_moment(hub, sites, draft):
    draft.write_text(DRAFT.replace("2027-01-01T", "2026-01-01T"))
    code, _, err = hub("policy", "approve", "2027-01", *WHO, "--on", "2025-12-01", *SITE)
    assert code == 1
    assert "policies: in_force_from: 2026-01-01T00:00:00-08:00 is there 2 times" in " ".join(err.split())


def test_an_approval_that_names_nobody_is_refused_by_its_field(hub, sites):
    file = sites / "whatcom" / "policies" / "approvals" / "2026-01.toml"
    file.write_text(file.read_text().replace("entered_by", "entered_bye"))
    code, _, err = hub("policy", "list", *SITE)
    assert code == 1
    assert "policies/approvals/2026-01.toml: entered_by: Field required" in err


def test_a_draft_that_does_not_compile_is_named_with_file_line_and_clause_and_is_not_tried(hub, draft):
    draft.write_text(DRAFT.replace("source_kind ==", "source_kin =="))
    code, out, _ = hub("policy", "lint", *SITE)
    assert code == 1
    assert "policies/2027-01.toml:6: who-refers.expression: " in out
    code, _, err = hub("policy", "test", "2027-01", *SITE)
    assert code == 1
    assert "hub policy lint" in err
