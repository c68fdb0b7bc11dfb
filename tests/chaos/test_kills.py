"""Kill -9, of anything, at any moment, under load: afterwards every case stands where it would have stood."""

import os
import random

from tests.chaos.agencies import Agencies
from tests.chaos.expected import expected
from tests.chaos.settling import EVERYBODY, settled
from tests.chaos.world import pause
from tests.journeys.cast import caseload

KILLS = int(os.environ.get("HUB_CHAOS_KILLS", "8"))
SEED = int(os.environ.get("HUB_CHAOS_SEED", "1"))
CASES = max(66, 8 * KILLS)


def victims(chance: random.Random) -> list[str]:
    """Both servers at least once, the services with the notification and its carrier among them, then by chance."""
    first = ["kafka", "postgres", "notification", "assignment", "intake"]
    others = [chance.choice([*EVERYBODY, "kafka", "postgres"]) for _ in range(max(0, KILLS - len(first)))]
    chosen = [*first, *others][:KILLS]
    chance.shuffle(chosen)
    return chosen


def test_whoever_is_killed_nothing_is_lost_and_nothing_doubled(world, now, number):
    chance, first = random.Random(SEED), number(CASES)
    with Agencies(world.hub.platform.hub_access, caseload(CASES, now, first), now, pace_seconds=0.4) as agencies:
        for name in victims(chance):
            pause(chance, 1, 4)
            world.kill(name)
            if name not in EVERYBODY:
                pause(chance, 0.5, 2)
                world.restart(name)
        settled(world, agencies, expected(first, CASES, now))
