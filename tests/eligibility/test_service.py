"""The whole service in the hub in memory: what is heard on topics, what is said on them, and time moved by hand."""

import random

import pytest

from contracts import topics
from contracts.words import Verdict
from services.eligibility.app import service
from services.plumbing.memory import MemoryHub
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    BEGIN,
    NOT_WEIGHED,
    PERSON,
    POSSESSION,
    WHATCOM,
    answered,
    arrest,
    corrected,
    fact,
    retracted,
    run_out,
)
from tests.eligibility.memory import MemoryPersonFiles

UNWEIGHED = arrest(POSSESSION, drugs=(NOT_WEIGHED,))


async def hub_with(*referrals, store=None) -> MemoryHub:
    hub = MemoryHub([service(WHATCOM, store or MemoryPersonFiles())], at=BEGIN)
    await hub.publish(topics.REFERRALS, *(fact(event, id=f"referral-{n}") for n, event in enumerate(referrals)))
    await hub.settle()
    return hub


def said(hub: MemoryHub) -> list[str]:
    return [one.event.name for one in hub.facts(topics.SCREENINGS)]


async def test_a_referral_is_screened_under_its_person_and_cause():
    hub = await hub_with(arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,)))
    (screening,) = hub.facts(topics.SCREENINGS)
    assert (screening.subject, screening.envelope.causation_id) == (PERSON, "referral-0")
    assert screening.event.verdict is Verdict.ELIGIBLE


async def test_nobody_answers_for_ten_minutes_and_the_default_decides():
    hub = await hub_with(UNWEIGHED)
    await hub.advance(9)
    assert said(hub) == ["screening.determined", "review.requested"]
    await hub.advance(1)
    decided = hub.facts(topics.SCREENINGS)[-1].event
    assert (decided.by, decided.verdict) == ("site-default", Verdict.PRESUMPTIVELY_INELIGIBLE)


async def test_an_answer_in_time_decides_and_the_clock_changes_nothing():
    hub = await hub_with(UNWEIGHED)
    review_id = hub.facts(topics.SCREENINGS)[-1].event.review_id
    await hub.advance(9)
    await hub.publish(topics.REPORTS, fact(answered(review_id), minutes=9))
    await hub.advance(30)
    assert said(hub) == ["screening.determined", "review.requested", "review.decided"]
    assert hub.facts(topics.SCREENINGS)[-1].event.verdict is Verdict.ELIGIBLE


async def test_a_deadline_of_another_service_is_not_heard():
    store = MemoryPersonFiles()
    hub = await hub_with(UNWEIGHED, store=store)
    review_id = hub.facts(topics.SCREENINGS)[-1].event.review_id
    other = run_out(review_id, BEGIN).model_copy(update={"service": "assignment"})
    await hub.publish(topics.DEADLINES, fact(other, minutes=10))
    await hub.settle()
    assert said(hub) == ["screening.determined", "review.requested"]


@pytest.mark.parametrize("seed", range(8))
async def test_interleaved_and_read_again_the_end_is_the_same(seed):
    plain, shuffled = MemoryPersonFiles(), MemoryPersonFiles()
    events = (UNWEIGHED, corrected(UNWEIGHED), corrected(UNWEIGHED, revision=2, officer_waiting=False), retracted())
    await hub_with(*events, store=plain)
    hub = MemoryHub([service(WHATCOM, shuffled)], at=BEGIN)
    await hub.publish(topics.REFERRALS, *(fact(event, id=f"referral-{n}") for n, event in enumerate(events)))
    await hub.settle(random.Random(seed), duplicate=0.4)  # a seed makes a failure come again
    loaded = [await one.load(None, [PERSON], []) for one in (plain, shuffled)]
    assert loaded[0].states == loaded[1].states
    assert hub.parked("eligibility") == []
