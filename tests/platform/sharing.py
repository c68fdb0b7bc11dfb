"""One platform for all workers of a test run: the first one in starts it, and stops it after the last one has left.

Locks on files and nothing else keep count, for the system itself gives them up when a worker dies.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from tests.platform.ground import Ground


@contextmanager
def locked(file: Path, how: int) -> Iterator[None]:
    """Hold a lock on the file; waits for it."""
    with file.open("a") as handle:
        fcntl.flock(handle, how)
        yield


@contextmanager
def shared(folder: Path, start: Callable[[], AbstractContextManager[Ground]]) -> Iterator[Ground]:
    """The ground of this run; `folder` is the same for all its workers, and no other run's."""
    door, guests, address = folder / "door.lock", folder / "guests.lock", folder / "ground.json"
    with ExitStack() as held:
        with locked(door, fcntl.LOCK_EX):
            host = not address.exists()
            if host:
                ground = held.enter_context(start())
                ground.tell(address)
            else:
                held.enter_context(locked(guests, fcntl.LOCK_SH))
                ground = Ground.told(address)
        yield ground
        if host:
            # Nobody new comes in while the door is held; those who are in give up their lock when they leave.
            held.enter_context(locked(door, fcntl.LOCK_EX))
            with locked(guests, fcntl.LOCK_EX):
                address.unlink()
