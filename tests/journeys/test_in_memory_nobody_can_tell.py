"""Over the whole hub: nobody who refers can tell who is enrolled, and no prosecutor who did not come to the intake."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as some

from contracts.envelope import Fact
from tests.journeys.before_and_now import (
    CORRECTIONS,
    DOORS,
    LIVES,
    NOW_TAG,
    PROSECUTOR,
    STEPS,
    TAKEN_ON,
    Town,
    as_read,
)
from tests.journeys.cast import POLICE


async def _lived(known: bool, life: str, room: int, door: str, steps: Sequence[str]) -> tuple[Town, list[Fact]]:
    town = Town(known=known, room=room)
    await town.live(life)
    before = len(town.lane(POLICE))
    await town.refer(NOW_TAG, door, 1 if known else 2)
    for step in steps:
        await town.step(step)
    assert town.hub.parked() == []
    return town, town.lane(POLICE)[before:]


def to_police(known: bool, life: str, room: int, door: str, steps: Sequence[str]) -> list[Fact]:
    """What police hear since they refer somebody: the one who was arrested before, or a newcomer."""
    return asyncio.run(_lived(known, life, room, door, steps))[1]


HISTORIES = {
    "life": some.sampled_from(sorted(LIVES)),
    "room": some.sampled_from([100_000, 100_000, 0]),
    "door": some.sampled_from(DOORS),
    "steps": some.lists(some.sampled_from(STEPS), max_size=7),
}


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(**HISTORIES)
@example("is treated elsewhere", 100_000, DOORS[0], (*TAKEN_ON, "consent", "onward", "revoke", "amend heavier"))
@example("is enrolled and has consented", 0, DOORS[0], ("accept", "handoff", "intake"))
@example("has taken a consent back", 100_000, DOORS[1], ("accept", "handoff", "consent to police", "police say no"))
@example("is enrolled", 100_000, DOORS[2], ("no", "no", "accept", "handoff", "withdraw", "send again"))
@example("is enrolled and has consented", 100_000, DOORS[0], ("accept", "police say stop", "handoff", "refused"))
@example("has taken a consent back", 100_000, DOORS[1], ("police say stop", "correct more", "amend", "send again"))
def test_for_any_history_police_hear_the_same_of_who_was_arrested_before_and_of_a_newcomer(life, room, door, steps):
    known, newcomer = (to_police(one, life, room, door, steps) for one in (True, False))
    assert [as_read(fact) for fact in known] == [as_read(fact) for fact in newcomer]
    assert known


async def _heard_by_the_justice_system(door: str, steps: Sequence[str]) -> dict[str, list[Fact]]:
    town = Town(known=False)
    await town.places(town.room)
    await town.refer(NOW_TAG, door, 2)
    for step in steps:
        await town.step(step)
    assert town.hub.parked() == []
    return {slug: town.lane(slug) for slug in (POLICE, PROSECUTOR)}


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    door=some.sampled_from(DOORS),
    steps=some.lists(some.sampled_from(STEPS), max_size=6),
    said=some.sampled_from(sorted(CORRECTIONS)),
    place=some.integers(0, 6),
)
@example(DOORS[0], ("accept", "handoff", "amend", "send again"), "correct more", 0)
@example(DOORS[0], ("accept", "handoff", "amend heavier", "send again"), "correct more", 1)
@example(DOORS[0], ("accept", "handoff", "consent to the prosecutor", "intake"), "correct", 2)
@example(DOORS[0], ("wait", "wait", "wait", "wait", "accept", "handoff"), "correct more", 1)
@example(DOORS[0], ("amend heavier", "review says no", "amend"), "correct more", 1)
def test_whatever_people_say_of_themselves_police_and_prosecutor_hear_what_they_would_have_heard(
    door, steps, said, place
):
    with_it, without = (
        asyncio.run(_heard_by_the_justice_system(door, [*steps[:place], one, *steps[place:]]))
        for one in (said, "nothing")
    )
    for slug in (POLICE, PROSECUTOR):
        assert [as_read(fact) for fact in with_it[slug]] == [as_read(fact) for fact in without[slug]]


def test_what_is_compared_shows_a_difference_where_there_is_one():
    met = to_police(True, "is enrolled", 100_000, DOORS[0], ("accept", "handoff"))
    assert [as_read(fact) for fact in met] != [
        as_read(fact) for fact in to_police(True, "is enrolled", 100_000, DOORS[0], ("wait", "accept", "handoff"))
    ]
    assert {fact.event.name for fact in met} == {
        "referral.acknowledged", "screening.reported", "case_manager.dispatched", "handoff.confirmed",
    }  # fmt: skip


CONSENT, MONTH = "consent to the prosecutor", "wait for the last day"
SILENT = {
    "not completed": (CONSENT, MONTH),
    "no consent": ("intake", MONTH),
    "never came": (CONSENT, "not found", MONTH),
    "took the consent back": (CONSENT, "revoke", "intake", MONTH),
    "consented to somebody else": ("consent", "intake", MONTH),
    "said no": (CONSENT, "the person says no", MONTH),
}


async def _to_the_prosecutor(*steps: str) -> list[Fact]:
    town = Town(known=False)
    await town.live("nobody came")
    before = len(town.lane(PROSECUTOR))
    await town.refer(NOW_TAG, DOORS[0], 2)
    for step in ("accept", "handoff", *steps):
        await town.step(step)
    assert town.hub.parked() == []
    return town.lane(PROSECUTOR)[before:]


@pytest.mark.parametrize("why", SILENT)
async def test_to_the_prosecutor_not_completed_no_consent_and_never_came_look_the_same(why):
    quiet, nothing_more = [await _to_the_prosecutor(*steps) for steps in (SILENT[why], (MONTH,))]
    assert [fact.event.name for fact in quiet] == ["diversion.reported", "hold.reported", "hold.reported"]
    assert [fact.event.state for fact in quiet[1:]] == ["held", "lapsed"]
    assert quiet[-1].envelope.at == nothing_more[-1].envelope.at
    assert [as_read(fact) for fact in quiet] == [as_read(fact) for fact in nothing_more]


async def test_only_an_intake_under_the_right_consent_breaks_it_and_the_notice_of_part_2_goes_with_it():
    told = await _to_the_prosecutor(CONSENT, "intake", MONTH)
    assert [fact.event.name for fact in told] == ["diversion.reported", "hold.reported", "intake.reported"]
    notice = told[-1].event.notice
    assert "42 CFR part 2" in notice.statement
    [scope] = notice.consents
    assert (scope.consent_id, scope.recipient) == (told[-1].event.allowed_by, PROSECUTOR)


async def test_a_stop_by_way_of_police_counts_and_police_hear_nothing_of_whether_there_was_anything_to_stop():
    towns = [Town(known=False), Town(known=False)]
    for town, consents in zip(towns, (("consent", "consent to a provider"), ("nothing", "nothing")), strict=True):
        await town.places(town.room)
        await town.refer(NOW_TAG, DOORS[1], 2)
        for step in (*TAKEN_ON, *consents, "police say stop"):
            await town.step(step)
    stopped, nothing_to_stop = ([fact.event.name for fact in town.hub.hub.facts("hub.consents")] for town in towns)
    assert stopped.count("consent.withdrawn") == 2
    assert "consent.withdrawn" not in nothing_to_stop
    assert [as_read(fact) for fact in towns[0].lane(POLICE)] == [as_read(fact) for fact in towns[1].lane(POLICE)]
