"""Every command against a whole hub that runs: real Kafka, real PostgreSQL, all services."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from contracts.topics import from_hub
from services import cli
from services.commands.reach import find
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.ledger import PostgresLedger
from services.plumbing.ring import Ring, keep, new_key
from tests.journeys.running import running
from tests.platform.aside import now as at_once

POLICE, OFFICE = "bellingham-police", "whatcom-lead-program-office"


class Done(NamedTuple):
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def state(fresh_hub):
    """The state folder of one hub for all tests of this file."""
    with fresh_hub() as folder, running(folder) as facts:
        yield facts["state"]


@pytest.fixture
def hub(state, monkeypatch, capsys):
    """Runs `hub` with these words, as the program does, and says what came of it."""
    return commanded(state, monkeypatch, capsys)


def commanded(state, monkeypatch, capsys):
    """Return what runs `hub` with words of its own, of the hub in that state folder."""

    def run(*words, stdin="", elsewhere=False):
        monkeypatch.setattr(sys, "argv", ["hub", *words, *([] if elsewhere else ["--state", state])])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        return Done(code, *capsys.readouterr())

    return run


def said(identity, kind="referral.submitted", data=None, agency=POLICE):
    """One CloudEvent on one line."""
    event = {"specversion": "1.0", "id": identity, "source": f"/agencies/{agency}", "type": kind,
             "time": "2026-03-01T12:00:00Z", "data": data}  # fmt: skip
    return json.dumps(event)


def referral(number, **more):
    """An arrest that waits for a decision: what the county has not named needs a review."""
    return {
        "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": "2026-03-01T12:00:00Z",
        "agreement": "agreed", "location": {"area": "bellingham"}, "offences": [{"nibrs": "23C"}],
        "incident": {"number": number, "ori": "WASAMPL02", "officer_waiting": False},
        "person": {"legal_name": "Juniper Sample", "birth_date": "1991-04-11"},
    } | more  # fmt: skip


def lines(done):
    """The JSON objects of the output, one a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def eventually(look, seconds=60):
    """What `look` returns once it is something."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_each_line_that_is_sent_gets_its_own_answer(hub):
    sent = "\n".join([
        said("cli-1", data=referral("SAMPLE-C1")),
        said("cli-2", data=referral("SAMPLE-C2", person={"legal_name": "Alder Example"})),
        said("cli-3", "referral.withdrawn", {"of": {"incident_number": "SAMPLE-C2"}}),
        said("cli-4", data=referral("SAMPLE-C4"), agency="lynden-police"),
        "no event at all",
    ])  # fmt: skip
    done = hub("send", "-", "--as", POLICE, "--json", stdin=sent)
    answers = lines(done)
    assert [one["answer"] for one in answers] == ["acknowledged", "acknowledged", "admitted", "refused", "refused"]
    assert answers[3]["problems"][0]["field"] == "source"
    assert done.returncode == 1


def test_a_screening_is_explained_and_another_version_is_asked_about_what_was_screened(hub):
    event = said("cli-explained", data=referral("SAMPLE-X1", offences=[{"nibrs": "35A"}]))
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=event))

    def explained():
        done = hub("policy", "explain", answer["referral_id"], "--json")
        return None if done.returncode else lines(done)[0]

    why = eventually(explained)
    assert (why["verdict"], why["version"]) == ("needs_review", "2026-01")
    (activity,) = [one for one in why["clauses"] if one["clause"] == "drug-possession-or-use"]
    assert activity["settled_by"] == [{"fact": "the activity of 35A", "would_find": ["pass"]}]
    shown = hub("policy", "explain", answer["referral_id"]).stdout
    assert "if it were known: the activity of 35A; it would find pass" in shown
    assert "source: RCW 69.50.4013(2)(c)" in shown
    compared = lines(hub("policy", "diff", "2025-01", "2026-01", "--history", "--json"))[0]
    assert sum(one["referrals"] for one in compared["verdicts"]) >= 1
    assert "verdicts that would change: " in hub("policy", "diff", "2025-01", "2026-01", "--history").stdout
    assert hub("policy", "explain", "ref-" + "0" * 32).returncode == 1


def test_the_same_file_again_is_known_and_is_no_error(hub):
    sent = "\n".join([
        said("cli-again", data=referral("SAMPLE-A1")),
        said("cli-again-2", "referral.withdrawn", {"of": {"incident_number": "SAMPLE-A1"}}),
    ])  # fmt: skip
    assert hub("send", "-", "--as", POLICE, stdin=sent).returncode == 0
    done = hub("send", "-", "--as", POLICE, "--json", stdin=sent)
    assert [one["answer"] for one in lines(done)] == ["already known", "already known"]
    assert done.returncode == 0


def test_a_version_that_is_newer_than_the_hub_is_said_to_be_parked(hub):
    newer = json.loads(said("cli-newer", data=referral("SAMPLE-N1"))) | {"dataschema": "hub:referral.submitted/99"}
    done = hub(
        "send", "-", "--as", "lynden-police", "--json", stdin=json.dumps(newer | {"source": "/agencies/lynden-police"})
    )
    assert [(one["answer"], one["reason"]) for one in lines(done)] == [("parked", "newer-version")]
    assert done.returncode == 1


def test_the_same_phoned_entry_again_is_the_same_referral(hub):
    words = "--source-kind business --preferred-name Blue --area bellingham --reference SAMPLE-CALL --json"
    first, second = (lines(hub("refer", *words.split()))[0] for _ in range(2))
    assert first["referral_id"] == second["referral_id"]


def test_the_hubs_own_site_is_listed(hub):
    assert len(lines(hub("agency", "list", "--json"))[0]) > 20


def test_a_timeline_shows_each_step_with_time_service_cause_and_reasons(hub):
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=said("cli-t", data=referral("SAMPLE-T"))))
    named = answer["referral_id"]

    def screened():
        steps = lines(hub("timeline", named, "--json"))[0]
        return next((one for one in steps if one["event"] == "screening.determined"), None)

    step = eventually(screened)
    assert {"at", "service", "cause"} <= step.keys()
    assert any(rule["citation"] for rule in step["details"]["rules"])
    told = hub("timeline", named).stdout
    assert "needs_review" in told
    assert "Juniper" not in told
    assert "/hub/" not in told


def test_a_review_is_listed_and_decided(hub):
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=said("cli-r", data=referral("SAMPLE-R"))))

    def waiting():
        (found,) = lines(hub("reviews", "--json"))
        return next((one for one in found if one["referral_id"] == answer["referral_id"]), None)

    review = eventually(waiting)["review_id"]
    assert review in hub("reviews").stdout
    assert hub("reviews", "decide", review, "eligible", "--why", "An invented reason.").returncode == 0
    assert eventually(lambda: waiting() is None)


def reviewed(hub, number, **more):
    """A referral of that number that waits for an operator: its id and the review's."""
    event = said(f"cli-{number}", data=referral(number, **more))
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=event))

    def waiting():
        (found,) = lines(hub("reviews", "--json"))
        return next((one for one in found if one["referral_id"] == answer["referral_id"]), None)

    return answer["referral_id"], eventually(waiting)["review_id"]


def test_whether_an_order_is_in_the_way_is_looked_up_and_names_nobody(hub):
    ash = {"legal_name": "Ash Invented", "birth_date": "1977-07-07"}
    order = {
        "order_number": "26-2-SAMPLE", "kind": "no_contact", "respondent": ash,
        "protected": [{"legal_name": "Wren Unheard", "birth_date": "1978-08-08"}],
    }  # fmt: skip
    sent = said("cli-order", "order.reported", order, agency="whatcom-therapeutic-courts")
    assert hub("send", "-", "--as", "whatcom-therapeutic-courts", stdin=sent).returncode == 0
    _, review = reviewed(hub, "SAMPLE-ORDER", person=ash)
    (found,) = lines(hub("reviews", "check", review, "--json"))
    assert (found["result"], len(found["orders"]), found["orders"][0]["kind"]) == ("pass", 1, "no_contact")
    table = hub("reviews", "check", review).stdout
    assert "whatcom-therapeutic-courts" in table
    assert not [name for name in ("Ash", "Wren", "26-2-SAMPLE") if name in table]
    _, free = reviewed(hub, "SAMPLE-FREE")
    assert "no order keeps this person away from anybody" in hub("reviews", "check", free).stdout
    unknown = hub("reviews", "check", "rev-" + "0" * 32)
    assert (unknown.returncode, "hub reviews" in unknown.stderr) == (1, True)


def test_what_the_clock_found_is_overridden_once_and_what_a_person_decided_is_not(hub):
    def overrides(named):
        words = ("--reason", "agreed_by_partners", "--why", "An invented reason.", "--json")
        return hub("reviews", "override", named, *words)

    decided, review = reviewed(hub, "SAMPLE-NO")
    assert hub("reviews", "decide", review, "presumptively_ineligible", "--why", "Invented.").returncode == 0
    refused = overrides(decided)
    assert (refused.returncode, "what a person decided" in refused.stdout) == (1, True)

    waits = {"number": "SAMPLE-LATE", "ori": "WASAMPL02", "officer_waiting": True}
    late, _ = reviewed(hub, "SAMPLE-LATE", incident=waits)
    # Ten of the hub's minutes, each of which lasts three seconds.
    assert eventually(lambda: "review.decided" in hub("timeline", late, "--json").stdout, 90)
    done = overrides(late)
    assert done.returncode == 0, done
    assert "review.decided" in [one["event"] for one in lines(done)[0]["followed"]]
    assert "Invented" not in hub("timeline", late).stdout
    again = overrides(late)
    assert (again.returncode, "overridden once" in again.stdout) == (1, True)
    unknown = overrides("ref-" + "0" * 32)
    assert (unknown.returncode, "look at the id" in unknown.stdout) == (1, True)


def test_a_site_without_the_road_has_no_pretrial_diversions_and_says_what_to_do(hub):
    assert lines(hub("pretrial", "list", "--json")) == [[]]
    assert "no pretrial diversions" in hub("pretrial", "list").stdout
    nothing = hub("pretrial", "show", "ref-" + "0" * 32)
    assert (nothing.returncode, "hub pretrial list" in nothing.stderr) == (1, True)


def test_a_phoned_referral_goes_through_the_same_door(hub):
    words = "--source-kind business --preferred-name Blue --age 30-45 --area bellingham --json"
    done = hub("refer", *words.split())
    assert lines(done)[0]["referral_id"].startswith("ref-")
    refused = hub("refer", "--source-kind", "business", "--age", "old", "--json")
    assert refused.returncode == 1
    (told,) = lines(refused)
    assert [one["field"] for one in told["problems"]] == ["person.estimated_age (--age)"]


def test_an_agency_gets_credentials_that_work_and_a_lane_that_it_can_read(hub):
    (facts,) = lines(hub("agency", "credentials", POLICE, "--json"))
    assert {"user", "password", "bootstrap", "to_hub", "from_hub", "group_prefix", "consumer"} <= facts.keys()
    compile(facts["consumer"], "consumer", "exec")
    hub("send", "-", "--as", POLICE, stdin=said("cli-l", data=referral("SAMPLE-L")))
    heard = lines(hub("listen", "--as", POLICE, "--from", "earliest", "--count", "1", "--wait", "20", "--json"))
    assert heard[0]["specversion"] == "1.0"


def test_a_password_rotates_and_the_old_one_is_no_longer_good(hub):
    before = lines(hub("agency", "credentials", "sumas-police", "--json"))[0]["password"]
    after = lines(hub("agency", "rotate", "sumas-police", "--json"))[0]["password"]
    assert before != after
    assert hub("listen", "--as", "sumas-police", "--wait", "1").returncode == 0


def test_a_suspended_agency_is_shut_out_and_comes_back(hub):
    assert hub("agency", "suspend", "sumas-police").returncode == 0
    shut_out = hub("listen", "--as", "sumas-police", "--wait", "1")
    assert shut_out.returncode == 1
    assert "did not let sumas-police in" in shut_out.stderr
    (facts,) = lines(hub("status", "--json"))
    assert next(one for one in facts["agencies"] if one["slug"] == "sumas-police")["waits"] == "suspended"
    assert hub("agency", "resume", "sumas-police").returncode == 0
    assert hub("listen", "--as", "sumas-police", "--wait", "1").returncode == 0


def test_people_of_one_name_and_birth_date_are_found_and_proposed_and_parted_by_an_operator(hub):
    person = {"legal_name": "Robin Twinsample", "birth_date": "1990-01-02"}
    sent = "\n".join(said(f"cli-p{n}", data=referral(f"SAMPLE-P{n}", person=person)) for n in (1, 2))
    hub("send", "-", "--as", POLICE, stdin=sent)
    found = lines(hub("person", "find", "--name", "robin twinsample", "--birth-date", "1990-01-02", "--json"))[0]
    assert len(found) == 2

    def proposed():
        (links,) = lines(hub("person", "links", "--json"))
        pair = {one["person"] for one in found}
        return next((one for one in links if {one["person"], one["other"]} == pair), None)

    link = eventually(proposed)
    assert hub("person", "unlink", link["person"], link["other"]).returncode == 0
    assert eventually(lambda: proposed() is None)
    assert "Robin" not in hub("person", "show", link["person"]).stdout
    nobody = hub("person", "show", "per-" + "0" * 32)
    assert (nobody.returncode, nobody.stdout, "is known" in nobody.stderr) == (1, "", True)


def test_status_tells_of_services_agencies_and_work(hub):
    (facts,) = lines(hub("status", "--json"))
    assert facts["ready"]
    assert {one["service"] for one in facts["services"]} == {
        "intake", "eligibility", "consent", "assignment", "charges", "pretrial", "notification", "replay", "console",
    }  # fmt: skip
    police = next(one for one in facts["agencies"] if one["slug"] == POLICE)
    assert {"last_heard", "unread", "oldest_unread_days", "near_retention", "waits", "unknown_fields"} <= police.keys()
    assert "open_reviews" in facts["work"]
    told = hub("status").stdout
    assert police["last_heard"][:16].replace("T", " ") in told
    assert police["last_heard"] not in told


def test_what_is_laid_is_as_it_should_be_and_again_changes_nothing(hub):
    assert lines(hub("topics", "diff", "--json")) == [[]]
    assert lines(hub("topics", "apply", "--json")) == [[]]
    assert not any(lines(hub("migrate", "--json"))[0].values())


def test_a_lane_that_the_site_does_not_name_is_deleted_with_its_unread_messages_only_where_that_is_said(hub, state):
    access, name = find(Path(state)).hub, from_hub("former-agency")
    admin = AdminClient(access.for_librdkafka())
    admin.create_topics([NewTopic(name, 1)])[name].result(30)
    producer = Producer(access.for_librdkafka())
    producer.produce(name, b"unread")
    assert producer.flush(30) == 0
    refused = hub("topics", "apply", "--remove-extra")
    assert (refused.returncode, f"{name} (1)" in refused.stderr) == (1, True)
    assert [one["extra"] for one in lines(hub("topics", "diff", "--json"))[0]] == [True]
    assert hub("topics", "apply", "--remove-extra", "--yes").returncode == 0
    assert lines(hub("topics", "diff", "--json")) == [[]]


def test_a_referral_is_offered_by_hand(hub):
    answer = lines(hub("refer", "--source-kind", "self", "--agreement", "agreed", "--area", "blaine", "--json"))[0]
    asked = eventually(lambda: _asked(lines(hub("timeline", answer["referral_id"], "--json"))[0]))
    other = next(one for one in ("catholic-community-services", "opportunity-council") if one != asked)
    done = hub("assign", answer["referral_id"], "--to", other, "--json")
    assert done.returncode == 0, done.stderr
    assert lines(done)[0]["followed"]


def offered(hub, name, language):
    """A referral that a case manager was offered: the agency, and the offer, known by its language, on its lane."""
    words = f"--source-kind self --agreement agreed --preferred-name {name} --language {language} --json"
    (answer,) = lines(hub("refer", *words.split()))
    agency = eventually(lambda: _asked(lines(hub("timeline", answer["referral_id"], "--json"))[0]))
    return agency, on_lane(hub, agency, "offer.made", language=language)


def on_lane(hub, agency, kind, **data):
    """The message of that kind with these data on the agency's lane."""

    def found():
        heard = lines(hub("listen", "--as", agency, "--from", "earliest", "--count", "500", "--wait", "3", "--json"))
        return next((one for one in heard if one["type"] == kind and data.items() <= one["data"].items()), None)

    return eventually(found)


def made(hub, agency, offer):
    """Who it is: what the agency hears once it has accepted."""
    accepted = {"offer_id": offer["data"]["offer_id"]}
    event = json.loads(said(f"take-{offer['id']}", "offer.accepted", accepted, agency)) | {"subject": offer["subject"]}
    assert hub("send", "-", "--as", agency, stdin=json.dumps(event)).returncode == 0
    return on_lane(hub, agency, "assignment.made", **accepted)["data"]


def test_the_sites_key_is_exchanged_and_what_was_sealed_before_and_after_opens(hub, state):
    before = offered(hub, "Blue", "qaa")
    (shown,) = lines(hub("keys", "--json"))
    (old,) = shown["keys"]
    assert (old["standing"], shown["exchanging"], shown["missing"]) == ("newest", False, False)
    done = hub("keys", "rotate", "--json")
    assert done.returncode == 0, done.stderr
    (facts,) = lines(done)
    assert (facts["resumed"], facts["removed"], facts["to_remove"]) == (False, [old["key"]], [])
    assert facts["records"] >= old["records"] > 0
    after = offered(hub, "Green", "qab")
    assert made(hub, *before)["preferred_name"] == "Blue"
    assert made(hub, *after)["preferred_name"] == "Green"
    (shown,) = lines(hub("keys", "status", "--json"))
    (new,) = shown["keys"]
    assert (new["key"], new["standing"]) == (facts["key"], "newest")
    assert new["records"] > facts["records"]
    assert new["key"] in hub("keys").stdout


def test_an_exchange_that_was_stopped_goes_on_and_a_file_of_before_is_refused(hub, state):
    file = Path(state) / "secrets" / "site.key"
    before, first = file.read_bytes(), Ring.from_file(file)
    keep(file, [new_key(), first.keys[0].raw])
    (shown,) = lines(hub("keys", "--json"))
    assert ([one["standing"] for one in shown["keys"]], shown["exchanging"]) == (["newest", "older"], True)
    assert "hub keys rotate" in hub("keys").stdout
    (facts,) = lines(hub("keys", "rotate", "--json"))
    assert (facts["resumed"], facts["removed"]) == (True, [first.keys[0].id.hex()])
    after = file.read_bytes()
    keep(file, [first.keys[0].raw])
    try:
        refused = hub("keys", "rotate")
        assert refused.returncode == 1
        assert facts["key"] in refused.stderr
        assert "Next: bring back" in refused.stderr
        assert "missing" in hub("keys").stdout
        assert file.read_bytes() == before
    finally:
        file.write_bytes(after)


def test_where_the_key_comes_from_the_environment_the_operator_is_told_what_to_restart(hub, state, monkeypatch):
    file, facts = Path(state) / "secrets" / "site.key", json.loads((Path(state) / "hub.json").read_text())
    old, new = Ring.from_file(file).keys[0].raw, new_key()
    monkeypatch.setenv("HUB_KAFKA", facts["kafka"])
    monkeypatch.setenv("HUB_POSTGRES", facts["postgres"])
    monkeypatch.setenv("HUB_SECRETS", str(file.parent))
    monkeypatch.setenv("HUB_SITE_KEY", base64.b64encode(old).decode())
    refused = hub("keys", "rotate", elsewhere=True)
    assert (refused.returncode, "restart the services" in refused.stderr) == (1, True)
    monkeypatch.setenv("HUB_SITE_KEY", ",".join(base64.b64encode(key).decode() for key in (new, old)))
    # The services of this hub follow a file; here it stands for their environment after the restart.
    keep(file, [new, old])
    told = hub("keys", "rotate", elsewhere=True)
    assert told.returncode == 0, told.stderr
    assert f"Nothing names {Ring.of(old).keys[0].id.hex()} any more: take it out of HUB_SITE_KEY" in told.stdout
    assert lines(hub("keys", "--json", elsewhere=True))[0]["from"] == "environment"
    assert Ring.from_file(file) == Ring.of(new, old)
    assert lines(hub("keys", "rotate", "--json"))[0]["records"] == 0


def test_no_key_ever_shows(hub, state):
    text = (Path(state) / "secrets" / "site.key").read_text().strip()
    for words in (["keys"], ["keys", "--json"], ["keys", "rotate"], ["keys", "rotate", "--json"]):
        done = hub(*words)
        assert done.returncode == 0
        assert text not in done.stdout + done.stderr


def test_what_people_say_at_the_program_office_is_written_down_and_stays(hub):
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=said("cli-own", data=referral("SAMPLE-OWN"))))
    named = answer["referral_id"]
    person = eventually(lambda: next((one["subject"] for one in lines(hub("timeline", named, "--json"))[0]), None))
    nothing = hub("person", "correct", person)
    assert (nothing.returncode, nothing.stderr.splitlines()[0]) == (1, "Nothing is corrected.")
    unfit = hub("person", "correct", person, "--birth-date", "Juniper", "--language", "Spanish")
    assert "birth_date" in unfit.stderr
    assert "language" in unfit.stderr
    assert "Juniper" not in unfit.stderr
    done = hub("person", "correct", person, "--language", "es", "--phone", "360-555-0144", "--not-so", "birth_date")
    assert (done.returncode, done.stdout) == (
        0, "What the person says of themselves stands: birth_date, phones, language.\n",
    )  # fmt: skip

    def told():
        steps = lines(hub("timeline", named, "--json"))[0]
        return next((one for one in steps if one["event"] == "referral.corrected"), None)

    step = eventually(told)
    assert step["says"] == f"The person says, by way of {OFFICE}, that something is not so (revision 1)."
    assert "360-555-0144" not in json.dumps(step)
    assert hub("person", "correct", "per-" + "0" * 32, "--language", "es").returncode == 1


def test_a_stop_and_a_no_are_passed_on_with_no_name_and_no_reason(hub):
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=said("cli-stop", data=referral("SAMPLE-STOP"))))
    named = answer["referral_id"]
    person = eventually(lambda: next((one["subject"] for one in lines(hub("timeline", named, "--json"))[0]), None))
    assert hub("person", "stop", person, "--why", "Too many people know.").returncode == 0
    elses = hub("person", "no", person, "--referral", "ref-" + "0" * 32)
    assert (elses.returncode, "is no referral of" in elses.stderr) == (1, True)
    assert hub("person", "no", person, "--referral", named).returncode == 0
    assert hub("person", "no", person).returncode == 0

    def heard():
        events = {one["event"] for one in lines(hub("timeline", named, "--json"))[0]}
        return events if {"consent.revoked", "person.declined", "assignment.closed"} <= events else None

    assert eventually(heard)
    assert "Too many" not in hub("timeline", named).stdout


def test_operators_sign_once_there_is_one_and_unsigned_decisions_are_refused(hub):
    (made,) = lines(hub("operator", "add", "juno-operator", "--json"))
    assert (made["operator"], len(made["public_key"])) == ("juno-operator", 43)
    assert hub("operator", "add", "juno-operator").returncode == 1
    assert "registered key" in hub("operator", "add", "robin-operator").stderr
    assert hub("operator", "add", "wren-operator", "--operator", "juno-operator").returncode == 0
    assert hub("operator", "remove", "wren-operator", "--operator", "juno-operator").returncode == 0
    assert "last operator" in hub("operator", "remove", "juno-operator", "--operator", "juno-operator").stderr
    unsigned = hub("agency", "suspend", "everson-police")
    assert unsigned.returncode == 1
    assert "signed" in unsigned.stderr
    assert hub("agency", "suspend", "everson-police", "--operator", "juno-operator").returncode == 0
    assert hub("agency", "resume", "everson-police", "--operator", "juno-operator").returncode == 0


def person_of(hub, referral_id):
    return eventually(lambda: lines(hub("timeline", referral_id, "--json"))[0])[0]["subject"]


def entries(state, person):
    """What the ledger says of the person, oldest first."""
    return [json.loads(one) for one in at_once(_entries(json.loads((Path(state) / "hub.json").read_text()), person))]


async def _destroyed(facts, record):
    conn = await asyncpg.connect(facts["postgres"])
    try:
        assert await PostgresKeyStore().destroy(conn, record)
    finally:
        await conn.close()


async def _entries(facts, person):
    conn = await asyncpg.connect(facts["postgres"])
    try:
        return await PostgresLedger().of_subjects(conn, [person])
    finally:
        await conn.close()


def test_an_operator_is_shown_somebody_with_a_reason_and_a_signature_and_it_is_in_the_ledger(hub, state):
    hub("operator", "add", "robin-operator", "--operator", "juno-operator")
    private = {"legal_name": "Hazel Revealsample", "birth_date": "1991-04-11"}
    sent = said("cli-reveal", data=referral("SAMPLE-V1", person=private, reason="Narrativesample"))
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=sent))
    person = person_of(hub, answer["referral_id"])
    eventually(lambda: entries(state, person))
    words = ("reveal", person, "--why", "Reasonsample", "--json", "--operator")

    unsigned = hub(*words, "nobody-operator")
    assert (unsigned.returncode, set(lines(unsigned)[0])) == (1, {"error", "next"})
    assert "unsigned" in lines(unsigned)[0]["error"]
    done = hub(*words, "robin-operator", "--only", "identity")
    (shown,) = lines(done)[0]["shown"]
    assert (shown["legal_name"], shown["birth_date"]) == (private["legal_name"], private["birth_date"])
    assert "incident_number" not in shown
    assert "identifies a person" in done.stderr
    not_listed = hub(*words, "robin-operator", "--only", "narrative")
    assert (not_listed.returncode, "Narrativesample" in not_listed.stdout + not_listed.stderr) == (1, False)

    found = entries(state, person)
    kinds = [(one["kind"], one.get("operator"), one.get("rule")) for one in found if one["kind"] != "made"]
    assert kinds == [
        ("withheld", None, "unsigned"),
        ("revealed", "robin-operator", None),
        ("withheld", None, "no-field-permitted"),
    ]
    for word in ("Hazel", "Revealsample", "Reasonsample"):
        assert word not in json.dumps(found)
        assert word not in hub("person", "show", person).stdout
        assert word not in hub("timeline", answer["referral_id"]).stdout

    # It is entered before it is opened: what does not open any more is in the ledger all the same.
    at_once(_destroyed(json.loads((Path(state) / "hub.json").read_text()), answer["referral_id"]))
    gone = hub(*words, "robin-operator")
    assert (gone.returncode, list(lines(gone)[0]), "erased" in gone.stdout) == (1, ["error", "next"], True)
    assert entries(state, person)[-1]["kind"] == "revealed"


def test_a_record_is_erased_on_a_ground_that_holds_and_on_no_other(hub):
    hub("operator", "add", "wren-operator", "--operator", "juno-operator")
    sent = said("cli-erase", data=referral("SAMPLE-E1"))
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=sent))
    referral_id = answer["referral_id"]
    person = person_of(hub, referral_id)
    words = ("erase", referral_id, "--ground", "entered_in_error", "--operator", "wren-operator", "--why", "Whysample")
    refused = hub(*words)
    assert refused.returncode == 1
    assert "source withdrew" in refused.stderr
    assert "Whysample" not in refused.stderr
    hub(
        "send",
        "-",
        "--as",
        POLICE,
        stdin=said("cli-erase-w", "referral.withdrawn", {"of": {"incident_number": "SAMPLE-E1"}}),
    )
    done = hub(*words)
    assert done.returncode == 0, done.stderr
    listed = hub("erase", "--list")
    assert referral_id in listed.stdout
    assert "wren-operator" in listed.stdout
    assert "RCW 13.50.270" in listed.stdout

    def left():
        events = {step["event"] for step in lines(hub("timeline", referral_id, "--json"))[0] if "referral_id" in step}
        return "referral.erased" in events and events

    assert eventually(left) <= {"erasure.requested", "referral.erased", "assignment.released", "disclosure.recalled"}
    hidden = hub("reveal", person, "--why", "Whysample", "--operator", "wren-operator")
    assert (hidden.returncode, hidden.stdout) == (1, "")
    assert "erased" in hidden.stderr


def _asked(steps):
    """The agency that was asked by itself."""
    return next((step["agency"] for step in steps if step["event"] == "assignment.offered"), None)


def test_a_key_copy_is_followed_until_it_is_told_to_end(state, hub, tmp_path):
    assert hub("keys", "follow").returncode == 1
    copy = tmp_path / "keys"
    command = [sys.executable, "-m", "services.cli", "keys", "follow", "--json", "--state", state]
    with subprocess.Popen(
        command, env=os.environ | {"HUB_KEY_COPY": str(copy)}, stdout=subprocess.PIPE, text=True
    ) as following:
        assert json.loads(following.stdout.readline()) == {"key_copy": str(copy), "in_step": True, "trouble": None}
        assert any(copy.iterdir())
        following.send_signal(signal.SIGINT)
        assert following.wait(30) == 0
