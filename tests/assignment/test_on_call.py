"""Who is on call while an officer waits: the order in which agencies are asked, a change of shift, and the alarm."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts import topics
from contracts.catalogue import (
    ArrivalAwaited,
    AssignmentAccepted,
    AssignmentCancelled,
    AssignmentClosed,
    AssignmentDeclined,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentOffered,
    AssignmentUnavailable,
    AssignmentWaitlisted,
    ContactAttempted,
    PersonAgreed,
    PersonDeclined,
)
from contracts.parts import Particulars
from contracts.words import Agreement, ContactResult, DeclineReason, Door, Verdict
from services.sites import Shift
from tests.assignment.examples import (
    ALARM,
    ANSWER,
    ARRIVAL,
    HILL,
    OFFICE,
    OUTREACH,
    POLICE,
    RIVER,
    YOUTH,
    Town,
    aged,
    decided,
    fact,
    later,
    person,
    received,
    referral,
    screened,
    town,
)

DUSK = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
"""When it strikes 20:00 in the town, in winter. BEGIN is at 01:00, in the night."""


def shift(name: str, since: str, until: str, *agencies: str, **given) -> Shift:
    usual = {"in_force_from": "2026-01-01", "agencies": agencies, "basis": "not published: invented"}
    return Shift.model_validate({"id": name, "from": since, "to": until} | usual | given)


ALWAYS = (shift("always", "00:00", "24:00", HILL),)
DAY_AND_NIGHT = (shift("days", "08:00", "20:00", RIVER), shift("nights", "20:00", "08:00", HILL))
NOBODY = shift("nights", "20:00", "08:00", nobody=True, reason="nobody drives at night")
NOBODY_AT_NIGHT = (shift("days", "08:00", "20:00", HILL), NOBODY)


def at(place: Town, moment: datetime) -> Town:
    """Put the town's clock."""
    place.hub.at = moment
    return place


def told(place: Town) -> list[tuple[str, str | None]]:
    """What assignment said, and of which agency."""
    return [(one.name, getattr(one, "agency", None)) for one in place.events()]


async def test_without_a_rota_the_nearest_is_asked_first_as_always():
    place = Town()
    await place.refer()
    assert place.offer().agency == RIVER


async def test_who_is_on_call_is_asked_first_and_then_the_others_by_distance():
    place = Town(town(*ALWAYS))
    await place.refer(particulars=aged(20))
    asked = [place.offer().agency]
    for _ in range(2):
        await place.decline()
        asked.append(place.offer().agency)
    assert asked == [HILL, RIVER, YOUTH]


async def test_the_rotas_order_goes_before_room_and_distance():
    place = Town(town(shift("always", "00:00", "24:00", YOUTH, HILL), river_house=50))
    await place.refer(particulars=aged(20))
    assert place.offer().agency == YOUTH
    await place.passes(ANSWER)
    assert place.offer().agency == HILL


async def test_who_does_not_suit_or_is_full_is_passed_over_though_on_call():
    place = Town(town(shift("always", "00:00", "24:00", YOUTH, HILL, RIVER), hill_house=0))
    await place.refer(particulars=aged(40))
    assert place.offer().agency == RIVER


async def test_where_no_officer_waits_the_rota_changes_nothing():
    place = Town(town(*ALWAYS))
    await place.refer(door=Door.COMMUNITY)
    assert place.offer().agency == RIVER


async def test_the_rota_is_that_of_the_persons_area():
    areas = {"areas": ["bellingham"]}
    others = {"areas": ["hills", "riverside"]}
    site = town(shift("here", "00:00", "24:00", YOUTH, HILL, **areas), shift("there", "00:00", "24:00", HILL, **others))
    codes = ("bellingham", "hills", "riverside")
    named = tuple(site.areas[0].model_copy(update={"code": code}) for code in codes)
    place = Town(site.model_copy(update={"areas": named}))
    await place.refer(particulars=Particulars(age=aged(20).age, area="riverside"))
    await place.refer(2, particulars=Particulars(age=aged(20).age, area="bellingham"))
    assert (place.offer(1).agency, place.offer(2).agency) == (HILL, YOUTH)


async def test_who_sets_out_from_nearer_by_is_asked_before_others_where_the_site_says_so():
    site = town()
    codes, near = ("riverside", "hills", "meadow"), {"riverside": ("meadow", "hills")}
    areas = tuple(site.areas[0].model_copy(update={"code": one, "near": near.get(one, ())}) for one in codes)
    based = {RIVER: "hills"}
    agencies = {
        slug: agency.model_copy(update={"based_in": based.get(slug), "areas": frozenset()})
        for slug, agency in site.agencies.items()
    }
    twenty = {"age": aged(20).age, "area": "riverside"}
    place = Town(site.model_copy(update={"areas": areas, "agencies": agencies}))
    await place.refer(particulars=Particulars(**twenty))
    await place.refer(2, particulars=Particulars(**twenty | {"area": "hills"}))
    assert [place.offer(1).agency, place.offer(2).agency] == [RIVER, RIVER]
    nobody_says = areas[0].model_copy(update={"near": ()})
    place = Town(site.model_copy(update={"areas": (nobody_says, *areas[1:]), "agencies": agencies}))
    await place.refer(particulars=Particulars(**twenty))
    assert place.offer(1).agency == HILL


@pytest.mark.parametrize(("before", "first"), [(1, RIVER), (0, HILL), (-1, HILL)])
async def test_the_shift_of_the_referrals_own_instant_counts(before, first):
    place = at(Town(town(*DAY_AND_NIGHT)), DUSK - timedelta(minutes=before))
    await place.refer()
    assert place.offer().agency == first


async def test_over_a_change_of_shift_whoever_has_come_on_is_asked_next():
    place = at(Town(town(*DAY_AND_NIGHT)), DUSK - timedelta(minutes=2))
    await place.refer(particulars=aged(20))
    await place.passes(ANSWER)
    assert told(place) == [
        ("assignment.offered", RIVER), ("assignment.lapsed", RIVER), ("assignment.offered", HILL),
    ]  # fmt: skip
    assert place.offer().lapses_at == DUSK - timedelta(minutes=2) + timedelta(minutes=2 * ANSWER)


async def test_an_open_offer_stays_with_whom_it_was_made_to_when_their_shift_ends():
    place = at(Town(town(*DAY_AND_NIGHT)), DUSK - timedelta(minutes=2))
    await place.refer()
    await place.passes(3)
    assert await place.accept() == RIVER
    assert told(place) == [("assignment.offered", RIVER), ("assignment.accepted", RIVER)]


async def test_a_referral_that_was_read_late_is_asked_by_the_rota_of_its_own_time():
    place = at(Town(town(*DAY_AND_NIGHT)), DUSK - timedelta(minutes=1))
    await place.unread(received())
    await place.unread(screened())
    place.hub.at = DUSK + timedelta(minutes=2)
    await place.hub.settle()
    assert place.offer().agency == RIVER


async def test_an_hour_for_which_nobody_is_on_call_is_told_to_the_officer_before_anybody_is_asked():
    place = Town(town(*NOBODY_AT_NIGHT))
    await place.refer()
    assert told(place) == [("assignment.unavailable", None), ("assignment.offered", RIVER)]
    assert place.last(AssignmentUnavailable).appointment_follows
    assert not place.offer().officer_waiting
    assert place.offer().lapses_at == later(OUTREACH)
    assert place.offer().arrive_within_minutes is None


async def test_at_another_hour_of_the_same_rota_somebody_comes():
    place = at(Town(town(*NOBODY_AT_NIGHT)), DUSK - timedelta(hours=1))
    await place.refer()
    assert told(place) == [("assignment.offered", HILL)]


async def test_when_nobody_is_on_call_by_the_time_the_next_is_asked_the_officer_is_told_at_once():
    place = at(Town(town(*NOBODY_AT_NIGHT)), DUSK - timedelta(minutes=1))
    await place.refer()
    await place.decline()
    assert place.said() == ["assignment.offered", "assignment.declined", "assignment.offered"]
    await place.passes(ANSWER)
    assert place.said()[3:] == ["assignment.lapsed", "assignment.unavailable", "assignment.waitlisted"]
    assert not place.last(AssignmentUnavailable).appointment_follows


async def test_nobody_on_call_and_no_agency_that_suits_is_no_appointment():
    site = town(*NOBODY_AT_NIGHT)
    youth = site.agencies[YOUTH].model_copy(update={"min_age": 12})
    place = Town(site.model_copy(update={"agencies": {**site.agencies, YOUTH: youth}}))
    await place.refer(particulars=aged(10))
    assert place.said() == ["assignment.unavailable", "assignment.waitlisted"]
    assert not place.last(AssignmentUnavailable).appointment_follows


async def test_nobody_on_call_and_no_place_free_waits_for_the_appointment_until_a_place_is_free():
    place = Town(town(*NOBODY_AT_NIGHT, river_house=0, hill_house=0, youth_house=0))
    await place.refer()
    assert place.said() == ["assignment.unavailable", "assignment.waitlisted"]
    assert place.last(AssignmentWaitlisted).appointment
    await place.capacity(HILL, 1)
    assert place.offer().agency == HILL


async def test_nobody_on_call_says_the_same_of_a_participant_and_of_a_newcomer():
    known, new = Town(town(*NOBODY_AT_NIGHT)), Town(town(*NOBODY_AT_NIGHT))
    at(known, DUSK - timedelta(hours=9))
    agency = await known.enrol()
    known.hub.at = new.hub.at = DUSK + timedelta(hours=1)
    await known.refer(2, who=1)
    await new.refer(2, who=1)
    assert known.said(2) == new.said(2) == ["assignment.unavailable", "assignment.offered"]
    assert known.last(AssignmentUnavailable) == new.last(AssignmentUnavailable)
    assert known.offer(2).agency == agency


async def test_an_own_case_manager_who_is_not_on_call_is_asked_after_those_who_are():
    place = at(Town(town(*DAY_AND_NIGHT)), DUSK - timedelta(hours=9))
    assert await place.enrol() == RIVER
    place.hub.at = DUSK + timedelta(hours=1)
    await place.refer(2, who=1)
    assert place.offer(2).agency == HILL
    await place.decline(2, who=1)
    assert place.offer(2).agency == RIVER


async def test_an_own_case_manager_who_is_on_call_is_asked_before_the_others():
    place = at(Town(town(shift("always", "00:00", "24:00", HILL, RIVER))), DUSK)
    await place.refer()
    await place.decline()
    assert await place.accept() == RIVER
    await place.hand_off()
    await place.refer(2, who=1)
    assert place.offer(2).agency == RIVER


async def test_near_the_end_of_the_arrival_operators_are_alarmed_and_after_it_the_next_is_asked():
    place = Town(town(*ALWAYS))
    await place.refer()
    await place.accept(arrives_in_minutes=20)
    await place.passes(ARRIVAL - ALARM - 1)
    assert place.said() == ["assignment.offered", "assignment.accepted"]
    await place.passes(1)
    assert place.events()[2:] == [
        ArrivalAwaited(referral_id=referral(), offer_id=place.offer().offer_id, agency=HILL, arrive_by=later(ARRIVAL))
    ]
    await place.passes(ALARM)
    assert [type(one) for one in place.events()[3:]] == [AssignmentLapsed, AssignmentOffered]
    assert place.offer().agency == RIVER


@pytest.mark.parametrize("how", ["contact", "hand-off", "declined", "appointment"])
async def test_nobody_is_alarmed_of_who_is_there_already_or_is_not_awaited_any_more(how):
    place = Town()
    await place.refer()
    agency = await place.accept(**({"appointment_at": later(600)} if how == "appointment" else {}))
    if how == "contact":
        await place.report(agency, ContactAttempted(result=ContactResult.CONTACTED))
    elif how == "hand-off":
        await place.hand_off()
    elif how == "declined":
        await place.decline(reason=DeclineReason.NO_ROOM)
    await place.passes(ARRIVAL - 1)
    assert "arrival.awaited" not in place.said()


async def test_a_telephone_call_is_no_arrival():
    place = Town()
    await place.refer()
    agency = await place.accept()
    await place.report(agency, ContactAttempted(result=ContactResult.CONTACTED, mode="phone"))
    await place.passes(ARRIVAL - ALARM)
    assert place.said()[-1] == "arrival.awaited"


async def test_a_site_without_the_clock_has_no_alarm():
    site = town()
    clocks = site.clocks.model_copy(update={"arrival_alarm_minutes": None})
    place = Town(site.model_copy(update={"clocks": clocks}))
    await place.refer()
    await place.accept()
    await place.passes(ARRIVAL)
    assert "arrival.awaited" not in place.said()


@pytest.mark.parametrize("by_review", [True, False])
async def test_when_the_person_says_no_to_who_was_to_come_the_officer_hears_to_go_on_as_usual(by_review):
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW if by_review else Verdict.ELIGIBLE))
    if by_review:
        await place.hear(decided())
    agency = await place.accept()
    await place.report(agency, ContactAttempted(result=ContactResult.CONTACTED))
    await place.report(agency, PersonDeclined())
    assert [type(one) for one in place.events()][2:] == [AssignmentCancelled, AssignmentUnavailable, AssignmentClosed]
    assert not place.last(AssignmentUnavailable).appointment_follows
    await place.passes(ARRIVAL)
    assert place.said()[-1] == "assignment.closed"


@pytest.mark.parametrize("by", ["police", "office", "before"])
async def test_a_no_by_any_other_way_shows_to_no_officer(by):
    place = Town()
    await place.refer()
    if by != "before":
        await place.accept()
    await place.report(OFFICE if by == "office" else POLICE, PersonDeclined(referral_id=referral()))
    assert "assignment.unavailable" not in place.said()
    assert place.said()[-2:] == ["assignment.cancelled", "assignment.closed"]


async def test_a_no_to_a_case_manager_with_whom_an_appointment_was_made_is_not_for_the_officer_again():
    place = Town()
    await place.refer()
    agency = await place.accept(appointment_at=later(600))
    await place.report(agency, PersonDeclined())
    assert place.said().count("assignment.unavailable") == 1


async def test_a_hand_off_from_the_offer_to_the_officers_release_is_these_facts_and_no_others():
    place = Town(town(*ALWAYS))
    await place.refer()
    await place.decline()
    await place.accept()
    await place.passes(ARRIVAL - ALARM)
    await place.hand_off()
    await place.passes(ARRIVAL)
    assert [type(one) for one in place.events()] == [
        AssignmentOffered, AssignmentDeclined, AssignmentOffered, AssignmentAccepted, ArrivalAwaited,
        AssignmentHandedOff,
    ]  # fmt: skip


async def _read(seed: int, minutes: tuple[int, int, int]) -> tuple[list[str], list[type]]:
    """An arrest around the change of shift; its facts are read in any order, some twice; then nobody answers."""
    place = Town(town(*DAY_AND_NIGHT))
    began = DUSK + timedelta(minutes=minutes[0])
    moments = [began, began + timedelta(minutes=minutes[1]), began + timedelta(minutes=minutes[2])]
    undecided = received(agreement=Agreement.UNDECIDED, particulars=aged(20))
    sources = ["/hub/intake", "/hub/eligibility", f"/agencies/{POLICE}"]
    for event, source, moment in zip([undecided, screened(), PersonAgreed()], sources, moments, strict=True):
        topic = topics.REPORTS if isinstance(event, PersonAgreed) else event.topic
        await place.hub.publish(topic, fact(event, person(), source, moment))
    place.hub.at = max(moments)
    await place.hub.settle(random.Random(seed), duplicate=0.4)
    for _ in range(4):
        await place.passes(ANSWER)
    return [offer.agency for offer in place.offers()], [type(one) for one in place.events()]


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 1_000_000), some.tuples(some.integers(-8, 2), some.integers(0, 5), some.integers(0, 5)))
def test_order_and_duplication_of_the_facts_make_no_difference_to_who_is_asked(seed, minutes):
    asked, said = asyncio.run(_read(seed, minutes))
    ready = minutes[0] + max(minutes[1:])
    # Who is on call when it is ready, and when each silence ends; then the others, by distance.
    first = RIVER if ready < 0 else HILL
    assert asked == [first, HILL if first == RIVER else RIVER, YOUTH]
    assert said == [*([AssignmentOffered, AssignmentLapsed] * 3), AssignmentUnavailable, AssignmentWaitlisted]
