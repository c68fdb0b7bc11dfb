"""Agencies before which people say stop: they answer recalls, and keep every lane in its order."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from datetime import datetime

from confluent_kafka import Message

from contracts import topics
from contracts.envelope import Fact
from contracts.reading import read
from services.plumbing.access import KafkaAccess
from services.plumbing.chains import Head, Link, line_of, verified
from tests.chaos.agencies import Agencies
from tests.chaos.world import World
from tests.journeys import cast
from tests.journeys.cast import Case


class Stopping(Agencies):
    """`stop(tag)`: the person says it to whoever holds them; nothing tells which step the hub is at."""

    def __init__(self, access: KafkaAccess, cases: list[Case], now: datetime, *, pace_seconds: float) -> None:
        super().__init__(access, cases, now, pace_seconds=pace_seconds)
        self.lanes: dict[str, list[Fact]] = defaultdict(list)
        """By agency: every message as it stands on the lane, those that stand there twice, too."""
        self.stopped: dict[str, str] = {}
        """By message: the case whose person said stop."""
        self._holders: dict[str, tuple[str, str]] = {}
        self._since: dict[str, float] = {}
        self._answered: set[str] = set()

    def known(self) -> dict[str, float]:
        """The cases that somebody holds by now and that nobody has stopped, and for how many seconds."""
        with self._lock:
            now = time.monotonic()
            return {tag: now - since for tag, since in self._since.items() if f"{tag}-stop" not in self.stopped}

    def stop(self, tag: str) -> None:
        with self._lock:
            agency, person = self._holders[tag]
            name = f"{tag}-stop"
            self.stopped[name] = tag
            self._send(cast.Message(agency, name, "consent.revoked", {"how": "verbal"}, person))

    def _hear(self, message: Message) -> None:
        super()._hear(message)
        topic = message.topic()
        if topic in self._facts:
            return
        fact = read(message.headers() or [], message.value())
        slug = topic.removeprefix("agency.").removesuffix(".from-hub")
        self.lanes[slug].append(fact)
        if fact.event.name == "assignment.made":
            tag = self.cast._offers[fact.event.offer_id]
            self._holders.setdefault(tag, (slug, fact.subject or ""))
            self._since.setdefault(tag, time.monotonic())
        if fact.event.name == "information.recalled" and fact.event.recall_id not in self._answered:
            self._answered.add(fact.event.recall_id)
            data = {"recall_id": fact.event.recall_id, "answer": "recalled"}
            self._send(cast.Message(slug, f"answer-{fact.event.recall_id}", "recall.answered", data, fact.subject))


class Told:
    """What the ledger says, checked against the heads that were published."""

    def __init__(self, world: World, agencies: Stopping) -> None:
        rows = world.rows("SELECT chain, sequence, previous, hash, entry FROM ledger.entries ORDER BY chain, sequence")
        links = [Link(*row) for row in rows]
        extended = [fact.event for fact in agencies.facts(topics.DISCLOSURES) if fact.event.name == "ledger.extended"]
        heads: dict[int, Head] = {}
        for one in extended:
            if one.chain not in heads or one.length > heads[one.chain].length:
                heads[one.chain] = Head(one.chain, one.length, one.head)
        self.verified = verified((line_of(link).encode() + b"\n" for link in links), heads)
        self.entries = [json.loads(link.entry) for link in links]
        """Chain by chain, so that each person's stand in their order."""

    def faults(self, agencies: Stopping, withdrawn: set[str]) -> list[str]:
        """What was told under a consent that was taken back and is not recalled, or was told after the recall."""
        found = []
        for consent in sorted(withdrawn):
            under = [
                (place, one) for place, one in enumerate(self.entries) if f"consent/{consent}" in one.get("by", ())
            ]
            recalls = [(place, one) for place, one in under if one["kind"] == "recalled"]
            made = [(place, one) for place, one in under if one["kind"] == "made" and one["categories"]]
            recalled = {(one["agency"], message): place for place, one in recalls for message in one["messages"]}
            for place, one in made:
                at = recalled.get((one["agency"], one["message"]))
                if at is None:
                    found.append(f"{one['message_type']} under {consent} to {one['agency']} is not recalled")
                elif one["certain"] and place > at:
                    found.append(f"{one['message_type']} under {consent} to {one['agency']} was told after its recall")
        return [*found, *self._on_the_lanes(agencies)]

    def _on_the_lanes(self, agencies: Stopping) -> list[str]:
        """What stands on a lane and not in the ledger, or behind the message that recalls it."""
        known = {(one["agency"], one["message"]) for one in self.entries if one["kind"] == "made"}
        found = []
        for slug, lane in agencies.lanes.items():
            taken_back: set[str] = set()
            for fact in lane:
                if (slug, fact.id) not in known:
                    found.append(f"{fact.event.name} to {slug} is not in the ledger")
                if fact.id in taken_back:
                    found.append(f"{fact.event.name} to {slug} stands behind its recall")
                if fact.event.name == "information.recalled":
                    taken_back |= set(fact.event.disclosures)
        return found
