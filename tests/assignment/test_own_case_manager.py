"""A person whom an agency has already goes to their own case manager, and nobody who refers can tell."""

from __future__ import annotations

from contracts import topics
from contracts.catalogue import (
    AssignmentCancelled,
    AssignmentDirected,
    ContactAttempted,
    OfferAccepted,
    ParticipationEnded,
    PersonLinked,
    PersonUnlinked,
)
from contracts.envelope import written
from contracts.words import ClosedReason, ContactResult, Door, EndReason
from tests.assignment.examples import ANSWER, HILL, OFFICE, OUTREACH, RIVER, Town, fact, later, person, referral, town


async def test_an_enrolled_person_is_offered_to_their_own_agency_even_when_it_is_full():
    place = Town(town(river_house=0, hill_house=1))
    assert await place.enrol() == HILL
    await place.refer(2, who=1)
    assert place.offer(2).agency == HILL
    assert place.store.taken(HILL) == 1


async def test_a_linked_person_is_offered_to_their_own_agency():
    place = Town(town(river_house=0))
    assert await place.enrol() == HILL
    await place.capacity(RIVER, 5)
    await place.hear(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), who=2)
    await place.refer(2)
    assert place.offer(2).agency == HILL


async def test_an_unlinked_person_is_a_stranger_again_and_an_old_link_stays_undone():
    place = Town(town(river_house=0))
    await place.enrol()
    await place.capacity(RIVER, 5)
    link = fact(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), person(2), "/hub/intake")
    await place.hub.publish(topics.REFERRALS, link)
    await place.hub.settle()
    await place.passes(1)
    await place.hear(PersonUnlinked(other=person(1), by="ada"), who=2)
    await place.hub.publish(topics.REFERRALS, link)
    await place.refer(2)
    assert place.offer(2).agency == RIVER


async def test_to_whoever_refers_an_enrolled_person_looks_like_a_newcomer():
    """Same kinds, same order, same size; only ids and the agency differ, and those police never hear."""
    shapes = []
    for known in (True, False):
        place = Town(town(river_house=0, hill_house=9))
        if known:
            await place.enrol()
        await place.refer(2, who=1 if known else 2)
        await place.accept(2, who=1 if known else 2)
        await place.hand_off(2, who=1 if known else 2)
        facts = [one for one in place.hub.facts(topics.ASSIGNMENTS) if "0" * 30 + "02" in str(one.event)]
        shapes.append([(one.event.name, len(written(one)[0])) for one in facts])
    assert shapes[0] == shapes[1]


async def test_when_the_own_agency_is_silent_and_an_officer_waits_the_others_are_asked():
    place = Town()
    assert await place.enrol() == RIVER
    await place.refer(2, who=1)
    await place.passes(ANSWER)
    assert [offer.agency for offer in place.offers(2)] == [RIVER, HILL]


async def test_when_the_own_agency_is_silent_and_nobody_waits_it_is_asked_again_the_next_day():
    place = Town()
    await place.enrol()
    await place.refer(2, who=1, door=Door.COMMUNITY)
    await place.passes(2 * OUTREACH + 1)
    assert [offer.agency for offer in place.offers(2)] == [RIVER, RIVER]
    assert place.offer(2).lapses_at == later(3 * OUTREACH)


async def _two_under_way(**given) -> Town:
    """River has declined the first referral, which is open at Hill; the second is open at River."""
    place = Town()
    await place.refer(door=Door.COMMUNITY, **given)
    assert await place.decline() == RIVER
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert (place.offer(1).agency, place.offer(2).agency) == (HILL, RIVER)
    return place


async def test_once_an_agency_has_the_person_their_other_referral_is_called_back_from_elsewhere():
    place = await _two_under_way()
    await place.accept(2, who=1)
    assert place.last(AssignmentCancelled).agency == HILL
    assert place.last(AssignmentCancelled).reason is ClosedReason.DIRECTED_ELSEWHERE
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (1, 0)
    await place.passes(OUTREACH)
    assert [offer.agency for offer in place.offers(1)] == [RIVER, HILL, RIVER]


async def test_while_an_officer_waits_the_other_agency_may_still_come():
    place = Town()
    await place.refer()
    assert await place.decline() == RIVER
    await place.refer(2, who=1, door=Door.COMMUNITY)
    await place.report(RIVER, OfferAccepted(offer_id=place.offer(2).offer_id))
    assert "assignment.cancelled" not in place.said()


async def test_a_link_to_somebody_whom_another_agency_has_calls_the_offer_back():
    place = Town(town(river_house=0))
    assert await place.enrol() == HILL
    await place.capacity(RIVER, 5)
    await place.refer(2, door=Door.COMMUNITY)
    assert place.offer(2).agency == RIVER
    await place.hear(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), who=2)
    assert [offer.agency for offer in place.offers(2)] == [RIVER, HILL]
    assert place.store.taken(RIVER) == 0


async def test_an_operators_direction_is_not_called_back_for_the_own_case_manager():
    place = Town()
    assert await place.enrol() == RIVER
    await place.refer(2, who=1, door=Door.COMMUNITY)
    direction = AssignmentDirected(referral_id=referral(2), person=person(), agency=HILL, operator="ada")
    await place.report(OFFICE, direction)
    await place.report(RIVER, ContactAttempted(result=ContactResult.CONTACTED))
    assert place.offer(2).agency == HILL
    assert place.said()[-2:] == ["assignment.cancelled", "assignment.offered"]


async def _known_by_another_record() -> Town:
    """Hill has one of its two places left; its participant is referred anew under another record, and accepted."""
    place = Town(town(river_house=0, hill_house=2))
    assert await place.enrol() == HILL
    await place.hear(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), who=2)
    await place.refer(2, door=Door.COMMUNITY)
    assert await place.accept(2) == HILL
    return place


async def test_who_is_a_participant_under_another_record_takes_no_second_place():
    place = await _known_by_another_record()
    assert place.store.taken(HILL) == 1
    await place.refer(3, door=Door.COMMUNITY)
    assert place.offer(3).agency == HILL


async def test_nor_does_their_leaving_free_one():
    place = await _known_by_another_record()
    await place.passes(1)
    await place.report(HILL, ParticipationEnded(reason=EndReason.MOVED), who=2)
    assert place.store.taken(HILL) == 1
    await place.report(HILL, ParticipationEnded(reason=EndReason.MOVED), who=1)
    assert place.store.taken(HILL) == 0


async def test_who_was_counted_as_one_person_and_is_two_takes_a_place_of_their_own():
    place = await _known_by_another_record()
    await place.passes(1)
    await place.hear(PersonUnlinked(other=person(1), by="ada"), who=2)
    assert place.store.taken(HILL) == 2
    await place.report(HILL, ParticipationEnded(reason=EndReason.MOVED), who=2)
    await place.report(HILL, ParticipationEnded(reason=EndReason.MOVED), who=1)
    assert place.store.taken(HILL) == 0
