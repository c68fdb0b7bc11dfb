"""Help from service providers, asked by whoever has the person."""

from __future__ import annotations

import pytest

from contracts.catalogue import AnswerRefused, OnwardAnswered, OnwardAsked, OnwardClosed, OnwardRequested
from contracts.words import HelpType
from tests.assignment.examples import HILL, KITCHEN, RIVER, Town

A_MEAL = OnwardRequested(help_type=HelpType.MEAL)


async def test_the_holder_asks_and_a_provider_of_this_help_is_found():
    place = Town()
    await place.enrol()
    await place.report(RIVER, A_MEAL)
    asked = place.last(OnwardAsked)
    assert (asked.provider, asked.asked_by) == (KITCHEN, RIVER)


async def test_whoever_does_not_have_the_person_cannot_ask():
    place = Town()
    await place.enrol()
    await place.report(HILL, A_MEAL)
    assert place.last(AnswerRefused).refusal.reason == "unknown-person"


@pytest.mark.parametrize(
    "request_",
    [OnwardRequested(help_type=HelpType.HOUSING), OnwardRequested(help_type=HelpType.MEAL, to="town-police")],
)
async def test_where_nobody_gives_this_help_the_asker_hears_so(request_):
    place = Town()
    await place.enrol()
    await place.report(RIVER, request_)
    assert place.last(OnwardClosed).state == "nobody"


async def test_the_provider_answers_and_says_later_that_it_is_done():
    place = Town()
    await place.enrol()
    await place.report(RIVER, A_MEAL)
    onward_id = place.last(OnwardAsked).onward_id
    for answer in ("waitlisted", "accepted", "accepted", "fulfilled"):
        await place.report(KITCHEN, OnwardAnswered(onward_id=onward_id, answer=answer))
    states = [one.state for one in place.events() if isinstance(one, OnwardClosed)]
    assert states == ["waitlisted", "accepted", "fulfilled"]


@pytest.mark.parametrize("onward_id", [None, "onw-" + "e" * 32])
async def test_an_answer_to_what_was_not_asked_of_one_is_refused(onward_id):
    place = Town()
    await place.enrol()
    await place.report(RIVER, A_MEAL)
    answer = OnwardAnswered(onward_id=onward_id or place.last(OnwardAsked).onward_id, answer="accepted")
    await place.report(HILL, answer)
    assert place.last(AnswerRefused).refusal.reason == "unknown-offer"


async def test_an_answer_never_goes_back():
    place = Town()
    await place.enrol()
    await place.report(RIVER, A_MEAL)
    onward_id = place.last(OnwardAsked).onward_id
    for answer in ("fulfilled", "accepted"):
        await place.report(KITCHEN, OnwardAnswered(onward_id=onward_id, answer=answer))
    assert place.said()[-1] == "answer.refused"
