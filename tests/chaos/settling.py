"""What must be true when everything has settled."""

from __future__ import annotations

from contracts import topics
from contracts.topics import SERVICES
from tests.chaos.agencies import Agencies
from tests.chaos.world import PATIENCE, World, until
from tests.journeys.ends import Ends


def settled(world: World, agencies: Agencies, expected: Ends) -> None:
    """Every case ends as it does undisturbed; nothing is lost, doubled, parked or left waiting; and so it stays."""

    def words() -> str:
        found = agencies.differences(expected)
        standings = "\n".join(f"{one.service}: {one.state} {one.instances} {one.parked}" for one in world.standings())
        return f"{len(found)} of {len(expected)} differ:\n" + "\n".join(found[:12]) + f"\n{standings}"

    until(lambda: agencies.begun and not agencies.differences(expected), words)
    until(lambda: quiet(world), lambda: f"Something still waits: {world.standings()}")
    # Whatever comes too much comes after the end: it has been said by now, and is only to be read.
    until(lambda: not agencies.differences(expected), words, seconds=PATIENCE / 6)
    assert agencies.told_twice_with_other_words() == []
    assert agencies.undelivered == []
    assert all(same for _, _, same in agencies.cast.repeated)
    assert once(agencies) == []


def quiet(world: World) -> bool:
    """Whether every service lives, has read everything, has nothing to send and nothing parked."""
    waiting = sum(world.rows("SELECT count(*) FROM notification.lane_rows")[0])
    return waiting == 0 and all(
        one.state == "ready" and one.outbox == 0 and not one.parked
        and sum(instance.lag for instance in one.instances if instance.fresh) == 0
        for one in world.standings()
    )  # fmt: skip


def once(agencies: Agencies) -> list[str]:
    """What the hub said to itself under two ids although it is one thing: a submission that became two referrals."""
    begun = [
        fact.envelope.causation_id or ""
        for fact in {fact.id: fact for fact in agencies.facts(topics.REFERRALS)}.values()
        if fact.event.name == "referral.received"
    ]
    return sorted({one for one in begun if begun.count(one) > 1})


EVERYBODY = (*SERVICES, "clock")
