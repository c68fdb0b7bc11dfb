"""People say stop at any moment while processes and servers are killed: nothing under their consent goes after it.

Order is decided by the ledger and the lanes, never by a clock.
"""

from __future__ import annotations

import os
import random
import time

from contracts import topics
from tests.chaos.settling import quiet
from tests.chaos.stopping import Stopping, Told
from tests.chaos.world import until
from tests.journeys.cast import Case, caseload, kinds

SEED = int(os.environ.get("HUB_CHAOS_SEED", "1"))
PEOPLE = 16
VICTIMS = ("notification", "consent", "intake", "kafka", "notification", "postgres")
SERVERS = {"kafka", "postgres"}


def people(now, first: int) -> list[Case]:
    """Each signs for the one who holds them and for a provider of help, and is referred on to that provider."""
    many = caseload(PEOPLE * kinds(), now, first)
    return [case for case in many if case.kind == "from the hospital to a clinic"]


def test_whoever_is_killed_nothing_goes_after_a_persons_word_and_what_went_before_is_recalled(world, now, number):
    chance, first = random.Random(SEED), number(PEOPLE * kinds())
    cases = people(now, first)
    after = {case.tag: chance.uniform(0, 6) for case in cases}
    victims = list(VICTIMS)
    chance.shuffle(victims)
    with Stopping(world.hub.platform.hub_access, cases, now, pace_seconds=0.7) as agencies:
        words = f"seed {SEED}"
        for name in victims:
            lets_time_pass(agencies, after, chance.uniform(1, 4))
            world.kill(name)
            lets_time_pass(agencies, after, chance.uniform(0.5, 2))
            if name in SERVERS:
                world.restart(name)
        until(lambda: stops(agencies, after) == len(cases),
              lambda: f"{words}: only {len(agencies.stopped)} of {len(cases)} could say stop.")  # fmt: skip
        until(lambda: settled(world, agencies), lambda: f"{words}: {unsettled(agencies)} {world.standings()}")
        told = Told(world, agencies)
        assert told.verified.broken is None, words
        withdrawn = {fact.event.consent_id for fact in facts(agencies, topics.CONSENTS, "consent.withdrawn")}
        assert withdrawn, words
        assert told.faults(agencies, withdrawn) == [], words
        assert any(one["kind"] == "recalled" for one in told.entries), words


def stops(agencies: Stopping, after: dict[str, float]) -> int:
    """Whoever has been held for as long as it takes them says stop; return how many have by now."""
    for tag, seconds in agencies.known().items():
        if seconds >= after[tag]:
            agencies.stop(tag)
    return len(agencies.stopped)


def lets_time_pass(agencies: Stopping, after: dict[str, float], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stops(agencies, after)
        time.sleep(0.05)


def facts(agencies: Stopping, topic: str, name: str) -> list:
    return list({fact.id: fact for fact in agencies.facts(topic) if fact.event.name == name}.values())


def unsettled(agencies: Stopping) -> str:
    settled_ = {fact.event.message_id for fact in facts(agencies, topics.CONSENTS, "revocation.settled")}
    recalls = {fact.event.recall_id for fact in facts(agencies, topics.DISCLOSURES, "disclosure.recalled")}
    answers = {fact.event.recall_id for fact in facts(agencies, topics.DISCLOSURES, "recall.settled")}
    return f"unheard: {sorted(agencies.stopped.keys() - settled_)}; unanswered: {sorted(recalls - answers)}"


def settled(world, agencies: Stopping) -> bool:
    """Every word was dealt with, every recall answered, and nothing waits any more."""
    return unsettled(agencies) == "unheard: []; unanswered: []" and quiet(world)
