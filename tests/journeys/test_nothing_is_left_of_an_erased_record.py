"""After an erasure, and once the agencies' lanes have run out, nothing of the person is in any file of either server.

A record with marked words in every private field goes through a whole hub: it is told, accepted, referred onward with a
note, and a message about it is parked. Then it is erased, and every file is searched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from contracts import topics
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import SILENT
from services.plumbing.deadletters import settle
from services.plumbing.keystore import PostgresKeyStore, ensure_keys
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.tokens import Place, token_in
from tests.journeys.marked_record import POLICE, PROVIDER, Story, eventually, forms, where
from tests.journeys.running import running
from tests.journeys.typed import typing
from tests.platform.aside import now
from tests.platform.embedded import fresh_folder

MARK, BORN = "Zqxmarksample", "1977-07-07"
LANES_RUN_OUT_MILLISECONDS = 2_000


@pytest.fixture
def folder() -> Iterator[Path]:
    with fresh_folder() as found:
        yield found


@pytest.fixture
def hub(folder, monkeypatch, capsys):
    """Runs `hub` with these words, and returns the JSON objects that it wrote."""
    return typing(folder, monkeypatch, capsys)


def test_nothing_is_left_in_any_file_and_no_token_of_it_opens(folder, hub):
    marked, born = forms(MARK), {BORN.encode()}
    with running(folder) as facts:
        story = Story(hub, MARK, BORN)
        referral_id, agency, subject = story.taken_on()
        note = story.sends_on(agency, subject)
        assert story.heard(PROVIDER, "onward.offered")["data"]["note"] == note
        story.parks()
        wrapped = now(_key(facts, referral_id))
        # A search that finds nothing must be one that would find something.
        assert [file for file in where(folder, marked) if file.startswith("kafka/")]
        assert [file for file in where(folder, born) if file.startswith("kafka/")]
        assert [file for file in where(folder, {wrapped}) if file.startswith("postgres/")]
        tokens = _tokens(folder, facts)
        assert now(_opens(folder, facts, tokens)) == len(tokens) >= 7

        story.send(POLICE, "referral.withdrawn", {"of": {"incident_number": f"{MARK}-1"}}, "withdrawn")
        now(_settled(facts))
        hub("operator", "add", "sam-sample")
        ground = ("--ground", "entered_in_error", "--operator", "sam-sample")
        hub("erase", referral_id, *ground, "--why", f"{MARK} wrong person")
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
        return {value} if token_in(value) else set()
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
