"""The embedded platform as tests use it: in a folder of its own that goes away with it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from services.local.platform import Platform
from tests.platform.ground import Ground

IN_MEMORY = Path("/dev/shm")  # noqa: S108  # where Linux keeps files in memory
ROOM_BYTES = 6 << 30
"""All servers of a run that live at once, and as much again for the tests themselves."""


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """In memory where there is room: servers that are started and stopped all the time write a lot that nobody keeps.

    Not pytest's own temporary folder: that one is closed again whenever another pytest starts. Root runs PostgreSQL as
    another user, who must pass through.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-test-", dir=_in_memory()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """None: the usual temporary folder, which TMPDIR may name."""
    if not IN_MEMORY.is_dir() or "TMPDIR" in os.environ:
        return None
    room = min(shutil.disk_usage(IN_MEMORY).free, psutil.virtual_memory().available)
    return IN_MEMORY if room > ROOM_BYTES else None


@contextmanager
def embedded() -> Iterator[Ground]:
    """Started and stopped outside of any test's event loop."""
    with fresh_folder() as folder, asyncio.Runner(loop_factory=asyncio.new_event_loop) as loop:
        started = Platform.started(folder)
        platform = loop.run(started.__aenter__())
        try:
            access = platform.hub_access
            yield Ground(
                kafka=platform.kafka,
                agency_kafka=platform.agency_kafka,
                postgres=platform.postgres,
                user=access.user,
                password=access.password,
                secrets=platform.secrets,
            )
        finally:
            loop.run(started.__aexit__(None, None, None))
