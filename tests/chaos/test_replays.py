"""Lanes are told again while their tellers are killed: the end equals one clean run, and who said stop is not told of.

`HUB_CHAOS_COUNT` names the file in which the kills that replays came through are counted; `make chaos` sets it.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime
from itertools import cycle

from contracts import topics
from tests.chaos.counting import Kills
from tests.chaos.proving import Proof
from tests.chaos.replaying import Operators, Replaying, Storm, victims
from tests.chaos.stopping import Told
from tests.chaos.test_stops import facts, settled, unsettled
from tests.chaos.world import until
from tests.journeys.cast import CASE_MANAGERS, PROVIDER, caseload, kinds

SEED = int(os.environ.get("HUB_CHAOS_SEED", "1"))
PEOPLE, STOPPED = 10, 3
PER_SECOND = 2
AT_ONCE = 8
"""So many kills at most in one replay."""


def test_whoever_is_killed_a_lane_comes_again_as_it_does_undisturbed(world, now, number, capsys):
    kills, since = Kills(), datetime.now(UTC)
    chance, few = random.Random(f"{SEED} {kills.proved}"), min(AT_ONCE, kills.wanted // 2 + 1)
    whole = caseload(PEOPLE * kinds(), now, number(PEOPLE * kinds()))
    cases = [case for case in whole if case.kind == "from the hospital to a clinic"]
    with Replaying(world.hub.platform.hub_access, cases, now, pace_seconds=0.3) as agencies:
        until(lambda: helped(agencies) == PEOPLE, lambda: f"Only {helped(agencies)} of {PEOPLE} were helped.")
        for case in cases[:STOPPED]:
            agencies.stop(case.tag)
        comes_to_rest(world, agencies)
        storm, rounds = Storm(world, chance), Rounds(world, agencies, since)
        with Operators(world, agencies, storm).registered() as operators:
            lanes = [PROVIDER, max(CASE_MANAGERS, key=lambda slug: len(agencies.lanes[slug]))]
            for lane in lanes:
                rounds.undisturbed(operators, lane)
            stops = cases[STOPPED].tag
            for lane in cycle(lanes):
                before = storm.killed
                storm.left = victims(chance, before, min(few, kills.wanted - before))
                rounds.disturbed(operators, storm, lane, stops)
                with capsys.disabled():
                    sys.stdout.write(f"\n{kills.prove(storm.killed - before)}\n")
                if storm.killed >= kills.wanted:
                    break


class Rounds:
    """A lane is told again, once undisturbed and then over and over while somebody is killed."""

    def __init__(self, world, agencies, since):
        self.world, self.agencies, self.since = world, agencies, since
        self.clean: dict[str, Proof] = {}
        self.revoked: dict[str, set[str]] = {}
        """By lane: who had said stop when it was told again undisturbed."""

    def undisturbed(self, operators, lane):
        gone = revoked(self.agencies)
        proof = self.clean[lane] = self._again(operators, lane)
        self.revoked[lane] = gone
        ends = set(proof.ends(but=set()).values())
        assert ("told",) in ends, ends
        if lane == PROVIDER:
            assert ("withheld", "consent") in {one[:2] for one in ends}, ends
            assert len(gone) == STOPPED

    def disturbed(self, operators, storm, lane, stops):
        """At first somebody says stop while it runs: only of them more than one end is right, this time."""
        says = None if f"{stops}-stop" in self.agencies.stopped else stops
        proof = self._again(operators, lane, storm, says)
        moved = revoked(self.agencies) - self.revoked[lane]
        clean = self.clean[lane]
        assert proof.ends(but=moved) == clean.ends(but=moved)
        assert proof.words(but=moved) == clean.words(but=moved)

    def _again(self, operators, lane, storm=None, stops=None):
        gone = revoked(self.agencies)
        replay = operators.approved(operators.planned(lane, self.since))
        operators.begun(replay, PER_SECOND)
        if stops is not None:
            self.agencies.stop(stops)
        replay = operators.completed(replay)
        if storm is not None:
            storm.calm()
        comes_to_rest(self.world, self.agencies)
        proof = Proof(self.agencies, replay, operators.items(replay))
        # A provider hears of somebody by their consent alone; whoever holds them also by what the site permits.
        assert proof.faults(gone if lane == PROVIDER else set()) == []
        told = Told(self.world, self.agencies)
        assert told.verified.broken is None
        withdrawn = {fact.event.consent_id for fact in facts(self.agencies, topics.CONSENTS, "consent.withdrawn")}
        assert told.faults(self.agencies, withdrawn) == []
        return proof


def helped(agencies):
    """Of how many a provider was asked to help."""
    return len({fact.event.language for fact in list(agencies.lanes[PROVIDER]) if fact.event.name == "onward.offered"})


def revoked(agencies):
    return {fact.subject for fact in facts(agencies, topics.CONSENTS, "consent.withdrawn")}


def comes_to_rest(world, agencies):
    until(lambda: settled(world, agencies), lambda: f"{unsettled(world, agencies)} {world.standings()}")
