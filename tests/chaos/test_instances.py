"""Two instances of each service, one of them joining and leaving under load: the same ends."""

import random
from contextlib import ExitStack

from tests.chaos.agencies import Agencies
from tests.chaos.expected import expected
from tests.chaos.settling import EVERYBODY, settled
from tests.chaos.world import pause, until
from tests.journeys.cast import caseload

CASES = 44


def test_a_second_instance_of_everything_joins_and_leaves_under_load(world, now, number):
    chance, first = random.Random(2), number(CASES)
    with Agencies(world.hub.platform.hub_access, caseload(CASES, now, first), now, pace_seconds=0.5) as agencies:
        with ExitStack() as seconds:
            others = [seconds.enter_context(world.second(name)) for name in EVERYBODY]
            until(lambda: shared(world), lambda: f"The work was never shared: {world.standings()}")
            # Not all leave in order.
            others[chance.randrange(len(others))].kill()
            pause(chance, 1, 3)
        settled(world, agencies, expected(first, CASES, now))


def shared(world) -> bool:
    """Whether two living instances of every service have partitions."""
    return all(
        sum(one.fresh and one.partitions > 0 and one.state == "ready" for one in service.instances) > 1
        for service in world.standings()
    )
