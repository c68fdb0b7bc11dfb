"""What tests stand on does what it promises to them."""

import threading
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka.admin import AdminClient

from services.plumbing.access import KafkaAccess
from tests.platform.choice import _given
from tests.platform.clients import SILENT
from tests.platform.ground import Ground
from tests.platform.sharing import shared

HERE = Ground("kafka:1", "kafka:2", "postgresql://here/", "hub", "secret", Path("nowhere"))


async def test_every_file_of_tests_has_an_empty_database_of_its_own(database, platform):
    connection = await asyncpg.connect(database)
    try:
        assert (await connection.fetchval("SELECT current_database()")).startswith("test_ground_")
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    finally:
        await connection.close()
    assert database != platform.postgres


def test_the_hub_may_log_in_at_its_own_door(kafka):
    assert isinstance(kafka, KafkaAccess)
    assert AdminClient(kafka.for_librdkafka(), logger=SILENT).list_topics(timeout=30).brokers


async def test_topics_can_be_made_on_the_shared_kafka(administration):
    assert (await administration.actual()).suspended == frozenset()


def test_servers_that_are_given_are_used():
    given = _given(HERE, {"HUB_TEST_KAFKA": "theirs:9092", "HUB_TEST_POSTGRES": "postgresql://theirs/"})
    assert (given.kafka, given.agency_kafka, given.postgres) == ("theirs:9092", "theirs:9092", "postgresql://theirs/")
    assert given.hub_access.for_aiokafka() == {"bootstrap_servers": "theirs:9092", "security_protocol": "PLAINTEXT"}


def test_a_given_kafka_with_a_password_is_entered_with_it():
    given = _given(HERE, {"HUB_TEST_KAFKA": "theirs:9092", "HUB_TEST_KAFKA_PASSWORD": "word"})
    assert given.hub_access.for_librdkafka()["sasl.password"] == "word"
    assert given.postgres == HERE.postgres


@pytest.fixture
def run():
    """A platform's life in one run: what happened to it, in order."""
    happened = []

    @contextmanager
    def start():
        happened.append("started")
        yield HERE
        happened.append("stopped")

    return happened, start


def test_the_first_worker_starts_and_the_last_one_out_lets_it_stop(tmp_path, run):
    happened, start = run
    guest_is_in, guest_may_go, host_leaves = threading.Event(), threading.Event(), threading.Event()

    def guest():
        with shared(tmp_path, start) as ground:
            happened.append("guest " + ground.kafka)
            guest_is_in.set()
            guest_may_go.wait(30)
            happened.append("guest left")

    def host():
        with shared(tmp_path, start):
            thread.start()
            guest_is_in.wait(30)
            host_leaves.set()

    thread, first = threading.Thread(target=guest), threading.Thread(target=host)
    first.start()
    host_leaves.wait(30)
    assert first.is_alive()
    guest_may_go.set()
    first.join(30)
    thread.join(30)
    assert happened == ["started", "guest kafka:1", "guest left", "stopped"]


def test_whoever_comes_after_the_end_starts_anew(tmp_path, run):
    happened, start = run
    for _ in range(2):
        with shared(tmp_path, start):
            pass
    assert happened == ["started", "stopped"] * 2
