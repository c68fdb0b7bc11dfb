"""What happened in time counts, also where it is read only after the hub took the offer back or let it lapse."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts import topics
from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentCancelled,
    AssignmentDirected,
    AssignmentHandedOff,
    ContactAttempted,
    HandoffCompleted,
    OfferAccepted,
)
from contracts.envelope import agency_source, service_source
from contracts.parts import AgeFact, Particulars
from contracts.words import Agreement, ClosedReason, ContactResult, Verdict
from tests.assignment.examples import (
    ARRIVAL,
    HILL,
    OFFICE,
    POLICE,
    RIVER,
    Town,
    aged,
    corrected,
    fact,
    later,
    person,
    referral,
    retracted,
    screened,
)

HILLS = Particulars(age=AgeFact(from_years=40, to_years=40), area="hills")
TAKEN_BACK = [
    pytest.param([retracted()], id="the sender withdraws"),
    pytest.param(
        [corrected(), screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1)],
        id="it is not divertible",
    ),
    pytest.param([corrected(particulars=aged(70)), screened(revision=1)], id="the terms change"),
    pytest.param([corrected(particulars=HILLS), screened(revision=1)], id="it suits no more"),
]


async def _published(place: Town, agency: str | None, event, minutes: float) -> None:
    """An agency or a service says it, admitted so many minutes after the beginning; nobody reads it yet."""
    topic = topics.REPORTS if event.topic == topics.TO_HUB else event.topic
    source = service_source("other") if agency is None else agency_source(agency)
    await place.hub.publish(topic, fact(event, person(), source, later(minutes)))


async def _read_late(place: Town, agency: str, *events, minutes: float) -> None:
    for event in events:
        await _published(place, agency, event, minutes)
    await place.hub.settle()


async def _accepted_and_withdrawn() -> Town:
    place = Town()
    await place.refer()
    assert await place.accept(appointment_at=later(60)) == RIVER
    place.hub.at = later(50)
    await place.hear(retracted())
    assert place.said()[-2:] == ["assignment.cancelled", "assignment.closed"]
    return place


def _who_has_them(place: Town) -> list[tuple[str, bool]]:
    return [(offer.agency, offer.met) for _, _, offer in place.store.placement(person()).live if offer.holds]


async def test_a_hand_off_before_the_withdrawal_stands_although_the_withdrawal_is_read_first():
    place = await _accepted_and_withdrawn()
    await _read_late(place, RIVER, HandoffCompleted(offer_id=place.offer().offer_id), minutes=10)
    assert place.said()[-2:] == ["assignment.accepted", "assignment.handed_off"]
    assert (place.last(AssignmentHandedOff).agency, place.last(AssignmentHandedOff).after_the_fact) == (RIVER, True)
    assert _who_has_them(place) == [(RIVER, True)]
    assert place.store.taken(RIVER) == 1


async def test_a_hand_off_after_the_withdrawal_is_refused():
    place = await _accepted_and_withdrawn()
    await _read_late(place, RIVER, HandoffCompleted(offer_id=place.offer().offer_id), minutes=51)
    assert place.said()[-1] == "answer.refused"
    assert place.store.taken(RIVER) == 0


async def test_a_hand_off_that_is_reported_twice_is_recorded_once():
    place = await _accepted_and_withdrawn()
    report = HandoffCompleted(offer_id=place.offer().offer_id)
    await _read_late(place, RIVER, report, report, minutes=10)
    assert place.said().count("assignment.handed_off") == 1
    assert "answer.refused" not in place.said()


async def test_who_met_the_person_keeps_them_although_an_operator_directed_them_elsewhere_meanwhile():
    place = Town()
    await place.refer()
    await place.accept()
    offer_id = place.offer().offer_id
    place.hub.at = later(20)
    direction = AssignmentDirected(referral_id=referral(), person=person(), agency=HILL, operator="ada")
    await place.report(OFFICE, direction)
    assert place.offer().agency == HILL
    await _read_late(place, RIVER, HandoffCompleted(offer_id=offer_id), minutes=10)
    assert place.last(AssignmentCancelled).agency == HILL
    assert _who_has_them(place) == [(RIVER, True)]
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (1, 0)


async def test_an_acceptance_before_the_operators_direction_does_not_undo_the_direction():
    place = Town()
    await place.refer()
    offer_id = place.offer().offer_id
    place.hub.at = later(2)
    direction = AssignmentDirected(referral_id=referral(), person=person(), agency=HILL, operator="ada")
    await place.report(OFFICE, direction)
    await _read_late(place, RIVER, OfferAccepted(offer_id=offer_id), minutes=1)
    assert place.said()[-1] == "answer.refused"


async def _answered_and(taken_back, *, answer_first: bool) -> Town:
    """Accepted after one minute, met after two, taken back after three."""
    place = Town()
    await place.refer()
    agency, offer_id = place.offer().agency, place.offer().offer_id
    answers = [(agency, OfferAccepted(offer_id=offer_id), 1), (agency, HandoffCompleted(offer_id=offer_id), 2)]
    causes = [(None, event, 3) for event in taken_back]
    place.hub.at = later(3)
    for one in answers + causes if answer_first else causes + answers:
        await _published(place, *one)
        await place.hub.settle()
    return place


@pytest.mark.parametrize("taken_back", TAKEN_BACK)
@pytest.mark.parametrize("answer_first", [True, False], ids=["read in order", "read the other way round"])
async def test_who_accepted_and_met_the_person_before_has_them_in_whichever_order_it_is_read(taken_back, answer_first):
    place = await _answered_and(taken_back, answer_first=answer_first)
    assert _who_has_them(place) == [(RIVER, True)]
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (1, 0)
    assert "answer.refused" not in place.said()


@pytest.mark.parametrize("taken_back", TAKEN_BACK[1:])
async def test_an_acceptance_before_an_amendment_counts_although_the_amendment_is_read_first(taken_back):
    place = Town()
    await place.refer()
    old = place.offer().offer_id
    place.hub.at = later(2)
    for event in taken_back:
        await place.hear(event)
    assert "assignment.cancelled" in place.said()
    await _read_late(place, RIVER, OfferAccepted(offer_id=old, arrives_in_minutes=20), minutes=1)
    assert _who_has_them(place) == [(RIVER, False)]
    assert place.last(AssignmentAccepted).arrive_by == later(1 + ARRIVAL)
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (1, 0)
    await place.report(RIVER, HandoffCompleted(offer_id=old))
    assert _who_has_them(place) == [(RIVER, True)]


async def test_an_acceptance_before_the_withdrawal_gives_nobody_a_person_whom_the_sender_took_back():
    place = Town()
    await place.refer()
    old = place.offer().offer_id
    place.hub.at = later(2)
    await place.hear(retracted())
    await _read_late(place, RIVER, OfferAccepted(offer_id=old), minutes=1)
    assert _who_has_them(place) == []
    assert place.store.taken(RIVER) == 0
    assert place.said()[-1] == "assignment.accepted"


async def test_who_came_in_time_and_reported_late_has_the_person_and_the_next_agency_is_called_back():
    place = Town()
    await place.refer()
    old = place.offer().offer_id
    await place.accept()
    await place.passes(ARRIVAL + 3)
    assert place.offer().agency == HILL
    await place.report(RIVER, HandoffCompleted(offer_id=old, arrived_at=later(ARRIVAL - 5)))
    assert place.said()[-3:] == ["assignment.cancelled", "assignment.accepted", "assignment.handed_off"]
    assert place.last(AssignmentCancelled).reason is ClosedReason.DIRECTED_ELSEWHERE
    assert place.last(AssignmentAccepted).after_the_fact
    assert place.last(AssignmentHandedOff).handed_off_at == later(ARRIVAL - 5)
    assert _who_has_them(place) == [(RIVER, True)]
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (1, 0)


async def test_who_lapsed_and_reports_that_somebody_else_met_the_person_before_is_refused():
    place = Town()
    await place.refer()
    old = place.offer().offer_id
    await place.accept()
    await place.passes(ARRIVAL + 1)
    await place.accept()
    await place.hand_off()
    await place.report(RIVER, HandoffCompleted(offer_id=old, arrived_at=later(ARRIVAL - 5)))
    assert place.said()[-1] == "answer.refused"
    assert _who_has_them(place) == [(HILL, True)]


async def test_a_person_who_said_no_meanwhile_is_not_given_back_to_who_lapsed():
    place = Town()
    await place.refer()
    old = place.offer().offer_id
    await place.accept()
    await place.passes(ARRIVAL + 1)
    await place.hear(corrected(agreement=Agreement.DECLINED))
    await place.report(RIVER, HandoffCompleted(offer_id=old))
    assert place.said()[-1] == "answer.refused"


async def test_a_hand_off_after_the_minutes_counts_where_the_clock_has_not_spoken():
    place = Town()
    await place.refer()
    await place.accept()
    place.hub.at = later(ARRIVAL + 5)
    await place.hand_off()
    await place.passes(1)
    assert place.said() == ["assignment.offered", "assignment.accepted", "assignment.handed_off"]


async def test_a_meeting_in_time_that_is_reported_before_the_clock_speaks_is_arrival():
    place = Town()
    await place.refer()
    await place.accept()
    place.hub.at = later(ARRIVAL + 5)
    await place.report(RIVER, ContactAttempted(result=ContactResult.CONTACTED, at=later(ARRIVAL - 5)))
    await place.passes(1)
    assert "assignment.lapsed" not in place.said()


async def test_nobody_meets_a_person_after_they_said_so():
    place = Town()
    await place.refer()
    await place.accept()
    await place.report(RIVER, ContactAttempted(result=ContactResult.CONTACTED, at=later(ARRIVAL + 100)))
    [attempt] = place.store.placement(person()).attempts.values()
    assert attempt.at == later(0)


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 1_000_000), some.sampled_from([one.values[0] for one in TAKEN_BACK]))
def test_answers_and_what_takes_an_offer_back_come_to_the_same_however_they_are_read(seed, taken_back):
    async def told() -> Town:
        place = Town()
        await place.refer()
        agency, offer_id = place.offer().agency, place.offer().offer_id
        place.hub.at = later(4)
        await _published(place, agency, OfferAccepted(offer_id=offer_id), 1)
        await _published(place, agency, HandoffCompleted(offer_id=offer_id), 2)
        for event in taken_back:
            await _published(place, None, event, 3)
        await place.hub.settle(random.Random(seed), duplicate=0.3)  # no secret
        return place

    place = asyncio.run(told())
    assert _who_has_them(place) == [(RIVER, True)]
    assert place.said().count("assignment.handed_off") == 1
    assert POLICE not in {getattr(event, "agency", None) for event in place.events()}
