"""Over the whole hub in memory: every lane is ordered again, and nobody hears what they did not, nor twice under one id
two things."""

import asyncio
from collections import defaultdict
from datetime import timedelta

from contracts import topics
from contracts.envelope import Envelope, Fact
from contracts.replaying import ReplayPass, ToldItem
from contracts.replays.replay_ordered import ReplayOrdered
from tests.intake.examples import KEYS, NOW, site
from tests.journeys.cast import Cast, caseload
from tests.journeys.memory import WholeHub

REPLAY = "rpl-" + "8" * 32
POLICE = "bellingham-police"


async def lived() -> WholeHub:
    hub = WholeHub(site(), KEYS, at=NOW)
    await hub.play(Cast(caseload(11, NOW), NOW))
    return hub


def told(hub: WholeHub) -> dict[tuple[str, str | None], dict[str, ToldItem]]:
    """By agency and person: what it was told of them."""
    found: dict[tuple[str, str | None], dict[str, ToldItem]] = defaultdict(dict)
    for fact in hub.facts()[topics.DISCLOSURES]:
        event = fact.event
        if event.name == "disclosure.made" and event.reference is not None:
            item = ToldItem(message_id=event.message_id, message_type=event.message_type, reference=event.reference,
                            content=event.content)  # fmt: skip
            found[event.agency, fact.subject].setdefault(event.message_id, item)
    return found


async def ordered(hub: WholeHub, mode: ReplayPass) -> list[tuple[str, Fact]]:
    """Order every lane again; return what comes on them."""
    await hub.settle()
    hub.hub.at += timedelta(hours=1)
    for (agency, person), items in sorted(told(hub).items(), key=str):
        event = ReplayOrdered(replay_id=REPLAY, plan_hash="", agency=agency, mode=mode, items=(*items.values(),))
        name = f"order-{mode}-{agency}-{person}"
        fact = Fact(event, Envelope(name, "/hub/replay", event.name, hub.hub.at, person))
        await hub.hub.say(topics.REPLAYS, fact, key=person or f"agency/{agency}")
    return await hub.settle()


def test_every_lane_again_is_what_it_was_or_less():
    async def played() -> None:
        hub = await lived()
        before = {slug: {fact.id: fact.event for fact in hub.lane(slug)} for slug in hub.site.agencies}
        items = {(agency, one) for (agency, _), found in told(hub).items() for one in found}
        came = await ordered(hub, ReplayPass.SEND)
        assert hub.parked() == []
        assert {fact.envelope.delivery for _, fact in came} == {REPLAY}
        for slug, fact in came:
            assert before[slug].get(fact.id, fact.event) == fact.event
            assert fact.id in before[slug] or fact.envelope.original in before[slug]
        police = [(fact.id, fact.event.name) for slug, fact in came if slug == POLICE]
        assert {one for one, _ in police} == {*before[POLICE]}
        said = [fact.event for fact in hub.facts()[topics.DISCLOSURES]]
        answers = [one for one in said if getattr(one, "replay_id", None) == REPLAY]
        assert {(one.agency, one.original_id) for one in answers} == items

    asyncio.run(played())


def test_what_is_foreseen_and_rehearsed_is_what_comes():
    async def played() -> None:
        hub = await lived()
        for mode in (ReplayPass.FORESEE, ReplayPass.REHEARSE):
            assert await ordered(hub, mode) == []
        came = {(slug, fact.envelope.original or fact.id) for slug, fact in await ordered(hub, ReplayPass.SEND)}
        said = [fact.event for fact in hub.facts()[topics.DISCLOSURES] if fact.event.name == "disclosure.foreseen"]
        for mode in (ReplayPass.FORESEE, ReplayPass.REHEARSE):
            would = {
                (one.agency, one.message_id) for one in said if one.mode is mode and one.outcome in {"same", "changed"}
            }
            assert would == came

    asyncio.run(played())
