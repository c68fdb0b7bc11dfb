"""Whoever refers with an officer waiting cannot tell by the answers whether somebody has the person already."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.catalogue import (
    AgencySuspended,
    AssignmentAccepted,
    AssignmentHandedOff,
    AssignmentOffered,
    AssignmentUnavailable,
    OfferAccepted,
    ParticipationPaused,
)
from contracts.parts import AgeFact, Particulars
from contracts.relationship import PauseReason
from contracts.words import Door
from services.sites.relationship import Pause, Relationship
from tests.assignment.examples import ANSWER, HILL, OFFICE, OUTREACH, RIVER, Town, referral, town


def to_police(place: Town) -> list[tuple[str, bool]]:
    """Name what an officer hears of the second referral: who comes, who came, or that nobody does."""
    heard: list[tuple[str, bool]] = []
    gone = False
    for event in place.events():
        if getattr(event, "referral_id", None) != referral(2) or gone:
            continue
        if isinstance(event, AssignmentUnavailable):
            heard.append(("unavailable", event.appointment_follows))
            gone = True
        elif isinstance(event, AssignmentAccepted):
            heard.append(("dispatched", False))
        elif isinstance(event, AssignmentHandedOff):
            heard.append(("confirmed", False))
    return heard


async def a_town(home: str, river: int, hill: int, suspended: str | None, *, paused: bool = False) -> Town:
    """A town where person 1 is enrolled at `home`; so many places are free, and one agency may be suspended.

    `paused`: they are inactive for a while, and their place is somebody else's meanwhile.
    """
    small = town(river_house=int(home == RIVER), hill_house=int(home == HILL))
    place = Town(small.model_copy(update={"relationship": Relationship(pause=Pause(place="freed"))}))
    assert await place.enrol() == home
    if paused:
        await place.report(home, ParticipationPaused(reason=PauseReason.AWAY))
    for agency, free in ((RIVER, river), (HILL, hill)):
        await place.capacity(agency, place.store.taken(agency) + free)
    if suspended is not None:
        await place.tell(OFFICE, AgencySuspended(agency=suspended, operator="ada"))
    return place


async def answered(place: Town, who: int, course: str, area: str) -> list[tuple[str, bool]]:
    """Refer with an officer waiting; everybody who is asked accepts, or declines, or nobody says a word."""
    where = Particulars(age=AgeFact(from_years=40, to_years=40), area=area)
    await place.refer(2, who=who, particulars=where)
    for number in range(4):
        offers = place.offers(2)
        if course == "silent":
            await place.passes(ANSWER)
        elif len(offers) > number:
            if course == "decline":
                await place.decline(2, who=who)
            else:
                await place.accept(2, who)
                await place.hand_off(2, who)
                break
    return to_police(place)


FREE = some.integers(0, 2)


@settings(max_examples=120, deadline=None)
@given(
    some.sampled_from([RIVER, HILL]), FREE, FREE, some.sampled_from([None, RIVER, HILL]),
    some.sampled_from(["accept", "decline", "silent"]), some.sampled_from(["riverside", "hills"]), some.booleans(),
)  # fmt: skip
def test_an_officer_hears_the_same_of_an_enrolled_person_and_of_a_newcomer(  # one for each that differs
    home, river, hill, suspended, course, area, paused
):
    async def heard(who: int) -> list[tuple[str, bool]]:
        return await answered(await a_town(home, river, hill, suspended, paused=paused), who, course, area)

    known, new = asyncio.run(heard(1)), asyncio.run(heard(2))
    assert known == new
    assert known


@pytest.mark.parametrize("home", [RIVER, HILL])
async def test_with_everything_full_the_own_case_manager_is_asked_once_the_officer_was_told(home):
    place = await a_town(home, 0, 0, None)
    await place.refer(2, who=1)
    assert place.said(2) == ["assignment.unavailable", "assignment.offered"]
    offer = place.last(AssignmentOffered)
    assert (offer.agency, offer.officer_waiting, offer.arrive_within_minutes) == (home, False, None)
    assert place.last(AssignmentUnavailable).appointment_follows
    await place.report(home, OfferAccepted(offer_id=offer.offer_id), who=1)
    assert place.said(2)[-1] == "assignment.accepted"
    assert place.last(AssignmentAccepted).arrive_by is None


async def test_an_own_case_manager_who_is_silent_then_leaves_the_person_on_the_list_for_the_appointment():
    place = await a_town(HILL, 0, 0, None)
    await place.refer(2, who=1)
    await place.passes(OUTREACH)
    assert place.said(2)[-1] == "assignment.waitlisted"
    assert place.events()[-1].appointment


async def test_without_an_officer_the_own_case_manager_needs_no_place():
    place = await a_town(HILL, 0, 0, None)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.offered"]
