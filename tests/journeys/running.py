"""A whole hub in a process of its own, with a short minute; it ends when whoever started it lets go, or is gone."""

import asyncio
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.local.hub import started
from services.local.logging import to_file
from services.plumbing.loop import run

ROOT = Path(__file__).resolve().parents[2]
MINUTE_SECONDS = 3.0
SECONDS_TO_START = 180
SECONDS_TO_STOP = 60


@contextmanager
def running(folder: Path, *sites: str) -> Iterator[dict[str, Any]]:
    """Start it, and give what it says of itself: its state folder, its addresses."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.running", str(folder), *sites],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with child:
        try:
            yield json.loads(_first_line(child))
        finally:
            child.stdin.close()
            child.wait(SECONDS_TO_STOP)


def _first_line(child: subprocess.Popen[bytes]) -> bytes:
    deadline = time.monotonic() + SECONDS_TO_START
    while not select.select([child.stdout], [], [], 1)[0]:
        assert time.monotonic() < deadline, "the hub was not ready in time"
        assert child.poll() is None, "the hub ended while it started"
    return child.stdout.readline()


async def _run(folder: Path, sites: list[str]) -> None:
    to_file(folder)
    async with started(folder, site=sites or ["whatcom"], minute_seconds=MINUTE_SECONDS) as hub:
        sys.stdout.write(json.dumps(hub.facts()) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    run(_run(Path(sys.argv[1]), sys.argv[2:]))
