"""Places, the waiting list, and what freed places do."""

from __future__ import annotations

from datetime import timedelta

from contracts import topics
from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentOffered,
    ParticipationEnded,
    PersonDeclined,
    PlaceFreed,
)
from contracts.envelope import agency_source
from contracts.words import Door, EndReason, Verdict
from tests.assignment.examples import (
    ANSWER,
    HILL,
    OFFICE,
    OUTREACH,
    POLICE,
    RIVER,
    Town,
    corrected,
    fact,
    person,
    received,
    referral,
    retracted,
    screened,
    town,
)

LEAVES = ParticipationEnded(reason=EndReason.MOVED)


async def full(*others: Door) -> Town:
    """A town with one place in all, taken by person 1; persons 2, 3, … wait by these doors."""
    place = Town(town(river_house=0, hill_house=1))
    await place.enrol(1, door=Door.COMMUNITY)
    for number, door in enumerate(others, start=2):
        await place.passes(1)
        await place.refer(number, door=door, officer_waiting=False)
    return place


async def test_a_freed_place_goes_to_whoever_waits():
    place = await full(Door.COMMUNITY)
    assert place.said(2) == ["assignment.waitlisted"]
    await place.report(HILL, LEAVES, who=1)
    assert place.said(2) == ["assignment.waitlisted", "place.freed", "assignment.offered"]
    assert place.store.waiting() == []


async def test_a_freed_place_goes_by_door_and_then_by_how_long_one_has_waited():
    place = await full(Door.COMMUNITY, Door.SOCIAL_CONTACT, Door.SOCIAL_CONTACT)
    await place.report(HILL, LEAVES, who=1)
    assert place.last(AssignmentOffered).referral_id == referral(3)


async def test_more_places_serve_as_many_as_there_are():
    place = await full(Door.COMMUNITY, Door.COMMUNITY, Door.COMMUNITY)
    await place.capacity(HILL, 3)
    assert [len(place.offers(number)) for number in (2, 3, 4)] == [1, 1, 0]
    assert place.store.taken(HILL) == 3


async def test_an_agency_that_said_no_room_is_asked_again_when_it_makes_some():
    place = Town(town(river_house=0, hill_house=1))
    await place.refer(door=Door.COMMUNITY)
    await place.decline()
    await place.passes(10)
    await place.capacity(HILL, 2)
    assert [offer.agency for offer in place.offers()] == [HILL, HILL]


async def test_saying_no_does_not_bring_the_same_person_back_at_once():
    place = Town(town(river_house=0, hill_house=1))
    await place.refer(door=Door.COMMUNITY)
    await place.decline()
    assert place.said() == ["assignment.offered", "assignment.declined", "assignment.waitlisted"]


async def test_a_lapsed_offer_frees_its_place_for_the_next_in_line():
    place = Town(town(river_house=0, hill_house=1))
    await place.refer(1, door=Door.COMMUNITY)
    await place.refer(2, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.waitlisted"]
    await place.passes(OUTREACH)
    assert place.said(1)[-1] == "assignment.waitlisted"
    assert place.said(2)[-1] == "assignment.offered"


async def test_whoever_waits_no_longer_passes_the_place_on():
    place = await full(Door.COMMUNITY, Door.COMMUNITY)
    await place.hear(retracted(2), who=2)
    await place.hear(PlaceFreed(referral_id=referral(2), agency=HILL), who=2)
    assert place.said(3) == ["assignment.waitlisted"]
    await place.report(HILL, LEAVES, who=1)
    assert place.said(3)[-1] == "assignment.offered"


async def test_a_place_that_was_told_to_somebody_who_then_leaves_goes_to_the_next():
    place = await full(Door.COMMUNITY, Door.COMMUNITY)
    await place.unread(retracted(2), who=2)
    await place.report(HILL, LEAVES, who=1)
    assert place.said(3)[-1] == "assignment.offered"
    assert place.said(2)[-1] == "assignment.closed"


async def test_a_newcomer_does_not_overtake_who_waits():
    place = await newcomer_while_a_place_frees(officer_waiting=False)
    assert place.said(2)[-1] == "assignment.offered"
    assert place.said(3) == ["assignment.waitlisted"]


async def test_a_waiting_officer_goes_first():
    place = await newcomer_while_a_place_frees(officer_waiting=True)
    assert place.said(2)[-1] == "place.freed"
    assert place.said(3) == ["assignment.offered"]


async def newcomer_while_a_place_frees(*, officer_waiting: bool) -> Town:
    """Person 2 waits, person 1 leaves, and before 2 has heard of it person 3 is referred by the same door."""
    place = await full(Door.SOCIAL_CONTACT)
    leaves = fact(LEAVES, person(1), agency_source(HILL), place.hub.at)
    await place.hub.publish(topics.REPORTS, leaves)
    place.hub.at += timedelta(seconds=1)
    await place.unread(received(3, door=Door.SOCIAL_CONTACT, officer_waiting=officer_waiting), who=3)
    await place.hear(screened(3), who=3)
    return place


async def test_a_suspended_agency_gets_no_offers_and_is_told_of_who_waits_when_it_is_back():
    place = Town(town(river_house=0))
    await place.tell(OFFICE, AgencySuspended(agency=HILL, operator="ada"))
    await place.refer(door=Door.COMMUNITY)
    assert place.said() == ["assignment.waitlisted"]
    await place.passes(10)
    await place.tell(OFFICE, AgencyResumed(agency=HILL, operator="ada"))
    assert place.said()[-1] == "assignment.offered"


async def test_an_agency_that_leaves_out_a_door_gets_no_offer_for_it():
    place = Town()
    await place.capacity(RIVER, 9, Door.COMMUNITY)
    await place.refer()
    assert place.offer().agency == HILL


async def test_an_offer_takes_a_place_until_it_is_answered():
    place = Town(town(river_house=0, hill_house=1))
    await place.refer(1)
    await place.refer(2)
    assert place.said(2) == ["assignment.unavailable", "assignment.waitlisted"]
    await place.passes(ANSWER)
    assert place.said(2)[-1] == "assignment.offered"


async def test_the_less_loaded_of_equals_is_asked_first():
    site = town()
    agencies = dict(site.agencies) | {RIVER: site.agencies[RIVER].model_copy(update={"areas": frozenset()})}
    place = Town(site.model_copy(update={"agencies": agencies}))
    await place.refer(1)
    await place.refer(2)
    assert [place.offer(number).agency for number in (1, 2)] == [HILL, RIVER]


async def test_two_referrals_of_one_person_take_one_place():
    place = Town(town(river_house=0, hill_house=1))
    await place.refer(1)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert (place.offer(2).agency, place.store.taken(HILL)) == (HILL, 1)
    await place.decline(1)
    assert place.store.taken(HILL) == 1


async def test_what_is_no_longer_eligible_leaves_the_list():
    place = await full(Door.COMMUNITY)
    await place.passes(1)
    await place.hear(corrected(2, door=Door.COMMUNITY), who=2)
    await place.hear(screened(2, Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1), who=2)
    assert (place.said(2)[-1], place.store.waiting()) == ("assignment.closed", [])


async def test_an_amendment_keeps_its_turn_on_the_list_and_is_not_listed_again():
    place = await full(Door.COMMUNITY)
    turns = place.store.waiting()
    await place.passes(1)
    await place.hear(corrected(2, door=Door.COMMUNITY), who=2)
    assert place.store.waiting() == turns
    await place.hear(screened(2, revision=1), who=2)
    assert (place.said(2), place.store.waiting()) == (["assignment.waitlisted"], turns)


async def test_a_no_while_waiting_closes_the_referral():
    place = await full(Door.COMMUNITY)
    await place.report(POLICE, PersonDeclined(), who=2)
    assert place.said(2) == ["assignment.waitlisted", "assignment.closed"]
    assert not place.store.placement(person(2)).waits(referral(2), OFFICE)
