"""Notification in a hub in memory: what journeys without servers stand on."""

from __future__ import annotations

from contracts import topics
from services.notification.app import service
from services.plumbing.memory import MemoryHub
from tests.notification.examples import (
    CASEWORK,
    KEYS,
    NOON,
    POLICE,
    accepted,
    offered,
    open_,
    pseudonym,
    received,
    screened,
    whatcom,
)
from tests.notification.memory import MemoryCarrier, MemoryStore


async def test_facts_on_hub_topics_become_messages_on_lanes_and_facts_of_disclosure():
    store = MemoryStore()
    hub = MemoryHub([service(whatcom(), KEYS, store)], at=NOON)
    carrier = MemoryCarrier(whatcom(), store, hub, open_=open_, pseudonym=pseudonym)
    for fact in [received(), screened(), offered()]:
        await hub.publish(fact.event.topic, fact)
    await hub.settle()
    await carrier.settle()
    await hub.publish(topics.ASSIGNMENTS, accepted())
    await hub.settle()
    await carrier.settle()
    assert [fact.event.name for fact in hub.facts(topics.from_hub(POLICE))] == [
        "referral.acknowledged", "screening.reported", "case_manager.dispatched",
    ]  # fmt: skip
    assert [fact.event.name for fact in hub.facts(topics.from_hub(CASEWORK))] == ["offer.made", "assignment.made"]
    told = {fact.event.message_id for fact in hub.facts(topics.DISCLOSURES) if fact.event.name == "disclosure.made"}
    lanes = (hub.facts(topics.from_hub(POLICE)), hub.facts(topics.from_hub(CASEWORK)))
    assert told == {fact.id for lane in lanes for fact in lane}
