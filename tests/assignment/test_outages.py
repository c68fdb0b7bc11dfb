"""After an outage an agency has the whole of its time, and an offer that nobody could see does not count as silence."""

from __future__ import annotations

import pytest

from contracts.catalogue import AgencySuspended, AssignmentCancelled, AssignmentLapsed
from contracts.words import ClosedReason, Door
from tests.assignment.examples import ANSWER, HILL, OFFICE, OUTREACH, RIVER, Town, later, received, screened, town

AWAY = 20
"""For so many minutes assignment read nothing."""


async def _after_an_outage(place: Town, minutes: float = AWAY, **given) -> None:
    await place.unread(received(**given))
    await place.unread(screened())
    place.hub.at = later(minutes)
    await place.passes(0)


async def test_an_offer_that_was_out_of_time_when_it_was_made_is_made_again_with_a_new_clock():
    place = Town(town(hill_house=0))
    await _after_an_outage(place)
    assert place.said() == ["assignment.offered", "assignment.cancelled", "assignment.offered"]
    assert place.last(AssignmentCancelled).reason is ClosedReason.AMENDED
    assert [offer.agency for offer in place.offers()] == [RIVER, RIVER]
    assert place.offer().lapses_at == later(AWAY + ANSWER)
    assert place.store.taken(RIVER) == 1


async def test_the_offer_that_was_made_again_can_be_accepted_in_its_time():
    place = Town()
    await _after_an_outage(place)
    await place.passes(ANSWER - 1)
    assert await place.accept() == RIVER
    assert place.said()[-1] == "assignment.accepted"


async def test_the_offer_that_was_made_again_lapses_in_its_time_and_the_next_is_asked():
    place = Town()
    await _after_an_outage(place)
    await place.passes(ANSWER)
    assert place.said()[-2:] == ["assignment.lapsed", "assignment.offered"]
    assert place.last(AssignmentLapsed).agency == RIVER
    assert place.offer().agency == HILL


@pytest.mark.parametrize("door", [Door.COMMUNITY, Door.SOCIAL_CONTACT])
async def test_the_longer_time_is_given_anew_as_well(door):
    place = Town()
    await _after_an_outage(place, OUTREACH + 1, door=door)
    assert place.offer().lapses_at == later(2 * OUTREACH + 1)


async def test_a_short_outage_leaves_the_offer_as_it_is():
    place = Town()
    await _after_an_outage(place, ANSWER - 1)
    assert place.said() == ["assignment.offered"]


async def test_who_was_suspended_meanwhile_is_not_offered_it_again():
    place = Town()
    await place.unread(received())
    await place.unread(screened())
    place.hub.at = later(AWAY)
    await place.hub.settle()
    await place.tell(OFFICE, AgencySuspended(agency=RIVER, operator="ada"))
    await place.passes(0)
    assert place.offer().agency == HILL
