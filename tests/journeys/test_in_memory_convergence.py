"""Over the whole hub: the same inputs, whatever takes its turn when and is read how often, come to the same ends."""

import asyncio
import functools
import random
from datetime import datetime

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.intake.examples import KEYS, NOW, site
from tests.journeys.cast import Case, Cast, caseload
from tests.journeys.ends import Ends, differences, ends
from tests.journeys.memory import WholeHub


def played(cases: list[Case], seed: int | None = None, again: float = 0.0, now: datetime = NOW) -> tuple[Ends, Cast]:
    """Play the caseload in a hub of its own; without a seed in order, else with turns taken by chance."""
    chance = None if seed is None else random.Random(seed)
    hub, cast = WholeHub(site(), KEYS, at=now, chance=chance, again=again), Cast(cases, now)
    asyncio.run(hub.play(cast))
    assert hub.parked() == []
    assert cast.repeated == []
    return ends(cast, hub.facts()), cast


@functools.cache
def in_order(count: int) -> tuple[Ends, Cast]:
    return played(caseload(count, NOW))


# Not made smaller: one example is a whole day of the hub, and its seed tells all.
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.3]))
def test_any_interleaving_and_repetition_of_a_caseload_ends_alike(seed, again):
    expected, _ = in_order(11)
    assert differences(expected, played(caseload(11, NOW), seed, again)[0]) == []


def test_everything_that_was_said_is_answered_or_kept():
    found, cast = in_order(11)
    said = {message.type for message in cast.said.values() if message.type != "referral.submitted"}
    lines = [line for case in found.values() for topic in case.values() for line in topic]
    assert all(
        any(line.startswith(kind) for line in lines) for kind in said - {"referral.amended", "referral.withdrawn"}
    )
    assert all(case for case in found.values())
    by_kind = {case.kind: found[case.tag] for case in cast.cases}
    assert list(by_kind["refused at the door"]) == ["hub.disclosures", "hub.referrals", "lane of bellingham-police"]


def test_a_case_comes_to_the_same_alone_and_among_others():
    together, _ = in_order(11)
    for case in caseload(11, NOW):
        alone, _ = played([case])
        assert differences(alone, together) == []
