"""From one case-management agency to another: as the person agreed, blind, and nobody is lost on the way."""

from __future__ import annotations

import pytest

from contracts.catalogue import (
    AnswerRefused,
    AssignmentTransferred,
    HandoffCompleted,
    IntakeCompleted,
    IntakeOverdue,
    OfferAccepted,
    OfferDeclined,
    ParticipationEnded,
    PersonDeclined,
    TransferEnded,
    TransferOffered,
    TransferRequested,
    TransferSettled,
)
from contracts.relationship import TransferEnd, TransferReason
from contracts.words import DeclineReason, Door, EndReason
from tests.assignment.examples import BEGIN, HILL, OUTREACH, RIVER, YOUTH, Town, erased, person, referral, town

ASK = TransferRequested(reason=TransferReason.MOVED, person_agreed=True)


async def enrolled(site=None, **given) -> Town:
    place = Town(site)
    assert await place.enrol(**given) == RIVER
    return place


async def answer(place: Town, event_type, **given) -> str:
    asked = place.last(TransferOffered)
    await place.report(asked.agency, event_type(offer_id=asked.offer_id, **given))
    return asked.agency


def taken(place: Town) -> tuple[int, int]:
    return place.store.taken(RIVER), place.store.taken(HILL)


async def test_who_has_the_person_keeps_them_until_another_agency_has_accepted():
    place = await enrolled()
    await place.report(RIVER, ASK)
    assert place.last(TransferOffered).agency == HILL
    assert taken(place) == (1, 1)
    assert place.store.placement(person()).enrolled_with == (RIVER,)
    assert await answer(place, OfferAccepted) == HILL
    moved = place.last(AssignmentTransferred)
    assert (moved.agency, moved.former, moved.former_offer_id) == (HILL, RIVER, place.offer().offer_id)
    assert place.said()[-2:] == ["assignment.transferred", "transfer.settled"]
    assert taken(place) == (0, 1)
    await place.report(HILL, HandoffCompleted(offer_id=moved.offer_id))
    await place.report(HILL, IntakeCompleted(completed_on=BEGIN.date()))
    assert place.said()[-2:] == ["assignment.handed_off", "assignment.enrolled"]
    assert place.store.placement(person()).enrolled_with == (HILL,)


async def test_where_nobody_takes_the_person_on_they_stay():
    place = await enrolled()
    await place.report(RIVER, ASK)
    assert await answer(place, OfferDeclined, reason=DeclineReason.NO_ROOM) == HILL
    assert place.last(TransferEnded).how is TransferEnd.DECLINED
    assert (place.last(TransferSettled).accepted, place.last(TransferSettled).number) == (False, 1)
    assert taken(place) == (1, 0)
    await place.report(RIVER, ASK)
    await place.passes(OUTREACH)
    assert place.last(TransferEnded).how is TransferEnd.LAPSED
    assert place.last(TransferSettled).number == 2
    assert place.store.placement(person()).enrolled_with == (RIVER,)
    assert taken(place) == (1, 0)


async def test_a_late_yes_takes_nobody_away():
    place = await enrolled()
    await place.report(RIVER, ASK)
    await place.passes(OUTREACH + 1)
    await answer(place, OfferAccepted)
    assert place.last(AnswerRefused).refusal.reason == "unknown-offer"
    assert taken(place) == (1, 0)


async def test_whom_the_person_chose_is_asked_and_nobody_else():
    place = await enrolled()
    await place.report(RIVER, ASK.model_copy(update={"to": YOUTH}))
    assert place.last(TransferOffered).agency == YOUTH
    await answer(place, OfferDeclined, reason=DeclineReason.OTHER)
    assert place.said()[-2:] == ["transfer.ended", "transfer.settled"]


@pytest.mark.parametrize("to", [RIVER, "town-kitchen", "nobody-here"])
async def test_a_transfer_to_who_has_no_first_offers_comes_to_nothing(to):
    place = await enrolled()
    await place.report(RIVER, ASK.model_copy(update={"to": to}))
    assert place.said()[-1] == "transfer.settled"
    assert not place.last(TransferSettled).accepted


async def test_without_the_persons_yes_nobody_is_asked():
    place = await enrolled()
    await place.report(RIVER, ASK.model_copy(update={"person_agreed": False}))
    assert place.last(AnswerRefused).refusal.reason == "not-transferable"
    assert "transfer.offered" not in place.said()


async def test_before_the_person_was_met_there_is_nothing_to_transfer():
    place = Town()
    await place.refer(door=Door.COMMUNITY)
    agency = await place.accept()
    await place.report(agency, ASK)
    assert place.last(AnswerRefused).refusal.reason == "not-transferable"


async def test_one_transfer_is_under_way_at_a_time():
    place = await enrolled()
    await place.report(RIVER, ASK)
    await place.report(RIVER, ASK)
    assert place.last(AnswerRefused).refusal.reason == "not-transferable"
    assert taken(place) == (1, 1)


async def test_nobody_who_waits_is_overtaken():
    place = await enrolled(town(river_house=1, hill_house=0))
    await place.refer(2, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.waitlisted"]
    await place.report(RIVER, ASK)
    assert not place.last(TransferSettled).accepted


async def test_a_place_that_a_transfer_frees_goes_to_who_waits():
    place = await enrolled(town(river_house=1, hill_house=1))
    await place.report(RIVER, ASK)
    await place.refer(2, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.waitlisted"]
    await answer(place, OfferAccepted)
    assert place.offer(2).agency == RIVER


@pytest.mark.parametrize("how", ["end", "no", "erased"])
async def test_when_the_person_leaves_meanwhile_the_offer_is_taken_back_and_its_place_is_free(how):
    place = await enrolled()
    await place.report(RIVER, ASK)
    await place.passes(1)
    if how == "end":
        await place.report(RIVER, ParticipationEnded(reason=EndReason.MOVED))
    elif how == "no":
        await place.report(RIVER, PersonDeclined())
    else:
        await place.hear(erased())
    assert taken(place) == (0, 0)
    await answer(place, OfferAccepted)
    assert place.last(AnswerRefused).refusal.reason == "unknown-offer"
    assert taken(place) == (0, 0)


async def test_all_referrals_of_the_person_go_along():
    place = await enrolled()
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert await place.accept(2, who=1) == RIVER
    await place.report(RIVER, ASK)
    await answer(place, OfferAccepted)
    moved = [one for one in place.events() if isinstance(one, AssignmentTransferred)]
    assert {one.referral_id for one in moved} == {referral(1), referral(2)}
    assert sorted(one.along for one in moved) == [False, True]
    assert taken(place) == (0, 1)
    await place.report(HILL, ParticipationEnded(reason=EndReason.GOALS_MET))
    assert taken(place) == (0, 0)


async def test_who_took_somebody_over_does_not_decline_them_but_may_pass_them_on():
    place = await enrolled()
    await place.report(RIVER, ASK)
    await answer(place, OfferAccepted)
    moved = place.last(AssignmentTransferred)
    await place.report(HILL, OfferDeclined(offer_id=moved.offer_id, reason=DeclineReason.OTHER))
    assert place.last(AnswerRefused).refusal.reason == "unknown-offer"
    await place.report(HILL, ASK)
    assert place.last(TransferOffered).agency == RIVER
    await answer(place, OfferAccepted)
    assert taken(place) == (1, 0)


async def test_of_whom_a_new_agency_reports_no_intake_operators_are_told():
    place = await enrolled()
    await place.report(RIVER, ASK)
    await answer(place, OfferAccepted)
    moved = place.last(AssignmentTransferred)
    await place.passes(60 * 24 * 60)
    assert place.last(IntakeOverdue).offer_id == moved.offer_id


async def test_a_second_answer_to_the_same_transfer_changes_nothing():
    place = await enrolled()
    await place.report(RIVER, ASK)
    await answer(place, OfferAccepted)
    before = place.said()
    await answer(place, OfferAccepted)
    assert place.said() == before


async def test_nobody_answers_for_another_agency():
    place = await enrolled()
    await place.report(RIVER, ASK)
    offer_id = place.last(TransferOffered).offer_id
    for event in (OfferAccepted(offer_id=offer_id), OfferDeclined(offer_id=offer_id, reason=DeclineReason.OTHER)):
        await place.report(YOUTH, event)
        assert place.said()[-1] == "answer.refused"
    assert taken(place) == (1, 1)
