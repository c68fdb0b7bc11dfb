"""After an erasure, and once the agencies' lanes have run out, nothing of the person is in any file of either server.

A record with marked words in every private field goes through a whole hub: it is told, accepted, referred onward with a
note, and a message about it is parked. Then it is erased, and every file is searched.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from contracts import topics
from contracts.event import versions
from services import cli
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import SILENT
from services.plumbing.deadletters import settle
from services.plumbing.keystore import PostgresKeyStore, ensure_keys
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.tokens import Place, is_sealed
from tests.journeys.cast import UNDER_PART2
from tests.journeys.running import running
from tests.platform.aside import now
from tests.platform.embedded import fresh_folder

POLICE, PROVIDER, OFFICE = "bellingham-police", "compass-health", "whatcom-lead-program-office"
MARK, BORN = "Zqxmarksample", "1977-07-07"
SECONDS = 90
LANES_RUN_OUT_MILLISECONDS = 2_000
REFERRAL = {
    "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": "2026-03-01T12:00:00Z",
    "agreement": "agreed", "offences": [{"nibrs": "35A"}], "location": {"area": "bellingham", "place": f"{MARK} place"},
    "incident": {
        "number": f"{MARK}-1", "ori": "WASAMPL02", "officer_waiting": False,
        "officer": {name: f"{MARK} {name}" for name in ("badge", "name", "call_back", "supervisor")},
    },
    "person": {
        "legal_name": f"Juniper {MARK}", "preferred_name": f"June {MARK}", "aliases": [f"Alias {MARK}"],
        "pronouns": MARK, "birth_date": BORN, "agency_person_number": f"{MARK}-7",
    },
    "reach": {"phones": [f"{MARK} phone"], "usual_places": [f"{MARK} bench"], "through": f"{MARK} friend"},
    "source_reference": f"{MARK}-ref", "reason": f"{MARK} reason", "safety_notes": f"{MARK} notes",
    "safety_code": f"{MARK} code", "referrer_contact": f"{MARK} referrer",
}  # fmt: skip


@pytest.fixture
def folder() -> Iterator[Path]:
    with fresh_folder() as found:
        yield found


@pytest.fixture
def hub(folder, monkeypatch, capsys):
    """Runs `hub` with these words, and returns the JSON objects that it wrote."""

    def run(*words, stdin=""):
        monkeypatch.setattr(sys, "argv", ["hub", *words, "--state", str(folder), "--json"])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        # Also what was put aside is an answer, and the command says so by its code.
        assert not code or said.out, said.err
        return [json.loads(line) for line in said.out.splitlines()]

    return run


def said(kind, data, identity, agency, **more):
    event = {"specversion": "1.0", "id": identity, "source": f"/agencies/{agency}", "type": kind, "data": data}
    return json.dumps(event | more)


def eventually(look):
    until = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.5)
    return found


def forms(word):
    """The bytes of a word as they may stand in a file: plain, two bytes a letter, base 64 wherever it begins, hex."""
    plain = word.encode()
    found = {plain, word.encode("utf-16-le"), plain.hex().encode()}
    for ahead in range(3):
        # The first and the last characters depend on what stands beside the word.
        text = base64.b64encode(b"\x00" * ahead + plain)
        found.add(text[4:-4])
    return found


def where(folder, forms_):
    """The files in which one of these stands."""
    found = []
    for file in folder.rglob("*"):
        try:
            content = file.read_bytes() if file.is_file() else b""
        except FileNotFoundError:
            continue
        if any(one in content for one in forms_):
            found.append(str(file.relative_to(folder)))
    return found


class Story:
    """What the agencies do with the marked record, one after the other."""

    def __init__(self, hub):
        self.hub = hub

    def send(self, agency, kind, data, identity, **more):
        (answer,) = self.hub("send", "-", "--as", agency, stdin=said(kind, data, identity, agency, **more))
        return answer

    def heard(self, agency, kind):
        """The message of that kind on the agency's lane."""

        def look():
            lane = self.hub("listen", "--as", agency, "--from", "earliest", "--wait", "2")
            return next((one for one in lane if one["type"] == kind), None)

        return eventually(look)

    def steps(self, referral_id, event):
        return [one for one in self.hub("timeline", referral_id)[0] if one["event"] == event]

    def told(self):
        """Refer, accept, consent, ask onward, park; return the referral and whoever took the person on."""
        referral_id = self.send(POLICE, "referral.submitted", REFERRAL, "m1")["referral_id"]
        review = eventually(lambda: [*self.hub("reviews")[0], *self.steps(referral_id, "assignment.offered")])[0]
        if "review_id" in review:
            self.hub("reviews", "decide", review["review_id"], "eligible", "--why", f"{MARK} why")
        agency = eventually(lambda: self.steps(referral_id, "assignment.offered"))[0]["agency"]
        offer = self.heard(agency, "offer.made")
        self.send(agency, "offer.accepted", {"offer_id": offer["data"]["offer_id"]}, "a1", subject=offer["subject"])
        made = self.heard(agency, "assignment.made")
        assert MARK in json.dumps(made)
        consent = {
            "form_reference": "FORM-1", "disclosers": [OFFICE], "recipients": [PROVIDER],
            "categories": ["identity", "contact", "needs"], "purpose": "service_provision", "signed_on": "2026-03-01",
            "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation", **UNDER_PART2,
        }  # fmt: skip
        self.send(agency, "consent.signed", consent, "c1", subject=made["subject"])
        eventually(lambda: self.steps(referral_id, "consent.granted"))
        onward = {"help_type": "drug_treatment", "to": PROVIDER, "note": f"{MARK} onward"}
        self.send(agency, "onward.requested", onward, "o1", subject=made["subject"])
        assert self.heard(PROVIDER, "onward.offered")["data"]["note"] == onward["note"]
        contact = {"result": "not_found", "note": f"{MARK} contact"}
        self.send(agency, "contact.attempted", contact, "t1", subject=made["subject"])
        newer = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"
        assert self.send(POLICE, "referral.submitted", REFERRAL, "m2", dataschema=newer)["answer"] == "parked"
        return referral_id, agency


def test_nothing_is_left_in_any_file_and_no_token_of_it_opens(folder, hub):
    marked, born = forms(MARK), {BORN.encode()}
    with running(folder) as facts:
        story = Story(hub)
        referral_id, agency = story.told()
        wrapped = now(_key(facts, referral_id))
        # A search that finds nothing must be one that would find something.
        assert [file for file in where(folder, marked) if file.startswith("kafka/")]
        assert [file for file in where(folder, born) if file.startswith("kafka/")]
        assert [file for file in where(folder, {wrapped}) if file.startswith("postgres/")]
        tokens = _tokens(folder, facts)
        assert now(_opens(folder, facts, tokens)) == len(tokens) >= 7

        story.send(POLICE, "referral.withdrawn", {"of": {"incident_number": f"{MARK}-1"}}, "w1")
        now(_settled(facts))
        hub("erase", referral_id, "--ground", "entered_in_error", "--why", f"{MARK} wrong person")
        assert story.heard(agency, "information.recalled")["data"]["because"] == "record_erased"
        assert story.heard(PROVIDER, "information.recalled")["data"]["because"] == "record_erased"
        assert hub("erase", "--list")[0]["erased"][0]["referral_id"] == referral_id
        _run_out(folder, facts)
        hub("erase", "--purge")
        eventually(lambda: not where(folder / "kafka", marked))
        tokens = _tokens(folder, facts)
        assert now(_opens(folder, facts, tokens)) == 0
        assert len(tokens) >= 8
    assert where(folder, marked) == []
    assert where(folder, born) == []
    assert where(folder, {wrapped}) == []


async def _key(facts, referral_id):
    conn = await asyncpg.connect(facts["postgres"])
    try:
        return (await PostgresKeyStore().wrapped(conn, [referral_id]))[referral_id]
    finally:
        await conn.close()


async def _settled(facts):
    """An operator puts away what was parked."""
    conn = await asyncpg.connect(facts["postgres"], user="hub_intake", server_settings={"search_path": "intake"})
    try:
        [parked] = await conn.fetch("SELECT id FROM dead_letters WHERE settled_at IS NULL")
        assert await settle(conn, parked["id"], "erased")
    finally:
        await conn.close()


def _access(folder, facts):
    return KafkaAccess(facts["kafka"], "hub", State(folder).passwords.of("hub"))


def _tokens(folder, facts):
    """Every sealed token in every topic of the hub, with the person for whom it is."""
    settings = {**_access(folder, facts).for_librdkafka(), "group.id": "search", "enable.partition.eof": True}
    consumer = Consumer(settings, logger=SILENT)
    try:
        everything = consumer.list_topics(timeout=30).topics
        named = (*topics.HUB_TOPICS, *map(topics.redelivery, topics.SERVICES))
        unread = {(topic, number) for topic in named for number in everything[topic].partitions}
        consumer.assign([TopicPartition(topic, number, 0) for topic, number in unread])
        found = set()
        while unread:
            record = consumer.poll(10)
            assert record is not None, "the topics could not be read to their ends"
            if record.error():
                unread.discard((record.topic(), record.partition()))
                continue
            person = dict(record.headers()).get("ce_subject", b"").decode()
            found |= {(token, person) for token in _sealed(json.loads(record.value()))}
        return found
    finally:
        consumer.close()


def _sealed(value):
    if isinstance(value, str):
        return {value} if is_sealed(value) else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {token for one in inner for token in _sealed(one)}


async def _opens(folder, facts, tokens):
    """How many of them open, with the site's own key and as the role that may."""
    sealer = Sealer(ensure_keys(folder / "secrets").site, PostgresKeyStore())
    conn = await asyncpg.connect(facts["postgres"], user="hub_notification")
    opened = 0
    try:
        opener = await sealer.opener(conn, [token for token, _ in tokens])
        for token, person in tokens:
            try:
                opened += MARK in opener.open(token, Place(person)).decode()
            except Erased:
                continue
    finally:
        await conn.close()
    return opened


def _run_out(folder, facts):
    """Let the agencies' lanes run out at once, as their days would."""
    admin = AdminClient(_access(folder, facts).for_librdkafka(), logger=SILENT)
    lanes = [name for name in admin.list_topics(timeout=30).topics if name.startswith("agency.")]
    short = ConfigEntry("retention.ms", str(LANES_RUN_OUT_MILLISECONDS), incremental_operation=AlterConfigOpType.SET)
    changes = [ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[short]) for name in lanes]
    for answer in admin.incremental_alter_configs(changes).values():
        answer.result(30)
