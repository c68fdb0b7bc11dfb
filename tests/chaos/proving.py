"""What must be true of a replay that has ended, whoever was killed meanwhile."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from contracts import topics
from contracts.envelope import Fact
from services.replay.domain import Item, Replay
from tests.chaos.replaying import Replaying

TOLD = {"same", "changed"}
"""Under its own id, or, where nobody knows how it went the last time, under another."""
OF_A_RECALL = "information.recalled"

End = tuple[str, ...]


def end_of(item: Item) -> End:
    """How an item ended, without the id under which it was told."""
    if item.ended in TOLD:
        return ("told",)
    assert item.sent is not None, item.original_id
    return (item.ended, item.sent.layer or "", item.sent.rule or "")


class Proof:
    """One replay: its items and what stands on the lane."""

    def __init__(self, agencies: Replaying, replay: Replay, items: list[Item]) -> None:
        self.agencies, self.replay, self.items = agencies, replay, items
        assert replay.asked is not None
        self.agency = replay.asked.agency or ""
        self.came = agencies.brought(self.agency, replay.replay_id)

    def ends(self, but: set[str]) -> dict[str, End]:
        """By original, of everybody but these people."""
        return {one.original_id: end_of(one) for one in self.items if one.person not in but}

    def words(self, but: set[str]) -> dict[str, dict[str, Any]]:
        """By original, what the lane says of everybody but these people."""
        people = {one.original_id: one.person for one in self.items}
        return {original_of(fact): said(fact) for fact in self.came if people.get(original_of(fact)) not in but}

    def faults(self, revoked: set[str]) -> list[str]:
        return [*self._in_the_report(), *self._on_the_lane(), *self._of(revoked)]

    def _in_the_report(self) -> list[str]:
        plan, found = self.replay.plan, []
        assert plan is not None
        ended = Counter(one.ended for one in self.items)
        for name in ("replay.planned", "replay.approved", "replay.completed"):
            facts = self._facts(name)
            if len(facts) != 1:
                found.append(f"{name} was said {len(facts)} times")
                continue
            if name == "replay.completed":
                done = facts[0].event
                if {key: count for key, count in done.ended.model_dump().items() if count} != ended:
                    found.append(f"the report says {done.ended}, its items {ended}")
                unlike = sum(one.count for one in done.differences)
                if unlike != sum(one.planned != one.ended or bool(one.why) for one in self.items):
                    found.append(f"the report explains {unlike} differences")
                if done.plan_hash != plan.plan_hash:
                    found.append("it is not the plan that was approved")
        if ended["not_asked"] or sum(ended.values()) != plan.events:
            found.append(f"of {plan.events} planned items {ended} ended")
        return found

    def _facts(self, name: str) -> list[Fact]:
        """Once each: what stands there again under its id is the same."""
        mine = {
            fact.id: fact
            for fact in self.agencies.facts(topics.REPLAYS)
            if fact.event.name == name and getattr(fact.event, "replay_id", None) == self.replay.replay_id
        }
        return list(mine.values())

    def _on_the_lane(self) -> list[str]:
        found, ids, known = [], defaultdict(set), {}
        for fact in self.came:
            ids[original_of(fact)].add(fact.id)
            if known.setdefault(fact.id, fact.event) != fact.event:
                found.append(f"{fact.id} stands there with two contents")
        found += [f"{original} came under {len(names)} ids" for original, names in ids.items() if len(names) > 1]
        told = {one.original_id for one in self.items if one.ended in TOLD}
        if told != ids.keys():
            found.append(f"told and not on the lane: {told - ids.keys()}; there and not told: {ids.keys() - told}")
        numbers = {one.original_id: (one.person, one.number) for one in self.items}
        last: dict[str, int] = {}
        for original in dict.fromkeys(original_of(fact) for fact in self.came):
            person, number = numbers.get(original, ("nobody", 0))
            if number < last.get(person, 0):
                found.append(f"{original} stands behind a later one of the same person")
            last[person] = number
        return found

    def _of(self, revoked: set[str]) -> list[str]:
        theirs = [one for one in self.items if one.person in revoked and one.message_type != OF_A_RECALL]
        found = [
            f"{one.message_type} of somebody who said stop ended as {one.ended}"
            for one in theirs
            if one.ended != "withheld" or one.sent is None or not one.sent.layer or not one.sent.rule
        ]
        made = [
            fact.event.message_type
            for fact in self.agencies.facts(topics.DISCLOSURES)
            if fact.event.name == "disclosure.made" and fact.event.replay_id == self.replay.replay_id
            and fact.subject in revoked and fact.event.message_type != OF_A_RECALL
        ]  # fmt: skip
        return [*found, *(f"{name} of somebody who said stop was disclosed" for name in made)]


def original_of(fact: Fact) -> str:
    return fact.envelope.original or fact.id


def said(fact: Fact) -> dict[str, Any]:
    return fact.event.model_dump(mode="json")
