"""After the acceptance: the person's own word, withdrawals, amendments, hand-off, intake, end, an operator's hand."""

from __future__ import annotations

import pytest

from contracts import topics
from contracts.catalogue import (
    AnswerRefused,
    AssignmentCancelled,
    AssignmentClosed,
    AssignmentDirected,
    AssignmentEnded,
    AssignmentEnrolled,
    ContactAttempted,
    HandoffCompleted,
    IntakeCompleted,
    ParticipationEnded,
    PersonAgreed,
    PersonDeclined,
)
from contracts.words import ClosedReason, ContactResult, Door, EndReason, Verdict
from tests.assignment.examples import (
    ARRIVAL,
    BEGIN,
    HILL,
    KITCHEN,
    OFFICE,
    POLICE,
    RIVER,
    YOUTH,
    Town,
    aged,
    corrected,
    fact,
    person,
    received,
    referral,
    retracted,
    screened,
    town,
)
from tests.journeys.agreements import MET


@pytest.mark.parametrize("accepted_first", [True, False])
async def test_a_withdrawal_reaches_whoever_holds_the_offer(accepted_first):
    place = Town()
    await place.refer()
    if accepted_first:
        await place.accept()
    await place.hear(retracted())
    assert place.said()[-2:] == ["assignment.cancelled", "assignment.closed"]
    assert place.last(AssignmentCancelled).reason is ClosedReason.WITHDRAWN_BY_SOURCE
    assert place.store.taken(RIVER) == 0
    await place.passes(ARRIVAL)
    assert place.said()[-1] == "assignment.closed"


async def test_a_withdrawal_after_the_hand_off_changes_nothing_for_the_person():
    place = Town()
    await place.enrol()
    before = place.said()
    await place.hear(retracted())
    assert place.said() == before
    assert place.store.taken(RIVER) == 1


async def test_a_withdrawal_before_anything_else_is_remembered():
    place = Town()
    await place.hear(received())
    await place.hear(retracted())
    await place.hear(screened())
    assert place.said() == ["assignment.closed"]


async def test_an_amendment_to_ineligible_takes_back_an_open_offer():
    place = Town()
    await place.refer()
    await place.passes(1)
    await place.hear(corrected())
    await place.hear(screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1))
    assert place.last(AssignmentCancelled).reason is ClosedReason.NOT_DIVERTIBLE
    assert place.said()[-1] == "assignment.closed"


async def test_an_amendment_to_ineligible_never_undoes_an_acceptance():
    place = Town()
    await place.refer()
    await place.accept()
    await place.passes(1)
    await place.hear(corrected(particulars=aged(40)))
    await place.hear(screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1))
    assert place.said() == ["assignment.offered", "assignment.accepted"]


async def test_the_persons_no_cancels_what_was_offered_and_nothing_is_offered_again():
    place = Town()
    await place.refer()
    await place.report(POLICE, PersonDeclined(referral_id=referral()))
    assert place.said()[-2:] == ["assignment.cancelled", "assignment.closed"]
    await place.report(POLICE, PersonAgreed(referral_id=referral()))
    await place.hear(screened(revision=1))
    await place.passes(5000)
    assert place.said().count("assignment.offered") == 1


async def test_the_persons_no_may_be_heard_before_the_referral():
    place = Town()
    await place.report(POLICE, PersonDeclined(referral_id=referral()))
    await place.refer()
    assert place.said() == ["assignment.closed"]


async def test_the_persons_no_ends_an_enrolment():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, PersonDeclined())
    assert (place.last(AssignmentEnded).agency, place.last(AssignmentEnded).reason) == (agency, EndReason.WITHDREW)
    assert place.store.taken(agency) == 0


@pytest.mark.parametrize("enrolled", [True, False])
async def test_once_the_person_was_met_who_referred_them_cannot_end_it_and_hears_nothing_of_it(enrolled):
    place = Town()
    await _met(place, enrolled=enrolled)
    before = place.said()
    await place.passes(1)
    await place.report(POLICE, PersonDeclined())
    await place.report(POLICE, PersonDeclined(referral_id=referral()))
    assert place.said() == before
    assert place.store.taken(RIVER) == 1


async def test_a_no_said_before_the_person_was_met_counts_although_it_is_read_after():
    place = Town()
    await place.refer()
    agency = await place.accept()
    said = fact(PersonDeclined(referral_id=referral()), person(), f"/agencies/{POLICE}", place.hub.at)
    await place.passes(1)
    await place.hand_off()
    await place.hub.publish(topics.REPORTS, said)
    await place.hub.settle()
    assert (place.last(AssignmentEnded).agency, place.last(AssignmentEnded).by) == (agency, POLICE)


async def test_who_lost_the_person_cannot_end_what_another_agency_has():
    place = Town()
    await place.refer()
    await place.accept()
    loser = await place.decline()
    await place.accept()
    keeper = await place.hand_off()
    await place.passes(1)
    await place.report(loser, PersonDeclined())
    assert "assignment.ended" not in place.said()
    assert place.store.taken(keeper) == 1


@pytest.mark.parametrize(("by_way_of", "counts"), MET)
async def test_once_the_person_was_met_their_no_counts_by_way_of_who_has_them_and_the_office(by_way_of, counts):
    place = Town()
    await place.refer()
    await place.accept()
    loser = await place.decline()
    await place.accept()
    keeper = await place.hand_off()
    await place.passes(1)
    stranger = next(one for one in (HILL, RIVER, YOUTH) if one not in {loser, keeper})
    who = {
        "who referred them": POLICE, "the program office": OFFICE, "who has them": keeper, "who lost them": loser,
        "who was never given them": stranger,
    }  # fmt: skip
    await place.report(who[by_way_of], PersonDeclined())
    assert ("assignment.ended" in place.said()) is counts


async def test_an_end_says_on_whose_word_it_came():
    for by_office in (True, False):
        place = Town()
        agency = await place.enrol()
        await place.passes(1)
        await place.report(OFFICE if by_office else agency, PersonDeclined())
        assert place.last(AssignmentEnded).by == (OFFICE if by_office else agency)


async def test_a_no_to_one_referral_leaves_the_enrolment():
    place = Town()
    agency = await place.enrol()
    await place.refer(2, who=1)
    await place.report(agency, PersonDeclined(referral_id=referral(2)), who=1)
    assert place.last(AssignmentClosed).referral_id == referral(2)
    assert "assignment.ended" not in place.said()
    assert place.store.taken(agency) == 1


async def test_a_no_from_somebody_without_a_relation_does_not_count():
    place = Town()
    await place.refer()
    await place.report(HILL, PersonDeclined())
    assert place.said() == ["assignment.offered", "answer.refused"]
    assert place.last(AnswerRefused).refusal.reason == "unknown-person"


async def test_a_later_referral_is_a_new_question():
    place = Town()
    await place.refer()
    await place.report(POLICE, PersonDeclined())
    await place.passes(60)
    await place.refer(2, who=1)
    assert place.said(2) == ["assignment.offered"]


async def _met(place: Town, *, enrolled: bool) -> None:
    if enrolled:
        await place.enrol()
        return
    await place.refer()
    await place.accept()
    await place.hand_off()


async def test_intake_and_end_follow_from_the_agency_that_has_the_person():
    place = Town()
    agency = await place.enrol()
    assert place.last(AssignmentEnrolled).completed_on == BEGIN.date()
    await place.report(agency, ParticipationEnded(reason=EndReason.GOALS_MET))
    assert place.said() == [
        "assignment.offered", "assignment.accepted", "assignment.handed_off", "assignment.enrolled", "assignment.ended",
    ]  # fmt: skip
    assert place.store.taken(agency) == 0
    assert place.last(AssignmentEnded).by == agency


@pytest.mark.parametrize(
    "event",
    [
        IntakeCompleted(completed_on=BEGIN.date()),
        ParticipationEnded(reason=EndReason.MOVED),
        ContactAttempted(result=ContactResult.NOT_FOUND),
    ],
)
async def test_a_report_without_a_relation_is_refused(event):
    place = Town()
    await place.refer()
    await place.report(HILL, event)
    assert place.last(AnswerRefused).refusal.reason == "unknown-person"
    assert place.last(AnswerRefused).refusal.agency == HILL


async def test_attempts_to_reach_the_person_are_kept():
    place = Town()
    await place.refer(door=Door.COMMUNITY)
    agency = await place.accept()
    for _ in range(3):
        await place.report(agency, ContactAttempted(result=ContactResult.NOT_FOUND))
    assert len(place.store.placement(person()).attempts) == 3
    assert place.said() == ["assignment.offered", "assignment.accepted"]


async def test_a_report_that_comes_again_changes_nothing():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, IntakeCompleted(completed_on=BEGIN.date()))
    await place.report(agency, ParticipationEnded(reason=EndReason.MOVED))
    before = place.said()
    await place.report(agency, ParticipationEnded(reason=EndReason.MOVED))
    assert place.said() == before


async def test_a_hand_off_by_somebody_else_is_refused():
    place = Town()
    await place.refer()
    await place.accept()
    await place.report(HILL, HandoffCompleted(offer_id=place.offer().offer_id))
    assert place.said()[-1] == "answer.refused"


async def test_an_operators_hand_cancels_the_open_offer_and_asks_even_who_is_full():
    place = Town(town(hill_house=0))
    await place.refer()
    await place.report(OFFICE, AssignmentDirected(referral_id=referral(), person=person(), agency=HILL, operator="ada"))
    assert place.said() == ["assignment.offered", "assignment.cancelled", "assignment.offered"]
    assert place.last(AssignmentCancelled).reason is ClosedReason.DIRECTED_ELSEWHERE
    assert place.offer().agency == HILL
    await place.accept()
    assert (place.store.taken(HILL), place.store.taken(RIVER)) == (1, 0)


async def test_an_operators_hand_takes_up_whom_nobody_came_for():
    place = Town()
    await place.refer()
    await place.passes(60)
    assert place.said()[-1] == "assignment.waitlisted"
    await place.report(OFFICE, AssignmentDirected(referral_id=referral(), person=person(), agency=HILL, operator="ada"))
    await place.accept()
    assert place.said()[-2:] == ["assignment.offered", "assignment.accepted"]


@pytest.mark.parametrize("agency", [KITCHEN, "nobody-here"])
async def test_an_operator_cannot_send_a_first_contact_to_who_gets_none(agency):
    place = Town()
    await place.refer()
    direction = AssignmentDirected(referral_id=referral(), person=person(), agency=agency, operator="ada")
    await place.report(OFFICE, direction)
    assert place.last(AnswerRefused).refusal.reason == "not-assignable"


async def test_an_operator_cannot_offer_what_screening_has_not_found_eligible():
    place = Town()
    await place.hear(received())
    await place.report(OFFICE, AssignmentDirected(referral_id=referral(), person=person(), agency=HILL, operator="ada"))
    assert place.said() == ["answer.refused"]


async def test_after_an_end_an_operator_may_direct_the_person_anew():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, ParticipationEnded(reason=EndReason.TRANSFERRED))
    await place.report(OFFICE, AssignmentDirected(referral_id=referral(), person=person(), agency=HILL, operator="ada"))
    await place.accept()
    await place.hand_off()
    assert place.said()[-4:] == [
        "assignment.ended", "assignment.offered", "assignment.accepted", "assignment.handed_off",
    ]  # fmt: skip
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (0, 1)
