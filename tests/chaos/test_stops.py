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
from tests.chaos.world import World, until
from tests.journeys.cast import Case, caseload, kinds

SEED = int(os.environ.get("HUB_CHAOS_SEED", "1"))
PEOPLE = 16
VICTIMS = ("notification", "consent", "intake", "kafka", "notification", "postgres")
SERVERS = {"kafka", "postgres"}
OF_AN_END = {"consent.withdrawn", "revocation.settled"}
RECALLS = """
SELECT entry::jsonb ->> 'kind', entry::jsonb ->> 'recall' FROM ledger.entries
WHERE entry::jsonb ->> 'recall' IS NOT NULL ORDER BY chain, sequence
"""
"""By recall, the last that was entered of it."""


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
        until(lambda: settled(world, agencies), lambda: f"{words}: {unsettled(world, agencies)} {world.standings()}")
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


def unsettled(world: World, agencies: Stopping) -> str:
    """What the hub has still to do about the words that were said; asked of its tables, which are never behind."""
    consents = [fact for fact in agencies.facts(topics.CONSENTS) if fact.event.name in OF_AN_END]
    settled_ = {fact.event.message_id for fact in consents if fact.event.name == "revocation.settled"}
    unsaid = sorted(agencies.stopped.keys() - settled_)
    folded = {identity for (identity,) in world.rows("SELECT id FROM notification.inbox WHERE source = '/hub/consent'")}
    unfolded = len({fact.id for fact in consents} - folded)
    recalls = {name: kind for kind, name in world.rows(RECALLS)}
    return f"unsaid: {unsaid}; unfolded: {unfolded}; unanswered: {sum(one == 'recalled' for one in recalls.values())}"


def settled(world: World, agencies: Stopping) -> bool:
    """Every word was dealt with and heard of, every recall answered, and nothing waits any more."""
    return unsettled(world, agencies) == "unsaid: []; unfolded: 0; unanswered: 0" and quiet(world)
