"""Broker or database away for a while: everything waits and goes on."""

import random
import time

import pytest

from tests.chaos.agencies import Agencies
from tests.chaos.expected import expected
from tests.chaos.settling import settled
from tests.chaos.world import pause
from tests.journeys.cast import caseload

CASES = 33
AWAY_SECONDS = 15


@pytest.mark.parametrize("server", ["kafka", "postgres"])
def test_while_a_server_is_away_everything_waits_and_then_goes_on(world, now, number, server):
    chance, first = random.Random(3), number(CASES)
    with Agencies(world.hub.platform.hub_access, caseload(CASES, now, first), now, pace_seconds=0.4) as agencies:
        pause(chance, 3, 5)
        world.kill(server)
        time.sleep(AWAY_SECONDS)
        world.restart(server)
        settled(world, agencies, expected(first, CASES, now))
