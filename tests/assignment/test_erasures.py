"""A record that was erased: nothing of it is kept, nobody waits by it, and the place that it took is free."""

from __future__ import annotations

import pytest

from contracts.catalogue import AssignmentReleased, IntakeCompleted, PlaceFreed
from contracts.words import Door
from services.assignment.domain import Placement
from tests.assignment.examples import BEGIN, HILL, RIVER, Town, erased, person, referral, screened, town


@pytest.mark.parametrize("far", ["offered", "accepted", "handed off", "enrolled"])
async def test_the_place_is_free_however_far_it_had_come(far):
    place = Town()
    await place.refer()
    agency = place.offer().agency
    if far != "offered":
        await place.accept()
    if far in {"handed off", "enrolled"}:
        await place.hand_off()
    if far == "enrolled":
        await place.report(agency, IntakeCompleted(completed_on=BEGIN.date()))
    assert place.store.taken(agency) == 1
    await place.hear(erased())
    assert place.last(AssignmentReleased).agency == agency
    assert place.store.taken(agency) == 0
    assert place.store.placement(person()) == Placement(person(), erased=frozenset({referral()}))


async def test_whoever_waits_next_hears_of_the_place():
    place = Town(town(river_house=1, hill_house=0))
    await place.refer()
    await place.refer(2, door=Door.COMMUNITY)
    assert [one.referral_id for one in place.store.waiting()] == [referral(2)] * len(place.store.waiting())
    await place.hear(erased())
    assert place.last(PlaceFreed).referral_id == referral(2)
    assert place.offer(2).agency == RIVER


async def test_an_erased_referral_waits_no_more():
    place = Town(town(river_house=0, hill_house=0))
    await place.refer()
    assert place.store.waiting()
    await place.hear(erased())
    assert place.store.waiting() == []


async def test_what_is_said_of_it_later_begins_nothing():
    place = Town()
    await place.hear(erased())
    said = len(place.offers())
    await place.refer()
    await place.hear(screened())
    assert len(place.offers()) == said
    assert place.store.taken(HILL) == place.store.taken(RIVER) == 0


async def test_a_participant_by_another_referral_stays_one():
    place = Town()
    await place.refer()
    await place.accept()
    await place.hand_off()
    agency = place.offer().agency
    await place.report(agency, IntakeCompleted(completed_on=BEGIN.date()))
    await place.refer(2, who=1, door=Door.SOCIAL_CONTACT)
    await place.accept(2, who=1)
    assert place.store.taken(agency) == 1
    await place.hear(erased())
    assert place.store.taken(agency) == 1
    assert place.store.placement(person()).referrals.keys() == {referral(2)}
