"""The embedded platform: starts, is killed, comes back, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.local.errors import AgencyPortBusy, HubAlreadyRunning
from services.local.platform import Platform
from services.local.processes import command_line
from services.local.settings import LocalSettings
from tests.platform.embedded import fresh_folder

RUN_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from services.local.platform import Platform

async def run():
    async with Platform.started(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(run())
"""


@pytest.fixture
def folder():
    with fresh_folder() as folder:
        yield folder


@contextmanager
def another_hub(folder):
    """A hub in a process of its own, ready."""
    with subprocess.Popen([sys.executable, "-c", RUN_UNTIL_KILLED, str(folder)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


def facts(folder):
    return json.loads((folder / "hub.json").read_text())


def await_gone(pids):
    deadline = time.monotonic() + 60
    while any(command_line(pid) for pid in pids):
        assert time.monotonic() < deadline, "a server was left behind"
        time.sleep(0.05)


async def make_topic(platform, name):
    admin = AIOKafkaAdminClient(**platform.hub_access.for_aiokafka())
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    await admin.close()


async def write(platform, topic, *values):
    async with AIOKafkaProducer(**platform.hub_access.for_aiokafka(), acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def read_all(platform, topic, count):
    consumer = AIOKafkaConsumer(topic, **platform.hub_access.for_aiokafka(), auto_offset_reset="earliest")
    async with consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def query(platform, statement):
    connection = await asyncpg.connect(platform.postgres)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def test_a_killed_platform_comes_back_with_its_data_and_its_addresses(own_platform):
    async with own_platform() as platform:
        before = platform.kafka, platform.agency_kafka, platform.postgres
        await make_topic(platform, "kept")
        await write(platform, "kept", b"one", b"two")
        await query(platform, "CREATE TABLE kept AS SELECT 42 AS answer")
        # Its own child still works on when the postmaster is gone, and holds the shared memory.
        busy = await asyncpg.connect(platform.postgres)

        await platform.kill_kafka()
        await platform.kill_postgres()
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await query(platform, "SELECT 1")
        await platform.restart_postgres()
        await platform.restart_kafka()

        assert (platform.kafka, platform.agency_kafka, platform.postgres) == before
        assert await read_all(platform, "kept", 2) == [b"one", b"two"]
        assert [row["answer"] for row in await query(platform, "SELECT answer FROM kept")] == [42]
        busy.terminate()


async def test_a_hub_killed_at_once_leaves_no_server_behind_and_the_next_one_starts_on_its_state(own_platform, folder):
    with another_hub(folder) as hub:
        servers = [facts(folder)["kafka_pid"], facts(folder)["postgres_pid"]]
        assert all(command_line(pid) for pid in servers)
        with pytest.raises(HubAlreadyRunning, match=f"process {hub.pid}"):
            async with own_platform(folder):
                pass
        ports = facts(folder)["kafka_ports"]
        os.kill(hub.pid, signal.SIGKILL)
        hub.wait()
        await_gone(servers)
    async with own_platform(folder) as platform:
        assert facts(folder)["kafka_ports"] == ports
        assert await query(platform, "SELECT 1")
        assert facts(folder)["ready"] is True
    assert facts(folder)["ready"] is False
    assert "kafka_pid" not in facts(folder)


def test_ctrl_c_stops_everything_in_order(fresh_hub):
    with fresh_hub() as folder, another_hub(folder) as hub:
        servers = [facts(folder)["kafka_pid"], facts(folder)["postgres_pid"]]
        hub.send_signal(signal.SIGINT)
        hub.wait()
        assert not any(command_line(pid) for pid in servers)
        assert facts(folder)["ready"] is False
        assert "database system is shut down" in (folder / "logs" / "postgres.log").read_text()


def test_ctrl_c_while_starting_leaves_nothing_behind(folder):
    with subprocess.Popen([sys.executable, "-c", RUN_UNTIL_KILLED, str(folder)], stderr=subprocess.DEVNULL) as hub:
        deadline = time.monotonic() + 60
        while not ((folder / "hub.json").exists() and "kafka_pid" in facts(folder)):
            assert time.monotonic() < deadline, "the broker was never launched"
            time.sleep(0.02)
        broker = facts(folder)["kafka_pid"]
        hub.send_signal(signal.SIGINT)
        hub.wait()
    assert command_line(broker) is None
    assert "kafka_pid" not in facts(folder)


async def test_over_restarts_a_taken_port_is_passed_by_but_the_agencies_own_never_moves_by_itself(
    own_platform, fresh_hub
):
    """A second start needs no network and passes by a port that was taken. The agencies' own never moves by itself."""
    offline = LocalSettings(maven_repository="http://127.0.0.1:1")
    with fresh_hub() as folder:
        async with own_platform(folder) as platform:
            before = facts(folder)["kafka_ports"]
            await make_topic(platform, "kept-over-the-move")
            await write(platform, "kept-over-the-move", b"one")
        with socket.create_server(("127.0.0.1", before["hub"])):
            async with Platform.started(folder, settings=offline) as platform:
                after = facts(folder)["kafka_ports"]
                assert after["hub"] != before["hub"]
                assert after["agency"] == before["agency"]
                assert platform.kafka == f"127.0.0.1:{after['hub']}"
                await make_topic(platform, "made-at-the-new-address")
        port = before["agency"]
        with socket.create_server(("127.0.0.1", port)), pytest.raises(AgencyPortBusy, match=f"port {port}"):
            async with own_platform(folder):
                pass
        assert "kafka_pid" not in facts(folder)
        async with own_platform(folder) as platform:
            assert platform.agency_kafka == f"127.0.0.1:{port}"
        with socket.create_server(("127.0.0.1", port)):
            # On an operator's word the agencies come in at another port.
            (folder / "hub.json").unlink()
            async with own_platform(folder) as platform:
                assert platform.agency_kafka != f"127.0.0.1:{port}"
                assert await read_all(platform, "kept-over-the-move", 1) == [b"one"]


async def test_passwords_never_stand_on_a_command_line_or_in_a_log(own_platform, folder):
    async with own_platform(folder) as platform:
        words = command_line(facts(folder)["kafka_pid"]) or ""
        passwords = [file.read_text().strip() for file in platform.secrets.iterdir()]
        assert len(passwords) == 2
        for password in passwords:
            assert password not in words
            assert password not in (folder / "logs" / "kafka.log").read_text()
        assert (folder / "kafka" / "server.properties").stat().st_mode & 0o077 == 0
