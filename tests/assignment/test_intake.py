"""A person whom an agency took on and of whom nothing more is heard is not lost unseen: the program office is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.catalogue import (
    AnswerRefused,
    AssignmentEnrolled,
    IntakeCompleted,
    IntakeOverdue,
    ParticipationEnded,
    PersonLinked,
)
from contracts.words import Door, EndReason
from tests.assignment.examples import BEGIN, RIVER, Town, after_the_fact, later, person, received, referral, town

DAY = 24 * 60
DAYS = 30
"""The town's days for an intake."""


def overdue(place: Town) -> list[IntakeOverdue]:
    return [event for event in place.events() if isinstance(event, IntakeOverdue)]


async def _accepted(**given) -> Town:
    place = Town()
    await place.refer(door=Door.COMMUNITY, **given)
    await place.passes(10)
    assert await place.accept() == RIVER
    return place


@pytest.mark.parametrize("met", [True, False])
async def test_without_an_intake_in_the_sites_days_it_is_said_once_and_nothing_is_taken_away(met):
    place = await _accepted()
    if met:
        await place.hand_off()
    await place.passes(DAYS * DAY - 1)
    assert overdue(place) == []
    await place.passes(100 * DAY)
    [said] = overdue(place)
    assert (said.referral_id, said.offer_id, said.agency) == (referral(), place.offer().offer_id, RIVER)
    assert said.due_at == later(10) + timedelta(days=DAYS)
    assert place.store.taken(RIVER) == 1
    assert [offer.agency for _, _, offer in place.store.placement(person()).live] == [RIVER]


async def test_an_intake_after_it_was_said_counts_as_ever():
    place = await _accepted()
    await place.hand_off()
    await place.passes((DAYS + 1) * DAY)
    await place.report(RIVER, IntakeCompleted(completed_on=BEGIN.date()))
    assert place.said()[-2:] == ["intake.overdue", "assignment.enrolled"]


async def test_an_intake_in_time_is_no_news():
    place = await _accepted()
    await place.hand_off()
    await place.report(RIVER, IntakeCompleted(completed_on=BEGIN.date()))
    await place.passes(2 * DAYS * DAY)
    assert overdue(place) == []


async def test_who_lost_the_person_owes_no_intake():
    place = await _accepted()
    await place.hand_off()
    await place.report(RIVER, ParticipationEnded(reason=EndReason.MOVED))
    await place.passes(2 * DAYS * DAY)
    assert overdue(place) == []


async def test_a_participant_of_the_agency_needs_no_second_intake_for_another_referral():
    place = Town()
    await place.enrol(door=Door.COMMUNITY)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    await place.accept(2, who=1)
    await place.passes(2 * DAYS * DAY)
    assert overdue(place) == []


async def test_nor_does_one_who_is_its_participant_under_another_record():
    place = Town(town(hill_house=0))
    await place.enrol(door=Door.COMMUNITY)
    await place.hear(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), who=2)
    await place.refer(2, door=Door.COMMUNITY)
    await place.accept(2)
    await place.passes(2 * DAYS * DAY)
    assert overdue(place) == []


async def test_an_intake_from_before_the_arrest_is_refused_and_one_that_is_done_anew_counts():
    place = Town()
    agency = await place.enrol(door=Door.COMMUNITY)
    await place.passes(40 * DAY)
    await place.refer(2, who=1, officer_waiting=False, referred_at=later(40 * DAY))
    await place.accept(2, who=1)
    await place.hand_off(2, who=1)
    await place.report(agency, IntakeCompleted(completed_on=BEGIN.date()), 1)
    [refused] = [one.refusal for one in place.events() if isinstance(one, AnswerRefused)]
    assert (refused.agency, refused.reason, refused.problems[0].field) == (agency, "before-the-arrest", "completed_on")
    assert "assignment.enrolled" not in place.said(2)
    await place.report(agency, IntakeCompleted(completed_on=later(41 * DAY).date()), 1)
    assert place.said(2)[-1] == "assignment.enrolled"
    assert place.last(AssignmentEnrolled).completed_on == later(41 * DAY).date()


async def test_what_an_old_intake_counts_for_it_counts_for_while_an_arrest_waits_for_its_own():
    place = Town()
    await place.refer(1, door=Door.COMMUNITY)
    agency = await place.accept()
    await place.hand_off()
    await place.refer(2, who=1, officer_waiting=False, referred_at=later(DAY))
    await place.accept(2, who=1)
    await place.report(agency, IntakeCompleted(completed_on=BEGIN.date()))
    assert ("assignment.enrolled" in place.said(1), "assignment.enrolled" in place.said(2)) == (True, False)


async def test_a_hand_off_that_was_made_by_phone_is_followed_up_as_well():
    place = Town()
    await place.hear(received(after_the_fact=after_the_fact()))
    await place.passes((DAYS + 1) * DAY)
    assert len(overdue(place)) == 1
