"""The same two servers as containers, where a Docker engine answers."""

import gc
import secrets
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from services.local import broker_properties
from services.local.broker_properties import CONTROLLER_USER, HUB_USER
from services.local.kafka import SILENT, free_ports
from services.plumbing.access import KafkaAccess
from tests.platform.embedded import fresh_folder
from tests.platform.ground import Ground

KAFKA = "apache/kafka:4.3.1"
POSTGRES = "postgres:18"
SECONDS_TO_START = 120


def engine_answers() -> bool:
    """Whether there is a Docker engine to talk to; a client alone is not enough."""
    import docker  # noqa: PLC0415 - only where containers are thought of

    with warnings.catch_warnings():
        # Where nobody answers, docker's client forgets its socket: that must not become some test's failure.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            client = docker.from_env(timeout=5)
        except docker.errors.DockerException:
            return False
        else:
            client.close()
            return True
        finally:
            gc.collect()


@contextmanager
def contained() -> Iterator[Ground]:
    """Kafka with the same doors and rules as the embedded one, and PostgreSQL."""
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415

    with (
        fresh_folder() as folder,
        _kafka(folder) as (access, agencies),
        PostgresContainer(POSTGRES, driver=None) as postgres,
    ):
        yield Ground(
            kafka=access.bootstrap,
            agency_kafka=agencies,
            postgres=postgres.get_connection_url(),
            user=access.user,
            password=access.password,
            secrets=folder / "secrets",
        )


@contextmanager
def _kafka(folder: Path) -> Iterator[tuple[KafkaAccess, str]]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415

    ports = free_ports()
    passwords = {name: secrets.token_urlsafe() for name in (HUB_USER, CONTROLLER_USER)}
    properties = folder / "server.properties"
    everywhere = "0.0.0.0"  # noqa: S104 - inside the container; what is published is on loopback
    data = Path("/var/lib/kafka/data")
    broker_properties.write(properties, data=data, ports=ports, passwords=passwords, listen=everywhere)
    # The image has a user of its own, who must read what is mounted.
    folder.chmod(0o755)
    properties.chmod(0o644)
    scram = f"SCRAM-SHA-512=[name={HUB_USER},password={passwords[HUB_USER]}]"
    format_then_run = (
        f"/opt/kafka/bin/kafka-storage.sh format -t {broker_properties.new_cluster_id()} "
        f"-c /hub/server.properties --add-scram '{scram}' >/dev/null "
        "&& exec /opt/kafka/bin/kafka-server-start.sh /hub/server.properties"
    )
    container = DockerContainer(KAFKA).with_volume_mapping(str(folder), "/hub", "ro")
    container = container.with_command(["sh", "-c", format_then_run])
    for port in (ports.hub, ports.agency):
        container = container.with_bind_ports(port, port)
    with container:
        access = KafkaAccess(f"{broker_properties.HOST}:{ports.hub}", HUB_USER, passwords[HUB_USER])
        _await_login(access)
        yield access, f"{broker_properties.HOST}:{ports.agency}"


def _await_login(access: KafkaAccess) -> None:
    client = AdminClient(access.for_librdkafka(), logger=SILENT)
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            client.list_topics(timeout=2)
        except KafkaException:
            if time.monotonic() > deadline:
                raise
        else:
            return
