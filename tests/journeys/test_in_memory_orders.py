"""Over the whole hub: an order is a way to ask who takes part, and it gets no answer by any word, time or size."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as some

from contracts import topics
from contracts.envelope import Fact
from tests.intake.examples import NOW, site
from tests.journeys.before_and_now import DOORS, LIVES, NOW_TAG, PROSECUTOR, TAKEN_ON, Town, as_read
from tests.journeys.cast import OFFICE, POLICE

COURT = "whatcom-therapeutic-courts"
ASKERS = (POLICE, COURT, PROSECUTOR, "whatcom-county-sheriff", "whatcom-county-prosecutor")
JUSTICE = (*ASKERS, OFFICE)
STEPS = (
    "accept", "appointment", "no", "wait", "wait for the arrival", "handoff", "intake", "amend", "amend heavier",
    "withdraw", "send again", "review", "review says no", "police say no", "police say stop", "nothing",
)  # fmt: skip
BEGIN = NOW + timedelta(days=60)


def party(number: int) -> dict[str, str]:
    return {"legal_name": f"Sample {number}", "birth_date": f"198{number}-05-05"}


def order(protects: int, **more: Any) -> dict[str, Any]:
    return {
        "order_number": "26-2-00001-37", "kind": "no_contact", "respondent": party(2), "protected": [party(protects)],
    } | more  # fmt: skip


async def played(
    protects: int, life: str, door: str, steps: Sequence[str], *, asker: str = COURT, late: bool = False
) -> tuple[Town, dict[str, list[Fact]]]:
    """Somebody has lived `life`; somebody else is kept away from who has this number, and referred."""
    town = Town(known=False)
    await town.live(life)
    # However long that life took, the rest begins at one moment.
    await town.hear(await town.hub.advance((BEGIN - town.hub.hub.at).total_seconds() / 60))
    before = {slug: len(town.lane(slug)) for slug in town.hub.site.agencies}
    for last in (False, True):
        if last:
            await town.refer(NOW_TAG, door, 2)
        if last is late:
            town.count += 1
            await town.say(asker, "order.reported", order(protects))
            await town.hear(await town.hub.settle())
    for step in steps:
        await town.step(step)
    assert town.hub.parked() == []
    return town, {slug: town.lane(slug)[count:] for slug, count in before.items()}


def read(lanes: dict[str, list[Fact]], *slugs: str) -> dict[str, list[Any]]:
    return {slug: [as_read(fact) for fact in lanes[slug]] for slug in slugs or lanes}


def in_the_hub(town: Town) -> list[Any]:
    """All that the hub says to itself, too; of what it kept private no more can be read from outside."""
    facts = [fact for topic in (topics.REFERRALS, topics.SCREENINGS) for fact in town.hub.hub.facts(topic)]
    return [(fact.event.name, fact.event.model_dump(exclude={"sealed", "own", "why"}), fact.envelope) for fact in facts]


PLAYS = {
    "life": some.sampled_from(sorted(LIVES)),
    "door": some.sampled_from(DOORS),
    "steps": some.lists(some.sampled_from(STEPS), max_size=6),
    "asker": some.sampled_from(ASKERS),
    "late": some.booleans(),
}


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(**PLAYS)
@example("is enrolled", DOORS[0], ("review", "accept", "handoff", "intake"), COURT, False)
@example("is enrolled and has consented", DOORS[0], ("review says no", "wait"), POLICE, False)
@example("is treated elsewhere", DOORS[1], ("review", *TAKEN_ON), COURT, True)
@example("is enrolled", DOORS[0], ("wait", "wait", "wait", "amend"), COURT, False)
def test_nobody_can_tell_by_an_order_whether_whom_it_protects_is_known(life, door, steps, asker, late):
    """Number 1 lived that life, number 7 was never heard of: every lane, byte for byte, and the hub's own topics."""
    (one, known), (other, unknown) = (
        asyncio.run(played(protects, life, door, steps, asker=asker, late=late)) for protects in (1, 7)
    )
    assert read(known) == read(unknown)
    assert in_the_hub(one) == in_the_hub(other)


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    one=some.sampled_from(sorted(LIVES)), other=some.sampled_from(sorted(LIVES)), door=PLAYS["door"], late=PLAYS["late"]
)
@example("is enrolled", "nobody came", DOORS[0], False)
@example("is enrolled", "is no longer there", DOORS[1], False)
def test_nor_whether_whom_it_protects_takes_part_or_does_so_no_more(one, other, door, late):
    (_, first), (_, second) = (
        asyncio.run(played(1, life, door, ("review", "accept", "handoff"), late=late)) for life in (one, other)
    )
    assert read(first, *JUSTICE) == read(second, *JUSTICE)


@pytest.mark.parametrize("door", DOORS)
async def test_who_reports_an_order_hears_nothing_at_all(door):
    _, lanes = await played(1, "is enrolled", door, ())
    assert lanes[COURT] == []


async def test_what_is_compared_shows_a_difference_where_there_is_one():
    _, with_order = await played(1, "is enrolled", DOORS[0], ("accept",))
    town = Town(known=False)
    await town.live("is enrolled")
    before = len(town.lane(OFFICE))
    await town.refer(NOW_TAG, DOORS[0], 2)
    assert "review.called" not in [fact.event.name for fact in town.lane(OFFICE)[before:]]
    (called,) = [fact.event for fact in with_order[OFFICE] if fact.event.name == "review.called"]
    assert called.because == ("no-contact-check",)


async def test_police_hear_divertible_by_their_own_data_and_never_that_an_order_was_in_the_way():
    _, lanes = await played(1, "is enrolled", DOORS[0], ("review says no",))
    reported = [fact.event for fact in lanes[POLICE] if fact.event.name == "screening.reported"]
    assert [one.divertible for one in reported] == [True]
    assert "no-contact-check" not in str([fact.event for fact in lanes[POLICE]])
    assert "handoff.unavailable" in [fact.event.name for fact in lanes[POLICE]]


async def test_what_ran_out_is_overridden_and_nobody_is_sent_to_where_the_officer_was():
    town, _ = await played(7, "nobody came", DOORS[0], ())
    await town.hear(await town.hub.advance(site().clocks.urgent_review_minutes + 1))
    before = {slug: len(town.lane(slug)) for slug in (POLICE, OFFICE)}
    referral = next(
        fact for fact in reversed(town.hub.hub.facts(topics.REFERRALS)) if fact.event.name == "referral.received"
    )
    data = {
        "referral_id": referral.event.referral_id,
        "reason": "no_risk_today",
        "why": "Vouched for.",
        "operator": "sam-sample",
    }
    town.count += 1
    await town.say(OFFICE, "screening.overridden", data, referral.subject)
    await town.hear(await town.hub.settle())
    decided = town.hub.hub.facts(topics.SCREENINGS)[-1].event
    assert (decided.name, decided.verdict, decided.by) == ("review.decided", "eligible", "sam-sample")
    offer = next(fact.event for _, fact in reversed(town.heard) if fact.event.name == "offer.made")
    assert (offer.officer_waiting, offer.language) == (False, NOW_TAG)
    await town.step("accept")
    assert [fact.event.name for fact in town.lane(POLICE)[before[POLICE] :]] == []
    assert town.hub.parked() == []
