"""Commands that need no hub, and what a person reads when there is none."""

from __future__ import annotations

import json

import pytest
import typer

from contracts.parts import PersonDetails
from services import cli


def test_help_teaches_the_first_steps_and_says_what_exit_codes_mean(hub):
    _, out, _ = hub("--help")
    assert "First steps" in out
    codes = " ".join(out.split()).partition("Exit codes:")[2]
    assert all(f" {code} " in codes for code in (0, 1, 2, 130))


def test_a_group_of_consumers_has_a_name_that_fits(hub):
    code, _, err = hub("listen", "--as", "sumas-police", "--group", "Juniper Sample")
    assert code == 1
    assert "Next: " in err
    assert "Juniper" not in err


def test_needs_review_decides_nothing(hub):
    code, _, err = hub("reviews", "decide", "rev-" + "1" * 32, "needs_review", "--why", "x")
    assert (code, err.splitlines()[0]) == (1, "That decides nothing.")


def test_agencies_are_listed_with_slug_name_and_role(hub):
    code, out, _ = hub("agency", "list", "--json")
    agencies = json.loads(out)
    assert code == 0
    assert {"slug": "opportunity-council", "name": "Opportunity Council", "role": "case_management"} in agencies
    assert len(agencies) > 20


def test_an_agency_is_shown_with_what_it_may_say_and_hear(hub):
    _, out, _ = hub("agency", "show", "bellingham-police", "--json")
    facts = json.loads(out)
    assert "referral.submitted" in facts["says"]
    assert "offer.made" not in facts["hears"]
    assert facts["to_hub"] != facts["from_hub"]


def test_an_agency_is_shown_with_what_follows_from_its_legal_standing(hub):
    _, out, _ = hub("agency", "show", "sea-mar", "--json")
    follows = json.loads(out)["follows"]
    assert (follows["part2"], follows["criminal_justice"]) == (True, False)
    assert "hub_handoff" not in follows["opened_by"]
    assert [(one["citation"], one["years"]) for one in follows["lists"]] == [
        ("42 CFR 2.25; 89 FR 12472", 3), ("45 CFR 164.528", 6),
    ]  # fmt: skip
    _, out, _ = hub("agency", "show", "sea-mar")
    assert "What follows from its legal standing" in out
    assert "42 CFR 2.32(a)" in out


def test_the_hub_itself_is_shown_with_its_own_standing_and_where_that_comes_from(hub):
    _, out, _ = hub("agency", "show", "hub", "--json")
    facts = json.loads(out)
    assert facts["standing"] == ["intermediary"]
    assert facts["basis"].startswith("not published")
    assert [(one["citation"], one["years"], one["days"]) for one in facts["follows"]["lists"]] == [
        ("42 CFR 2.24", 3, 30)
    ]
    _, out, _ = hub("agency", "show", "hub")
    assert "list of disclosures by an intermediary, 3 years back, within 30 days" in " ".join(out.split())


def test_the_contracts_are_as_they_were_published(hub):
    assert hub("contracts", "check", "--json")[:2] == (0, "[]\n")


def test_no_agency_would_be_broken_by_what_is_not_published_yet(hub):
    code, out, _ = hub("contracts", "diff", "--json")
    assert code == 0, out


def test_the_asyncapi_document_is_written_as_json(hub):
    _, out, _ = hub("contracts", "asyncapi")
    assert json.loads(out)["asyncapi"].startswith("3.")


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["timeline", "ref-" + "0" * 32],
        ["reviews"],
        ["topics"],
        ["migrate"],
        ["keys"],
        ["keys", "rotate"],
        ["person", "links"],
        ["consents", "show", "per-" + "0" * 32],
        ["consents", "recall-status", "per-" + "0" * 32],
        ["why", "ref-" + "0" * 32, "compass-health"],
        ["ledger", "export", "ledger.jsonl"],
        ["ledger", "disclosures", "per-" + "0" * 32],
        ["receipt", "per-" + "0" * 32],
        ["receipt", "--format", "html", "per-" + "0" * 32],
        ["receipt", "code", "per-" + "0" * 32],
        ["agency", "credentials", "bellingham-police"],
        ["listen", "--as", "bellingham-police"],
        ["send", "-", "--as", "bellingham-police"],
        ["refer", "--source-kind", "self"],
        ["operator", "list"],
        ["replay", "rebuild", "consent"],
        ["deadletters"],
        ["deadletters", "retry", "intake", "1"],
        ["deadletters", "correct", "intake", "1", "--as-version", "1", "--why", "sample"],
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_without_a_hub_one_line_says_so_and_one_says_what_to_do(hub, words, tmp_path):
    code, out, err = hub(*words, "--state", str(tmp_path))
    assert code == 1
    assert out == ""
    assert f"No hub runs in {tmp_path}." in err
    assert "Next: start one with `hub up`" in err
    assert "Traceback" not in err


def test_a_hub_that_was_killed_is_said_to_be_gone_and_how_to_start_it_again(hub, tmp_path):
    (tmp_path / "hub.json").write_text(json.dumps({"ready": True, "site": "whatcom"}))
    (tmp_path / "lock").write_text("4000000")
    code, _, err = hub("status", "--state", str(tmp_path))
    assert code == 1
    assert err.splitlines() == [
        f"The hub in {tmp_path} has ended without a word; nothing that it kept is lost.",
        f"Next: start it again with `hub up --state {tmp_path}`.",
    ]


def test_servers_that_are_away_are_said_with_a_next_step_that_leads_on(hub, monkeypatch):
    monkeypatch.setenv("HUB_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("HUB_POSTGRES", "postgresql://127.0.0.1:1/hub")
    code, _, err = hub("status")
    assert code == 1
    assert "HUB_POSTGRES" in err.splitlines()[-1]


def test_an_agency_that_is_not_there_is_said_in_one_line(hub):
    code, _, err = hub("agency", "show", "nobody")
    assert (code, err.splitlines()[0]) == (1, "The site whatcom has no agency nobody.")


def test_a_site_that_is_not_there_is_said_in_one_line(hub):
    code, _, err = hub("agency", "list", "--site", "atlantis")
    assert code == 1
    assert "atlantis" in err.splitlines()[0]
    assert "Traceback" not in err


def test_not_enough_to_find_somebody_is_said_before_anything_is_asked(hub, tmp_path):
    code, _, err = hub("person", "find", "--name", "Juniper Sample", "--state", str(tmp_path))
    assert code == 1
    assert "--name and --birth-date" in err
    assert "Juniper" not in err


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (["person", "link", "per-x", "per-y"], "per-x"),
        (["person", "unlink", "per-" + "1" * 32, "Juniper"], "Juniper"),
        (["person", "show", "Juniper"], "Juniper"),
        (["reviews", "decide", "foo", "eligible", "--why", "x"], "foo"),
        (["agency", "suspend", "sumas-police", "--operator", "Sam_Sample"], "Sam_Sample"),
        (["agency", "credentials", "../sumas"], "../sumas"),
        (["operator", "add", "../x"], "../x"),
        (["timeline", "Juniper"], "Juniper"),
        (["assign", "Juniper", "--to", "opportunity-council"], "Juniper"),
        (["person", "find", "--agency", "sumas-police", "--number", "SAMPLE\t12"], "SAMPLE"),
    ],
    ids=lambda words: "-".join(words[:2]) if isinstance(words, list) else "",
)
def test_what_does_not_fit_is_said_with_its_rule_and_the_next_step_and_is_not_repeated(hub, words, typed):
    code, out, err = hub(*words)
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    assert typed not in err
    assert err.splitlines()[-1].startswith("Next: ")


def test_an_operator_of_the_environment_is_checked_like_one_that_is_typed(hub, monkeypatch):
    monkeypatch.setenv("HUB_OPERATOR", "../x")
    code, _, err = hub("person", "link", "per-" + "1" * 32, "per-" + "2" * 32)
    assert code == 1
    assert "HUB_OPERATOR" in err
    assert "../x" not in err


def test_whatever_else_does_not_fit_a_contract_is_said_by_field_rule_and_fix(hub, monkeypatch):
    def ends(**_):
        PersonDetails(legal_name="Juniper Sample", agency_person_number="SAMPLE\t12", birth_date="Juniper")

    monkeypatch.setattr(cli, "hub", ends)
    code, out, err = hub()
    assert (code, out) == (1, "")
    assert err.splitlines()[0].startswith("birth_date: ")
    assert "agency_person_number: " in err
    assert err.splitlines()[-1].startswith("Next: ")
    assert "SAMPLE" not in err
    assert "Juniper" not in err


def test_the_words_for_the_person_are_listed_with_their_languages_and_who_approved_them(hub):
    _, out, _ = hub("texts", "list", "--site", "whatcom", "--json")
    texts = json.loads(out)
    for name in ("first-contact", "your-rights", "if-you-say-no", "how-to-stop", "how-to-correct", "right-to-revoke"):
        assert {one["language"] for one in texts if one["id"] == name} == {"en", "es"}
    assert all(one["approval"].startswith("pending") and one["citation"] for one in texts)


def test_a_text_is_shown_as_it_is_said_in_the_persons_language(hub):
    code, out, err = hub("texts", "show", "if-you-say-no", "--language", "es", "--site", "whatcom")
    assert (code, out.startswith("Si dice que no")) == (0, True)
    assert "not published" in err
    code, out, _ = hub("texts", "show", "how-to-stop", "--site", "whatcom", "--json")
    assert json.loads(out)["language"] == "en"


@pytest.mark.parametrize(
    ("words", "next_step"), [(["how-to-stop", "--language", "ru"], "en, es"), (["how-to-fly"], "hub texts list")]
)
def test_a_text_that_is_not_there_is_named_with_what_is(hub, words, next_step):
    code, out, err = hub("texts", "show", *words, "--site", "whatcom")
    assert (code, out) == (1, "")
    assert next_step in err


@pytest.mark.parametrize("command", ["correct", "stop", "no"])
def test_whose_word_it_is_is_checked_where_it_is_typed(hub, command):
    code, _, err = hub("person", command, "Juniper Sample")
    assert code == 1
    assert "Next: " in err
    assert "Juniper" not in err


@pytest.mark.parametrize(
    ("words", "code", "error", "next_step"),
    [
        (["status", "--state", "/nowhere/at-all"], 1, "No hub runs in /nowhere/at-all.", "hub up"),
        (["timeline", "Juniper"], 1, "That is no referral's id", "copy it"),
        (["agency", "show", "nobody"], 1, "The site whatcom has no agency nobody.", "hub agency list"),
        (["agency", "show"], 2, "Missing argument 'SLUG'.", "--help"),
        (["keys", "--no-such-option"], 2, "No such option: --no-such-option", "--help"),
        (["person", "find", "--name", "Juniper Sample"], 1, "That is not enough", "--birth-date"),
    ],
    ids=lambda words: "-".join(words[:2]) if isinstance(words, list) else "",
)
def test_with_json_what_goes_wrong_is_one_object_with_the_same_exit_code(hub, words, code, error, next_step):
    ended, out, err = hub(*words, "--json")
    told = json.loads(out)
    assert (ended, err, set(told)) == (code, "", {"error", "next"})
    assert error in told["error"]
    assert next_step in told["next"]
    assert "Juniper" not in out
    assert hub(*words)[0] == code


def test_with_json_each_problem_is_named_with_field_rule_and_fix(hub, monkeypatch):
    def ends(**_):
        PersonDetails(birth_date="Juniper", language="Spanish")

    monkeypatch.setattr(cli, "hub", ends)
    code, out, err = hub("person", "find", "--json")
    told = json.loads(out)
    assert (code, err, {one["field"] for one in told["problems"]}) == (1, "", {"birth_date", "language"})
    assert all(one["rule"] and one["fix"] for one in told["problems"])
    assert "Spanish" not in out


@pytest.mark.parametrize("ends", [KeyboardInterrupt, typer.Abort])
def test_ctrl_c_ends_a_command_and_a_question_with_130(hub, monkeypatch, ends):
    def interrupted(**_):
        raise ends

    monkeypatch.setattr(cli, "hub", interrupted)
    assert hub()[0] == 130


def test_a_folder_that_holds_no_contracts_is_not_compared_with(hub, tmp_path):
    code, out, err = hub("contracts", "diff", "--against", str(tmp_path))
    assert (code, out) == (1, "")
    assert "is no `contracts` folder" in err
    assert hub("contracts", "diff", "--against", str(tmp_path / "nowhere"))[0] == 1
