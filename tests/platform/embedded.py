"""The embedded platform as tests use it: in a folder of its own that goes away with it."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.local.platform import Platform
from tests.platform.ground import Ground


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """Not pytest's own temporary folder: that one is closed again whenever another pytest starts.

    Root runs PostgreSQL as another user, who must pass through.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
