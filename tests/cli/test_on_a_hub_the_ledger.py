"""What can be asked of the ledger, against a whole hub: real Kafka, real PostgreSQL, all services."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from services.commands.heads import published
from services.commands.reach import find
from services.plumbing.ledger import CHAINS
from tests.cli.test_on_a_hub import OFFICE, POLICE, eventually, hub, lines, referral, said, state  # noqa: F401  # the fixtures
from tests.cli.test_the_ledger_without_a_hub import SCRIPT
from tests.house.rules import ROOT

REASON = "An invented reason of Juniper Sample."


class Case(NamedTuple):
    """A person who was referred by phone, taken on by an agency, signed a consent and took it back."""

    person: str
    referral: str
    agency: str
    pseudonym: str


def say(hub, agency, identity, kind, data, subject):  # noqa: F811
    """Send one message as the agency; it has to be admitted."""
    event = json.loads(said(identity, kind, data, agency)) | {"subject": subject, "time": datetime.now(UTC).isoformat()}
    done = hub("send", "-", "--as", agency, "--json", stdin=json.dumps(event))
    assert lines(done)[0]["answer"] == "admitted", done


@pytest.fixture(scope="module")
def cases():
    """The one case of this file, once it is made."""
    return []


@pytest.fixture
def case(hub, cases):  # noqa: F811
    """One story for all tests of this file."""
    if not cases:
        cases.append(_case(hub))
    return cases[0]


def _case(hub):  # noqa: F811
    words = "--source-kind family --agreement agreed --area bellingham --preferred-name Blue --age 30-45 --json"
    (answer,) = lines(hub("refer", *words.split()))
    named = answer["referral_id"]

    def step(name):
        return next((one for one in lines(hub("timeline", named, "--json"))[0] if one["event"] == name), None)

    offered = eventually(lambda: step("assignment.offered"))
    agency, person = offered["agency"], offered["subject"]
    listen = ("listen", "--as", agency, "--from", "earliest", "--wait", "0.5", "--json")
    offer = next(one for one in eventually(lambda: lines(hub(*listen))) if one["type"] == "offer.made")
    say(hub, agency, "led-1", "offer.accepted", {"offer_id": offered["offer_id"]}, offer["subject"])
    made = eventually(lambda: [one for one in lines(hub(*listen)) if one["type"] == "assignment.made"])
    pseudonym = made[0]["subject"]
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    consent = {
        "form_reference": "F-1", "kind": "hub_handoff", "disclosers": [OFFICE],
        "recipients": [agency], "categories": ["identity", "contact", "needs"], "purpose": "care_coordination",
        "signed_on": yesterday, "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation",
    }  # fmt: skip
    say(hub, agency, "led-2", "consent.signed", consent, pseudonym)
    assert eventually(lambda: _standings(hub, person) == ["counts"])
    assert eventually(lambda: _under_consent(hub, person))
    return Case(person, named, agency, pseudonym)


def _standings(hub, person):  # noqa: F811
    return [one["standing"] for one in lines(hub("consents", "show", person, "--json"))[0]["consents"]]


def _under_consent(hub, person):  # noqa: F811
    (found,) = lines(hub("ledger", "disclosures", person, "--json"))
    return [one for one in found["disclosures"] if any(by.startswith("consent/") for by in one["allowed_by"])]


def test_disclosures_are_listed_with_recipient_date_and_description(hub, case):  # noqa: F811
    (found,) = lines(hub("ledger", "disclosures", case.person, "--list", "hipaa", "--json"))
    assert (found["list"], found["years"]) == ("hipaa", 6)
    to_holder = [one for one in found["disclosures"] if one["agency"] == case.agency]
    assert {"recipient", "date", "description", "purpose"} <= to_holder[0].keys()
    shown = hub("ledger", "disclosures", case.person)
    assert shown.returncode == 0, shown.stderr
    assert "Told about per-" in shown.stdout
    assert lines(hub("ledger", "disclosures", case.person, "--list", "police", "--json"))[0]["disclosures"] == []
    assert hub("ledger", "disclosures", "per-" + "0" * 32).returncode == 1


def test_what_police_got_is_on_their_list(hub):  # noqa: F811
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=said("led-p", data=referral("SAMPLE-LED"))))
    (first, *_) = eventually(lambda: lines(hub("timeline", answer["referral_id"], "--json"))[0])

    def to_police():
        (found,) = lines(hub("ledger", "disclosures", first["subject"], "--list", "police", "--json"))
        return [one for one in found["disclosures"] if one["agency"] == POLICE]

    assert eventually(to_police)[0]["recipient"] == "Bellingham Police Department"


def test_a_receipt_is_written_as_text_and_as_html_in_two_languages_and_names_nobody(hub, case, tmp_path):  # noqa: F811
    told = hub("receipt", case.person)
    assert told.returncode == 0, told.stderr
    assert "WHO WAS TOLD WHAT" in told.stdout
    assert "your consent, number con-" in " ".join(told.stdout.split())
    assert "Whoever referred you to us" in told.stdout
    assert not [word for word in ("Blue", "family", case.person) if word in told.stdout]
    file = tmp_path / "receipt.html"
    assert hub("receipt", case.person, "--format", "html", "--language", "es", "--out", str(file)).returncode == 0
    assert '<html lang="es">' in file.read_text()
    (facts,) = lines(hub("receipt", "show", case.person, "--json"))
    assert facts["language"] == "en"
    assert hub("receipt", case.person, "--json", "--out", str(file)).stdout == ""
    assert json.loads(file.read_text()) == facts
    unknown = hub("receipt", case.person, "--language", "xx")
    assert unknown.returncode == 1
    assert "es (Español)" in unknown.stderr


def test_a_code_prints_the_receipt_once_on_the_hubs_own_page(hub, case, state):  # noqa: F811
    (made,) = lines(hub("receipt", "code", case.person, "--json"))
    assert made["page"] == lines(hub("status", "--json"))[0]["console"]
    form = urllib.parse.urlencode({"code": made["code"].lower()}).encode()
    with urllib.request.urlopen(made["page"] + "receipt", form, timeout=30) as answer:  # noqa: S310  # the hub's own
        assert "Who was told what about you" in answer.read().decode()
    with pytest.raises(urllib.error.HTTPError) as again:
        urllib.request.urlopen(made["page"] + "receipt", form, timeout=30)  # noqa: S310
    assert again.value.code == 404
    again.value.close()
    assert made["code"] not in "".join(log.read_text() for log in (Path(state) / "logs").glob("*.log"))


def verified(file):
    """What the command says of a file, in a process that knows of no hub."""
    command = [sys.executable, "-m", "services.cli", "ledger", "verify", str(file), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, check=False, cwd=ROOT).stdout)


def test_the_ledger_is_exported_and_holds_by_the_command_and_by_a_strangers_script(hub, case, tmp_path):  # noqa: F811
    file = tmp_path / "ledger.jsonl"

    def whole():
        (facts,) = lines(hub("ledger", "export", str(file), "--json"))
        return verified(file)["newer_than_the_heads"] == 0 and facts

    facts = eventually(whole)
    assert facts["entries"] == len(file.read_text().splitlines()) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.jsonl", "ledger.jsonl.heads"]
    done = subprocess.run([sys.executable, "-I", "-S", "-c", SCRIPT, str(file)], capture_output=True, check=False)
    assert done.stdout.decode() == f"all holds: {facts['entries']} entries\n"
    assert "Blue" not in file.read_text()
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    assert not verified(file)["holds"]


async def test_heads_are_found_from_the_end_of_their_partitions_whatever_the_window(case, state, monkeypatch):  # noqa: F811
    access = find(Path(state)).hub
    monkeypatch.setattr("services.commands.heads._FIRST_WINDOW", 10_000)
    whole = await published(access)
    monkeypatch.setattr("services.commands.heads._FIRST_WINDOW", 1)
    assert await published(access) == whole
    assert 0 < len(whole) <= CHAINS


def test_why_says_what_was_sent_under_what_and_what_stood_against_the_rest(hub, case):  # noqa: F811
    (found,) = lines(hub("why", case.referral, case.agency, "--json"))
    sent = [one for one in found["messages"] if one["what"] == "sent"]
    withheld = [one for one in found["messages"] if one["what"] == "withheld"]
    assert {"offer.made", "assignment.made"} <= {one["message"] for one in sent}
    assert any(by.startswith("consent/") for one in sent for by in one["allowed_by"])
    assert {(one["layer"], one["rule"]) for one in withheld} >= {("consent", "no-consent")}
    assert hub("why", sent[0]["message_id"], case.agency, "--json").stdout != "[]\n"
    assert lines(hub("why", sent[0]["message_id"], case.agency, "--json"))[0]["messages"][0]["what"] == "sent"
    shown = hub("why", case.referral, case.agency)
    assert "consent: It needs a consent that names this agency" in " ".join(shown.stdout.split())


def test_why_follows_an_event_over_its_causes_and_names_a_missing_permission(hub, case):  # noqa: F811
    steps = lines(hub("timeline", case.referral, "--json"))[0]
    received = next(one for one in steps if one["event"] == "referral.received")
    (found,) = lines(hub("why", received["id"], case.agency, "--json"))
    assert "offer.made" in {one["message"] for one in found["messages"]}
    nobody = hub("why", received["id"], "sumas-police")
    assert "Nothing of" in nobody.stdout
    assert "offer.made: the site lets no law_enforcement hear it" in nobody.stdout
    assert "referral.acknowledged: it may hear it by receipt (if it sent the referral)" in nobody.stdout
    assert hub("why", "nothing-of-the-kind", case.agency).returncode == 1
    assert hub("why", case.referral, "no-such-agency").returncode == 1


def test_a_stop_that_the_hub_cannot_read_holds_its_person_until_an_operator_has_it_refused(hub, case):  # noqa: F811
    newer = json.loads(said("led-newer", "consent.revoked", {"how": "verbal"}, case.agency))
    newer |= {"subject": case.pseudonym, "dataschema": "hub:consent.revoked/99"}
    (answer,) = lines(hub("send", "-", "--as", case.agency, "--json", stdin=json.dumps(newer)))
    assert answer["answer"] == "parked"
    help_ = {"help_type": "housing", "to": "compass-health"}
    say(hub, case.agency, "led-help", "onward.requested", help_, case.pseudonym)

    def waits():
        done = hub("why", "led-help", case.agency, "--json")
        found = [] if done.returncode else lines(done)[0]["messages"]
        return [one["because"] for one in found if one["what"] == "waits"]

    assert "the person took something back" in eventually(waits)[0]
    assert "intake: 1 parked word that takes something back" in lines(hub("status", "--json"))[0]["alarms"][0]
    (letter,) = [one for one in lines(hub("deadletters", "--json"))[0] if one["type"] == "consent.revoked"]
    refused = lines(hub("deadletters", "discard", "intake", str(letter["first_id"]), "--why", "said-again", "--json"))[
        0
    ]
    assert refused["refused"]
    listen = ("listen", "--as", case.agency, "--from", "earliest", "--wait", "0.5", "--json")

    def told():
        return [one["data"]["refusal"]["reason"] for one in lines(hub(*listen)) if one["type"] == "message.refused"]

    assert eventually(lambda: "put-away" in told())
    assert not [one for one in lines(hub("deadletters", "--json"))[0] if one["type"] == "consent.revoked"]
    shown = lines(hub("deadletters", "show", "intake", str(letter["first_id"]), "--json"))[0]
    assert shown["settled_as"].endswith(": said-again")
    assert eventually(lambda: not waits()), "what waited goes on"


def test_a_consent_is_taken_back_and_the_recall_is_an_operators_until_it_is_done(hub, case):  # noqa: F811
    heard = lines(hub("listen", "--as", OFFICE, "--from", "earliest", "--wait", "2", "--json"))
    known_as = next(one["subject"] for one in heard if one["data"].get("referral_id") == case.referral)
    assert hub("agency", "suspend", case.agency).returncode == 0
    say(hub, OFFICE, "led-3", "consent.revoked", {"form_reference": "F-1", "how": "verbal"}, known_as)

    def waits():
        (found,) = lines(hub("why", "led-3", case.agency, "--json"))
        return [one for one in found["messages"] if one["what"] == "waits"]

    assert {(one["message"], one["because"]) for one in eventually(waits)} == {
        ("information.recalled", "the agency is suspended")
    }
    assert hub("agency", "resume", case.agency).returncode == 0

    def recalls():
        (found,) = lines(hub("consents", "recall-status", case.person, "--json"))
        return found if found and found[0]["asked"] else None

    (recall,) = eventually(recalls)
    assert (recall["agency"], recall["end"], recall["open"]) == (case.agency, None, True)
    assert not waits()
    (consent,) = lines(hub("consents", "show", case.person, "--json"))[0]["consents"]
    assert (consent["standing"], consent["how"]) == ("taken back", "verbal")
    assert (consent["disclosers"], consent["signed_by"], consent["signature"]) == ([OFFICE], "person", "paper")
    text = hub("consents", "show", case.person).stdout
    assert "taken back since" in text
    assert re.search(rf"who may tell +{OFFICE}", text)

    answer = {"recall_id": recall["recall_id"], "answer": "cannot", "why": REASON}
    say(hub, case.agency, "led-4", "recall.answered", answer, case.pseudonym)
    assert eventually(lambda: lines(hub("consents", "recall-status", case.person, "--json"))[0][0]["end"] == "cannot")
    shown = " ".join(hub("consents", "recall-status", case.person).stdout.split())
    assert "an operator takes it up (a reason was given)" in shown
    assert "Juniper" not in shown
    status = hub("status")
    assert "recalls that an operator takes up: 1" in status.stdout
    assert f"hub consents recall-status {case.person}" in status.stdout
    receipt = " ".join(hub("receipt", case.person).stdout.split())
    assert "they say that they cannot" in receipt

    say(hub, case.agency, "led-5", "recall.answered", answer | {"answer": "recalled", "why": None}, case.pseudonym)
    assert eventually(lambda: lines(hub("status", "--json"))[0]["work"]["undone_recalls"] == [])
