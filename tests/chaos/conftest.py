"""The world that chaos is let loose on."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.world import World
from tests.platform.laid import FreshHub


@pytest.fixture(scope="package")
def world(fresh_hub: FreshHub) -> Iterator[World]:
    """One hub for all of chaos, each service a process of its own, its minutes as long as in life."""
    with fresh_hub() as folder, World(folder) as world:
        yield world


@pytest.fixture(scope="session")
def now() -> datetime:
    """When everybody was referred."""
    return datetime.now(UTC) - timedelta(minutes=1)


@pytest.fixture(scope="session")
def number():
    """Where the next caseload may begin: `number(count)`."""
    lock, taken = threading.Lock(), [0]

    def next_(count: int) -> int:
        with lock:
            first, taken[0] = taken[0], taken[0] + count
            return first

    return next_
