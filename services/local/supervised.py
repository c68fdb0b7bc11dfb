"""A server run by the supervisor, as the hub holds it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SUPERVISOR = Path(__file__).with_name("supervisor.py")
SECONDS_TO_STOP = 20.0
SECONDS_TO_DIE = 10.0


class Supervised:
    """One server process; ended when this object's owner process ends, however that happens."""

    def __init__(
        self, command: Sequence[str], *, log: Path, stop_with: signal.Signals, identity: tuple[int, int] | None = None
    ) -> None:
        """Start the command; what it says is appended to the log."""
        self._stop_with = stop_with
        who = "-" if identity is None else f"{identity[0]}:{identity[1]}"
        with log.open("ab") as said:
            self._supervisor = subprocess.Popen(  # noqa: S603 - our own supervisor
                # -I and -S: neither the environment nor site-packages can change what the supervisor does.
                [sys.executable, "-I", "-S", str(SUPERVISOR), str(int(stop_with)), str(SECONDS_TO_STOP), who, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                # Ctrl-C reaches the whole terminal group; the servers must outlive the services that use them.
                start_new_session=True,
            )
        assert self._supervisor.stdout is not None  # noqa: S101 - asked for above
        first_line = self._supervisor.stdout.readline()
        self.pid = int(first_line) if first_line.strip() else 0

    def running(self) -> bool:
        """Whether the server still runs."""
        return self._supervisor.poll() is None

    def stop(self) -> None:
        """Ask the server to stop, and wait until it has; after a while it is killed."""
        self._signal(self._stop_with)
        if not self._ended_within(SECONDS_TO_STOP):
            self.kill()
        self._close()

    def kill(self) -> None:
        """End the server as a power cut would, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        if not self._ended_within(SECONDS_TO_DIE):
            self._supervisor.kill()
            self._supervisor.wait()
        self._close()

    def _signal(self, sign: signal.Signals) -> None:
        # While the supervisor runs it has not reaped the server, so the number cannot be somebody else's.
        if self.pid and self.running():
            with suppress(ProcessLookupError):
                os.kill(self.pid, sign)

    def _ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _close(self) -> None:
        for pipe in (self._supervisor.stdin, self._supervisor.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
