"""After the intake: pause and return, the end and the way back, what people got; and nobody ends it for compliance."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from contracts.catalogue import (
    AnswerRefused,
    AssignmentEnded,
    AssignmentPaused,
    AssignmentReopened,
    AssignmentResumed,
    NeedMet,
    NeedRecorded,
    OfferAccepted,
    ParticipationEnded,
    ParticipationPaused,
    ParticipationReopened,
    ParticipationResumed,
    PersonDeclined,
    TransferOffered,
    TransferRequested,
)
from contracts.relationship import PauseReason, TransferReason
from contracts.words import Door, EndReason, HelpType
from services.sites.relationship import Pause, Relationship
from tests.assignment.examples import HILL, RIVER, Town, erased, person, referral, town

PAUSE, RESUME = ParticipationPaused(reason=PauseReason.HOSPITAL), ParticipationResumed()
COME_BACK = ParticipationReopened(person_agreed=True)


def where_a_pause_frees_the_place(**places):
    return town(**places).model_copy(update={"relationship": Relationship(pause=Pause(place="freed"))})


async def test_who_is_away_for_a_while_keeps_the_place_unless_the_site_says_otherwise():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, PAUSE)
    assert (place.last(AssignmentPaused).reason, place.last(AssignmentPaused).place_freed) == ("hospital", False)
    assert place.store.taken(agency) == 1
    await place.report(agency, RESUME)
    assert place.last(AssignmentResumed).place_taken is False
    assert place.store.taken(agency) == 1


async def test_where_the_site_says_so_a_place_is_somebody_elses_meanwhile_and_the_participant_comes_back_all_the_same():
    place = Town(where_a_pause_frees_the_place(river_house=1, hill_house=0))
    agency = await place.enrol()
    await place.refer(2, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.waitlisted"]
    await place.report(agency, PAUSE)
    assert place.offer(2).agency == agency
    await place.accept(2)
    await place.report(agency, RESUME)
    assert place.store.taken(agency) == 2
    await place.report(agency, ParticipationEnded(reason=EndReason.GOALS_MET))
    assert place.store.taken(agency) == 1


async def test_to_pause_or_resume_twice_changes_nothing():
    place = Town(where_a_pause_frees_the_place())
    agency = await place.enrol()
    for event in (PAUSE, PAUSE, RESUME, RESUME, PAUSE):
        await place.report(agency, event)
    assert place.said()[-3:] == ["assignment.paused", "assignment.resumed", "assignment.paused"]
    assert place.last(AssignmentPaused).number == 2
    assert place.store.taken(agency) == 0
    assert place.store.placement(person()).enrolled_with == (agency,)


async def test_who_ends_while_away_gives_back_no_second_place():
    place = Town(where_a_pause_frees_the_place())
    agency = await place.enrol()
    await place.refer(2, door=Door.COMMUNITY)
    await place.accept(2)
    taken = place.store.taken(agency)
    await place.report(agency, PAUSE)
    await place.report(agency, ParticipationEnded(reason=EndReason.MOVED))
    assert place.store.taken(agency) == taken - 1


def _counted(place: Town, agency: str) -> int:
    """How many places are taken by what is kept of everybody, whatever was counted on the way."""
    return sum(agency in set(one.places) for one in place.store.placements().values())


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("how", ["ended", "transferred", "erased", "resumed"])
async def test_places_are_counted_right_where_who_is_away_has_a_second_referral(how, accepted):
    place = Town(where_a_pause_frees_the_place(river_house=4, hill_house=4))
    agency = await place.enrol()
    await place.report(agency, PAUSE)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert place.offer(2).agency == agency
    if accepted:
        await place.accept(2, who=1)
    if how == "ended":
        await place.report(agency, ParticipationEnded(reason=EndReason.MOVED))
    elif how == "erased":
        await place.hear(erased())
    elif how == "resumed":
        await place.report(agency, RESUME)
    else:
        await place.report(agency, TransferRequested(reason=TransferReason.MOVED, person_agreed=True))
        asked = place.last(TransferOffered)
        await place.report(asked.agency, OfferAccepted(offer_id=asked.offer_id))
        assert "assignment.transferred" in place.said()
        assert place.store.taken(asked.agency) == _counted(place, asked.agency)
    assert place.store.taken(agency) == _counted(place, agency)
    await place.passes(2_000)
    assert place.store.taken(agency) == _counted(place, agency)


async def test_a_referral_of_who_is_away_goes_to_their_own_case_manager():
    place = Town(where_a_pause_frees_the_place())
    agency = await place.enrol()
    await place.report(agency, PAUSE)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert place.offer(2).agency == agency


@pytest.mark.parametrize("event", [PAUSE, RESUME])
async def test_who_is_no_participant_is_not_paused(event):
    place = Town()
    await place.refer(door=Door.COMMUNITY)
    agency = await place.accept()
    await place.report(agency, event)
    assert place.last(AnswerRefused).refusal.reason == "not-a-participant"


@pytest.mark.parametrize("reason", [one for one in EndReason if one is not EndReason.DECEASED])
async def test_for_whatever_reason_it_ended_it_opens_again_as_the_person_wishes(reason):
    place = Town()
    agency = await place.enrol()
    await place.report(agency, ParticipationEnded(reason=reason))
    await place.passes(1)
    await place.report(agency, COME_BACK)
    again = place.last(AssignmentReopened)
    assert (again.agency, again.met, again.enrolled) == (agency, True, True)
    assert again.offer_id != place.last(AssignmentEnded).offer_id
    assert place.store.taken(agency) == 1
    assert place.store.placement(person()).enrolled_with == (agency,)
    await place.report(agency, COME_BACK)
    assert place.said()[-1] == "assignment.reopened"
    await place.report(agency, ParticipationEnded(reason=EndReason.GOALS_MET))
    assert place.last(AssignmentEnded).offer_id == again.offer_id
    assert place.store.taken(agency) == 0


async def _left(place: Town) -> str:
    agency = await place.enrol()
    await place.report(agency, ParticipationEnded(reason=EndReason.LOST_CONTACT))
    await place.passes(1)
    return agency


async def test_nobody_comes_back_without_their_wish():
    place = Town()
    agency = await _left(place)
    await place.report(agency, ParticipationReopened(person_agreed=False))
    assert place.last(AnswerRefused).refusal.reason == "not-reopenable"


async def test_after_the_persons_no_it_takes_a_new_referral():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, PersonDeclined())
    await place.passes(1)
    await place.report(agency, COME_BACK)
    assert place.last(AnswerRefused).refusal.reason == "not-reopenable"
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.offered"]


async def test_whom_another_agency_has_nobody_else_reopens_and_the_refusal_does_not_say_why():
    place = Town()
    agency = await _left(place)
    await place.report(agency, ParticipationReopened(person_agreed=False))
    without_a_yes = place.last(AnswerRefused).refusal
    await place.refer(2, who=1, door=Door.COMMUNITY)
    await place.decline(2, who=1)
    assert await place.accept(2, who=1) != agency
    await place.report(agency, COME_BACK)
    refusal = place.last(AnswerRefused).refusal
    assert (refusal.reason, refusal.problems) == (without_a_yes.reason, without_a_yes.problems)


async def test_of_an_erased_record_nothing_opens_again():
    place = Town()
    agency = await _left(place)
    await place.hear(erased())
    await place.report(agency, COME_BACK)
    assert place.last(AnswerRefused).refusal.reason == "not-reopenable"


async def test_what_people_got_is_kept_with_the_help_and_nothing_more():
    place = Town()
    agency = await place.enrol()
    for help_type in (HelpType.MEAL, HelpType.SHELTER, HelpType.CLOTHING):
        await place.report(agency, NeedMet(help_type=help_type))
    recorded = [one for one in place.events() if isinstance(one, NeedRecorded)]
    assert [one.help_type for one in recorded] == ["meal", "shelter", "clothing"]
    assert {(one.agency, one.referral_id) for one in recorded} == {(agency, referral())}
    other = RIVER if agency == HILL else HILL
    await place.report(other, NeedMet(help_type=HelpType.MEAL))
    assert place.last(AnswerRefused).refusal.reason == "unknown-person"


def test_no_code_of_the_hub_ends_anything_for_compliance():
    """An end has a reason of its own list, which knows none for it; and what a site asks is read to be shown alone."""
    for_it = {"compliance", "abstinence", "non_compliance", "noncompliance", "progress", "condition", "conditions"}
    assert not {one.value for one in EndReason} & for_it
    services = Path(__file__).parents[2] / "services"
    readers = {
        file.relative_to(services).parts[0]
        for file in services.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in for_it
    }
    assert readers <= {"sites", "notification", "commands", "console"}
