"""On real servers, consent parks a person's "stop": nothing about them goes to any lane until it is tried again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from contracts import topics
from contracts.to_hub.consent_revoked import ConsentRevoked
from services.consent.domain.deciding import Desk
from services.plumbing import deadletters
from tests.chaos.settling import quiet
from tests.chaos.stopping import Stopping, Told
from tests.chaos.world import World, until
from tests.journeys.cast import PROVIDER, Message, caseload

mended: set[str] = set()


@pytest.fixture
def broken(monkeypatch) -> None:
    """Consent fails on every word that takes back, until it is mended; its services run in this process."""
    sound = Desk.decide

    def decide(desk: Desk, before: Any, after: Any, fact: Any, shared: Any) -> Any:
        if not mended and isinstance(fact.event, ConsentRevoked):
            raise ZeroDivisionError
        return sound(desk, before, after, fact, shared)

    mended.clear()
    monkeypatch.setattr(Desk, "decide", decide)


def test_a_parked_word_holds_its_person_and_nobody_else_until_it_is_tried_again(broken, fresh_hub):
    now = datetime.now(UTC) - timedelta(minutes=1)
    cases = [replace(case, course=("handoff", "intake")) for number in (4, 15) for case in caseload(1, now, number)]
    with (
        fresh_hub() as folder,
        World(folder, processes=False) as world,
        Stopping(world.hub.platform.hub_access, cases, now, pace_seconds=0) as agencies,
    ):
        one, other = (case.tag for case in cases)
        until(lambda: len(agencies.known()) == 2, lambda: "Nobody was taken on.")
        for case in cases:
            signs(agencies, case)
        until(lambda: len(said(agencies, topics.CONSENTS, "consent.granted")) == 2, lambda: "Nobody signed.")
        agencies.stop(one)
        until(lambda: parked(world) == [1], lambda: f"It was not parked: {world.standings()}")
        before = {slug: len(lane) for slug, lane in agencies.lanes.items()}
        for case in cases:
            asks_for_help(agencies, case)
        until(lambda: told_onward(agencies) == [other], lambda: f"{agencies.lanes[PROVIDER]}")
        until(lambda: waiting(world) >= 2, lambda: "What the word holds back is not in its lanes.")
        holder, name = agencies._holders[one]
        assert [fact.event.name for fact in agencies.lanes[holder][before[holder] :] if fact.subject == name] == []
        assert told_onward(agencies) == [other]

        mended.add("consent")
        asyncio.run(tried_again(world))
        until(lambda: said(agencies, topics.CONSENTS, "revocation.settled"), lambda: f"{world.standings()}")
        until(lambda: quiet(world), lambda: f"Something still waits: {world.standings()}")
        assert told_onward(agencies) == [other]
        withheld = said(agencies, topics.DISCLOSURES, "disclosure.withheld")
        assert ("onward.offered", "consent") in {(fact.event.message_type, fact.event.layer) for fact in withheld}
        withdrawn = {fact.event.consent_id for fact in said(agencies, topics.CONSENTS, "consent.withdrawn")}
        told = Told(world, agencies)
        assert (told.verified.broken, told.faults(agencies, withdrawn)) == (None, [])


def said(agencies: Stopping, topic: str, name: str) -> list[Any]:
    return [fact for fact in agencies.facts(topic) if fact.event.name == name]


def signs(agencies: Stopping, case: Any) -> None:
    holder, name = agencies._holders[case.tag]
    kind, data = agencies.cast._step("consent-to-provider", case, holder, None)
    with agencies._lock:
        agencies._send(Message(holder, f"{case.tag}-signs", kind, data, name))


def asks_for_help(agencies: Stopping, case: Any) -> None:
    """The holder asks a provider, and the sender amends: both call for something to be told."""
    holder, name = agencies._holders[case.tag]
    data = {"help_type": "health_care", "to": PROVIDER, "note": case.tag}
    of = {"of": {"source_reference": case.referral["source_reference"]}, "reason": "Sample."}
    with agencies._lock:
        agencies._send(Message(holder, f"{case.tag}-asks", "onward.requested", data, name))
        agencies._send(Message(case.sender, f"{case.tag}-amends", "referral.amended", of))


def told_onward(agencies: Stopping) -> list[str]:
    """Of whom the provider was told, by the note that only their case has."""
    return [fact.event.note for fact in list(agencies.lanes[PROVIDER]) if fact.event.name == "onward.offered"]


def parked(world: World) -> list[int]:
    return [
        row[0] for row in world.rows("SELECT count(*) FROM consent.dead_letters WHERE settled_at IS NULL") if row[0]
    ]


def waiting(world: World) -> int:
    return world.rows("SELECT count(*) FROM notification.lane_rows WHERE state = 'waiting'")[0][0]


async def tried_again(world: World) -> None:
    conn = await asyncpg.connect(world.hub.database, server_settings={"search_path": "consent"})
    try:
        for group in await deadletters.groups(conn):
            assert await deadletters.ask_retry(conn, group.first_id)
    finally:
        await conn.close()
