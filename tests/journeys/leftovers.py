"""What is left of a record on both servers: its key, its sealed tokens, and what agencies were told."""

from __future__ import annotations

import json

import asyncpg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from contracts import topics
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import SILENT
from services.plumbing.keystore import PostgresKeyStore, ensure_keys
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.tokens import Place, token_in

LANES_RUN_OUT_MILLISECONDS = 2_000


async def wrapped_key(facts, referral_id):
    """The record's key as the key store has it."""
    conn = await asyncpg.connect(facts["postgres"])
    try:
        return (await PostgresKeyStore().wrapped(conn, [referral_id]))[referral_id]
    finally:
        await conn.close()


def access(folder, facts):
    return KafkaAccess(facts["kafka"], "hub", State(folder).passwords.of("hub"))


def tokens_in(folder, facts):
    """Every sealed token in every topic of the hub, with the person for whom it is."""
    settings = {**access(folder, facts).for_librdkafka(), "group.id": "search", "enable.partition.eof": True}
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


async def opened(folder, facts, tokens, mark):
    """How many of them open, with the site's own key and as the role that may, and hold the mark."""
    sealer = Sealer(ensure_keys(folder / "secrets").site, PostgresKeyStore())
    conn = await asyncpg.connect(facts["postgres"], user="hub_notification")
    opened_ = 0
    try:
        opener = await sealer.opener(conn, [token for token, _ in tokens])
        for token, person in tokens:
            try:
                opened_ += mark in opener.open(token, Place(person)).decode()
            except Erased:
                continue
    finally:
        await conn.close()
    return opened_


def run_out(folder, facts):
    """Let the agencies' lanes run out at once, as their days would."""
    admin = AdminClient(access(folder, facts).for_librdkafka(), logger=SILENT)
    lanes = [name for name in admin.list_topics(timeout=30).topics if name.startswith("agency.")]
    short = ConfigEntry("retention.ms", str(LANES_RUN_OUT_MILLISECONDS), incremental_operation=AlterConfigOpType.SET)
    changes = [ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[short]) for name in lanes]
    for answer in admin.incremental_alter_configs(changes).values():
        answer.result(30)
