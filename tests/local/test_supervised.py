"""A server lives as long as the hub that wanted it, and no longer."""

import os
import signal
import subprocess
import sys
import time

import pytest

from services.local.processes import command_line
from services.local.supervised import Supervised

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
WANT_ONE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from services.local.supervised import Supervised
server = Supervised(sys.argv[2:], log=Path(sys.argv[1]), stop_with=signal.SIGTERM)
print(server.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def log(tmp_path):
    return tmp_path / "server.log"


@pytest.fixture
def server(log):
    server = Supervised(FOREVER, log=log, stop_with=signal.SIGTERM)
    yield server
    server.kill()


def await_gone(pid):
    deadline = time.monotonic() + 30
    while command_line(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_server_that_is_stopped_is_gone(server):
    assert server.running()
    server.stop()
    assert not server.running()
    assert command_line(server.pid) is None


def test_a_server_that_was_killed_by_somebody_is_seen_to_be_gone(server):
    os.kill(server.pid, signal.SIGKILL)
    await_gone(server.pid)
    server.stop()
    assert not server.running()


def test_a_server_goes_when_the_hub_is_killed(log):
    hub = subprocess.run(
        [sys.executable, "-c", WANT_ONE_AND_DIE, str(log), *FOREVER], stdout=subprocess.PIPE, check=False
    )
    assert hub.returncode == -signal.SIGKILL
    await_gone(int(hub.stdout))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_a_server_goes_when_only_its_supervisor_is_killed(server):
    server._supervisor.kill()
    await_gone(server.pid)


def test_a_deaf_server_can_be_killed(log):
    deaf = Supervised([sys.executable, "-c", STUBBORN], log=log, stop_with=signal.SIGTERM)
    while not log.read_text():
        assert deaf.running()
        time.sleep(0.02)
    deaf.kill()
    assert not deaf.running()
    assert command_line(deaf.pid) is None


def test_a_program_that_does_not_exist_is_not_running(log):
    nothing = Supervised(["/nowhere/server"], log=log, stop_with=signal.SIGTERM)
    nothing.stop()
    assert not nothing.running()
    assert "nowhere" in log.read_text()
