"""A year moved by hand on real servers: every clock fires once, also where the hub was down over it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from contracts import topics
from services.assignment.domain.evolving import ROUND
from services.sites import load_site
from tests.chaos.agencies import Agencies
from tests.chaos.world import until
from tests.journeys import year as a_year

MONTH, MONTHS = timedelta(days=30), 13


@pytest.mark.parametrize("down", [False, True], ids=["in steps", "all services stopped over it"])
async def test_every_clock_fires_once_in_a_year(fresh_hub, down):
    now = datetime.now(UTC) - timedelta(minutes=1)
    cases = a_year.cases(now)
    with fresh_hub() as folder:
        async with a_year.laid_out(folder, load_site("whatcom")) as hub:
            await hub.begin()
            agencies = Agencies(hub.platform.hub_access, cases, now, pace_seconds=0)
            agencies.cast = a_year.Answering(cases, now)
            await asyncio.to_thread(agencies.__enter__)
            try:
                await _brought_about(hub, agencies, cases, now)
                if down:
                    await hub.stop()
                    hub.ahead = MONTH * MONTHS
                    await hub.begin()
                    await _nothing_due(hub)
                else:
                    for _ in range(MONTHS):
                        hub.ahead += MONTH
                        await _nothing_due(hub)
                await _each_fired_once(agencies, cases)
            finally:
                await asyncio.to_thread(agencies.__exit__, None, None, None)


async def _brought_about(hub, agencies, cases, now):
    """All that is to be waited for is set, and what is answered in time is answered."""
    consents = cases[6]
    await _until(agencies, lambda: len(_of(agencies, topics.CONSENTS, "consent.granted")) == 3)
    await _until(agencies, lambda: len(_of(agencies, topics.ASSIGNMENTS, "assignment.enrolled")) == 2)
    person = _person(agencies, consents)
    (holder,) = {one.event.agency for one in _of(agencies, topics.ASSIGNMENTS, "assignment.accepted")
                 if one.subject == person}  # fmt: skip
    stranger = a_year.YOUTH if holder != a_year.YOUTH else "opportunity-council"
    assert stranger == a_year.YOUTH
    await _until(agencies, lambda: any(
        one.event.name == "onward.offered" for one in list(agencies.cast.heard.values())))  # fmt: skip
    agencies._send(a_year.strangers_consent(hub, consents, person, now))
    agencies._send(a_year.taken_back(hub, consents, person, holder))
    wanted = set(a_year.KINDS) - {("assignment", ROUND)}
    for _ in range(600):
        if await hub.kinds_set() >= wanted:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(wanted - await hub.kinds_set())


async def _nothing_due(hub):
    """Everything that is due was reached, and what it led to, too."""
    quiet = 0
    for _ in range(900):
        quiet = 0 if await hub.due() or await hub.waits() else quiet + 1
        if quiet == 10:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(await hub.due())


async def _each_fired_once(agencies, cases):
    reached = agencies.facts(topics.DEADLINES)
    assert {(one.event.service, one.event.deadline) for one in reached} == set(a_year.KINDS)
    told = Counter((one.event.service, one.event.deadline, one.event.reference, one.event.due_at) for one in reached)
    assert [one for one, times in told.items() if times > 1] == []
    silent, nobody_comes, no_intake, in_time, undecided, of_age, consents = (_person(agencies, one) for one in cases)

    def of(topic, name, whose):
        return [one for one in _of(agencies, topic, name) if one.subject == whose]

    lapsed = Counter(one.event.offer_id for one in of(topics.ASSIGNMENTS, "assignment.lapsed", silent))
    offered = [one.event.offer_id for one in of(topics.ASSIGNMENTS, "assignment.offered", silent)]
    assert lapsed == Counter(offered[:-1])
    came = [one.event.offer_id for one in of(topics.ASSIGNMENTS, "assignment.accepted", nobody_comes)]
    awaited = Counter(one.event.offer_id for one in of(topics.ASSIGNMENTS, "arrival.awaited", nobody_comes))
    gone = of(topics.ASSIGNMENTS, "assignment.lapsed", nobody_comes)
    assert awaited == Counter(came) == Counter(one.event.offer_id for one in gone if one.event.after_acceptance)
    for answered in (no_intake, in_time, of_age, consents):
        assert of(topics.ASSIGNMENTS, "assignment.lapsed", answered) == []
        assert of(topics.ASSIGNMENTS, "arrival.awaited", answered) == []
    assert len(of(topics.ASSIGNMENTS, "intake.overdue", no_intake)) == 1
    assert of(topics.ASSIGNMENTS, "intake.overdue", in_time) == []
    (decided,) = of(topics.SCREENINGS, "review.decided", undecided)
    assert decided.event.by == "site-default"
    assert len(of(topics.REFERRALS, "referral.erased", of_age)) == 1
    assert of(topics.REFERRALS, "referral.erased", in_time) == []
    assert len(of(topics.CONSENTS, "consent.expired", consents)) == 1
    refused = [one.event.refusal.reason for one in of(topics.CONSENTS, "consent.refused", consents)]
    assert refused == ["no-relation"]
    again = Counter(one.event.reference for one in reached if one.event.deadline == "recall")
    times = load_site("whatcom").clocks.recall_times
    assert len({one.partition("/")[0] for one in again}) * times == len(again)


def _of(agencies, topic, name):
    return list({one.id: one for one in agencies.facts(topic) if one.event.name == name}.values())


def _person(agencies, case):
    begun = _of(agencies, topics.REFERRALS, "referral.received")
    return next(one.subject for one in begun if (one.envelope.causation_id or "").startswith(f"{case.tag}-"))


async def _until(agencies, true):
    await asyncio.to_thread(until, true, lambda: str(sorted(agencies.cast.said)))
