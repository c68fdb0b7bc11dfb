"""One hub with a day behind it, and what can be done about the rebuild of each of its services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.plumbing.rebuilding import Rebuilding
from tests.chaos.agencies import Agencies
from tests.chaos.expected import expected
from tests.chaos.settling import settled
from tests.chaos.world import World
from tests.journeys.cast import caseload
from tests.platform.laid import FreshHub
from tests.rebuilding.reached import rebuilding_of

CASES = 22
PACE_SECONDS, SLOWLY_SECONDS = 0.05, 0.5
Play = Callable[[int, Callable[[], None]], None]


@pytest.fixture(scope="module")
def now() -> datetime:
    """When everybody was referred."""
    return datetime.now(UTC) - timedelta(minutes=1)


@pytest.fixture(scope="module")
def world(fresh_hub: FreshHub, now: datetime) -> Iterator[World]:
    """The hub, all its services in this process, after a caseload that has come to its end."""
    with fresh_hub() as folder, World(folder, processes=False) as world:
        _played(world, now, 0, lambda: None)
        yield world


@pytest.fixture
def play(world: World, now: datetime) -> Play:
    """Play a further caseload from that number on, with something done in the middle of it, until it has settled."""
    return lambda first, meanwhile: _played(world, now, first, meanwhile, SLOWLY_SECONDS)


@pytest.fixture
def of(world: World) -> Callable[[str], Rebuilding]:
    """The rebuild of the service of that name."""
    return lambda name: rebuilding_of(world.hub.ground, world.hub.platform.hub_access, name)


def _played(world: World, now: datetime, first: int, meanwhile: Callable[[], None], pace: float = PACE_SECONDS) -> None:
    cases = caseload(CASES, now, first)
    with Agencies(world.hub.platform.hub_access, cases, now, pace_seconds=pace) as agencies:
        meanwhile()
        settled(world, agencies, expected(first, CASES, now))
