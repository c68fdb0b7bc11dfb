"""The state folder: one hub at a time, nothing half written, nothing that others can read."""

import os
import signal
import subprocess
import sys

import pytest

from services.local.errors import DiskFull, HubAlreadyRunning, StateNotWritable
from services.local.processes import end_stale
from services.local.state import State, require_space

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from services.local.state import State
state = State(Path(sys.argv[1]))
state.prepare()
state.lock()
print("locked", flush=True)
time.sleep(600)
"""


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path / "state")
    state.prepare()
    return state


@pytest.fixture
def holder(state):
    """Another process that holds the state's lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD_THE_LOCK, str(state.folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"locked\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_hub_on_the_same_state_is_refused_and_told_who_holds_it(state, holder):
    with pytest.raises(HubAlreadyRunning) as refusal:
        state.lock()
    assert f"process {holder.pid}" in str(refusal.value)
    assert str(state.folder) in str(refusal.value)
    assert "Next:" in str(refusal.value)


def test_a_lock_left_by_a_killed_hub_does_not_block_the_next_one(state, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    state.lock()
    assert (state.folder / "lock").read_text() == str(os.getpid())
    state.unlock()


def test_what_a_hub_notes_another_process_can_read(state):
    state.note(kafka="127.0.0.1:1", ready=True)
    state.note(ready=False, kafka=None)
    assert State(state.folder).facts() == {"ready": False}


def test_notes_of_a_damaged_file_are_no_notes(state):
    state.file.write_text("{half")
    assert state.facts() == {}
    state.note(ready=True)
    assert state.facts() == {"ready": True}


def test_passwords_and_notes_are_for_their_owner_alone(state):
    state.passwords.of("hub")
    state.note(ready=True)
    assert state.secrets.stat().st_mode & 0o777 == 0o700
    assert state.passwords.file("hub").stat().st_mode & 0o777 == 0o600
    assert state.file.stat().st_mode & 0o777 == 0o600


def test_a_password_stays_until_it_is_renewed(state):
    first = state.passwords.of("compass-health")
    assert state.passwords.of("compass-health") == first
    assert state.passwords.renew("compass-health") != first
    assert state.passwords.names() == ["compass-health"]


@pytest.mark.parametrize("name", ["../hub", "", ".hub", "a/b"])
def test_no_name_of_a_password_leaves_its_folder(state, name):
    with pytest.raises(ValueError, match="letters, digits"):
        state.passwords.of(name)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateNotWritable, match="--state"):
        State(tmp_path / "file" / "state").prepare()


def test_a_full_disk_is_told_before_anything_starts(tmp_path):
    with pytest.raises(DiskFull, match="MB are free") as full:
        require_space(tmp_path, 1 << 40)
    assert "Next: free some space" in str(full.value)


def test_a_process_number_that_now_belongs_to_somebody_else_is_left_alone(tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        assert end_stale(stranger.pid, tmp_path / "state") is False
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_left_behind_on_this_state_is_ended(tmp_path):
    folder = tmp_path / "state"
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as left:
        assert left.stdout is not None
        left.stdout.readline()  # before that it may still bear our own name
        assert end_stale(left.pid, folder) is True
    assert left.wait() == -signal.SIGTERM


def test_the_message_of_every_trouble_names_a_next_step():
    from services.local import errors  # noqa: PLC0415

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.LocalTrouble)]
    assert len(kinds) > 10
    for kind in kinds:
        if kind is not errors.LocalTrouble:
            assert "Next:" in (kind.__doc__ or ""), kind
