"""The state folder: all that one embedded hub keeps, and the lock that lets one hub at a time use it."""

import fcntl
import json
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from services.local.errors import DiskFull, HubAlreadyRunning, StateNotWritable
from services.plumbing.passwords import Passwords

MEGABYTE = 1 << 20
MEGABYTES_TO_START = 200


class State:
    """One folder; `hub.json` in it says what runs and how to reach it, for every other process."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made or locked yet; other processes may use a State to read."""
        self.folder = folder.expanduser().absolute()
        self.logs = self.folder / "logs"
        self.secrets = self.folder / "secrets"
        self.file = self.folder / "hub.json"
        self._lock_file: int | None = None
        self._writing = threading.Lock()

    @property
    def passwords(self) -> Passwords:
        """The hub's own passwords; those of agencies are in a folder `agencies` within."""
        return Passwords(self.secrets)

    def prepare(self) -> None:
        """Make the folders.

        Raises StateNotWritable, or DiskFull when a start would fail half way.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            self.secrets.mkdir(mode=0o700, exist_ok=True)
        except OSError as reason:
            raise StateNotWritable(state=self.folder, reason=reason.strerror) from reason
        require_space(self.folder, MEGABYTES_TO_START)

    def lock(self) -> None:
        """Keep every other hub out until `unlock`, or until this process ends, however it ends.

        Raises HubAlreadyRunning with the process number of the holder.
        """
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as reason:
            raise StateNotWritable(state=self.folder, reason=reason.strerror) from reason
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 32).decode().strip() or "unknown"
            os.close(handle)
            raise HubAlreadyRunning(state=self.folder, pid=holder) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._lock_file = handle

    def unlock(self) -> None:
        """Let the next hub in."""
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def facts(self) -> dict[str, Any]:
        """What `hub.json` says; empty when no hub has ever run here."""
        try:
            facts = json.loads(self.file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def note(self, **facts: object) -> None:
        """Add to `hub.json`, or change it, in one step that a reader never sees half done. None removes."""
        with self._writing:
            now = {**self.facts(), **facts}
            write_whole(self.file, json.dumps({k: v for k, v in now.items() if v is not None}, indent=2) + "\n")


def left_behind(folder: State) -> bool:
    """Whether the hub that noted itself there is gone: a hub holds its folder's lock for as long as it lives."""
    try:
        handle = os.open(folder.folder / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def write_whole(file: Path, text: str) -> None:
    """Write a file (0600) so that a reader, or a crash, sees the old text or the new, never a part."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "w") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    Path(name).replace(file)


def require_space(folder: Path, megabytes: int) -> None:
    """Raise DiskFull when the folder's disk has less than this many megabytes left."""
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < megabytes:
        raise DiskFull(folder=folder, free=free, needed=megabytes)
