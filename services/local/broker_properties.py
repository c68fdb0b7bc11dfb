"""What the embedded broker is told: one node, small, closed to everyone who was not let in."""

import base64
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"
HUB_USER = "hub"
CONTROLLER_USER = "controller"

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"

SMALL_AND_QUICK = {
    # One node: nothing is copied, nothing waits for a second.
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 2,
    "share.coordinator.state.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    # Where an agency stands is remembered longer than any lane is kept (45 days against Kafka's own 7): one that was
    # away for two weeks goes on where it was.
    "offsets.retention.minutes": 64800,
    # A broker that was killed may come back when its old registration is over: 9 seconds unless told.
    "broker.session.timeout.ms": 4000,
    "broker.heartbeat.interval.ms": 1000,
    # Tests of a killed member need not wait six seconds to be rid of it.
    "group.min.session.timeout.ms": 1000,
    # Topics are made by the administration and by nobody else.
    "auto.create.topics.enable": "false",
    # Each lane is two partitions: the default of 10 MB of index for each would add up.
    "log.index.size.max.bytes": 1048576,
    # What was admitted is deleted soon after; see the short segments of the agencies' lanes.
    "log.retention.check.interval.ms": 10000,
    "log.segment.delete.delay.ms": 1000,
}


class Ports(NamedTuple):
    """Where the broker listens."""

    hub: int
    agency: int
    controller: int


def write(file: Path, *, data: Path, ports: Ports, passwords: Mapping[str, str], listen: str = HOST) -> None:
    """Write `server.properties`, readable by its owner alone, for it holds passwords."""
    properties = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "log.dirs": data,
        **_doors(ports, passwords, listen),
        # Nobody may do anything unless an ACL says so, except these two.
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{HUB_USER};User:{CONTROLLER_USER}",
        "allow.everyone.if.no.acl.found": "false",
        **SMALL_AND_QUICK,
    }
    write_private(file, "".join(f"{name}={value}\n" for name, value in properties.items()))


def _doors(ports: Ports, passwords: Mapping[str, str], listen: str) -> dict[str, object]:
    names = {"HUB": ports.hub, "AGENCY": ports.agency, "CONTROLLER": ports.controller}
    hub, controller = passwords[HUB_USER], passwords[CONTROLLER_USER]
    return {
        "listeners": ",".join(f"{name}://{listen}:{port}" for name, port in names.items()),
        "advertised.listeners": f"HUB://{HOST}:{ports.hub},AGENCY://{HOST}:{ports.agency}",
        "listener.security.protocol.map": ",".join(f"{name}:SASL_PLAINTEXT" for name in names),
        "inter.broker.listener.name": "HUB",
        "controller.listener.names": "CONTROLLER",
        # Named here and not in the data, so that a hub can come back on other ports.
        "controller.quorum.voters": f"1@{HOST}:{ports.controller}",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.hub.scram-sha-512.sasl.jaas.config": f'{_SCRAM} username="{HUB_USER}" password="{hub}";',
        "listener.name.agency.scram-sha-512.sasl.jaas.config": f"{_SCRAM};",
        # The controller cannot know SCRAM users before it has read its own log: a plain password, on loopback alone.
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{_PLAIN} username="{CONTROLLER_USER}" password="{controller}" user_{CONTROLLER_USER}="{controller}";'
        ),
    }


def write_logging(file: Path) -> None:
    """Warnings and worse, to standard output, which goes to the log file."""
    file.write_text(
        "status=error\n"
        "appender.out.type=Console\n"
        "appender.out.name=out\n"
        "appender.out.layout.type=PatternLayout\n"
        "appender.out.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p %c{1}: %m%n\n"
        "rootLogger.level=warn\n"
        "rootLogger.appenderRef.out.ref=out\n"
    )


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(text)


def new_cluster_id() -> str:
    """A name for the cluster, in Kafka's form: 16 bytes, base64 for addresses, without padding."""
    while True:
        name = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        # Its own tools take a leading hyphen for an option.
        if not name.startswith("-"):
            return name
