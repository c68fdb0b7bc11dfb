"""The whole service on the pipes in memory: from admitted reports to facts on its topic."""

import random

import pytest

from contracts import topics
from services.consent.app import service
from services.plumbing.memory import MemoryHub
from tests.consent.examples import (
    HOLDER,
    SITE,
    YOUTH,
    accepted,
    hours,
    monitored,
    own_care,
    referral_received,
    revoked,
    signed,
)
from tests.consent.memory import MemoryRegisters


@pytest.fixture
def hub():
    return MemoryHub([service(SITE, MemoryRegisters())], at=hours(0))


def said(hub):
    return [fact.event.name for fact in hub.facts(topics.CONSENTS)]


async def test_a_consent_is_granted_and_withdrawn(hub):
    await hub.publish(topics.REFERRALS, referral_received())
    await hub.publish(topics.ASSIGNMENTS, accepted())
    await hub.publish(topics.REPORTS, signed(), revoked())
    await hub.settle()

    assert said(hub) == ["consent.granted", "consent.withdrawn", "revocation.settled"]
    assert {fact.source for fact in hub.facts(topics.CONSENTS)} == {"/hub/consent"}
    assert not hub.parked("consent")


async def test_a_strangers_consent_is_refused_when_its_time_is_up(hub):
    await hub.publish(topics.REPORTS, own_care(by=YOUTH))
    await hub.settle()
    assert said(hub) == []

    await hub.advance(to=hub.deadlines("consent")[0].due_at)
    await hub.settle()

    assert said(hub) == ["consent.refused"]
    assert hub.facts(topics.CONSENTS)[0].event.refusal.agency == YOUTH


async def test_a_consent_that_stands_until_a_day_is_taken_back_on_that_day(hub):
    await hub.publish(topics.REFERRALS, referral_received())
    await hub.publish(topics.ASSIGNMENTS, accepted())
    await hub.publish(topics.REPORTS, monitored(irrevocable_until_at=hours(3)), revoked())
    await hub.settle()
    assert said(hub) == ["consent.granted", "consent.refused", "revocation.settled"]

    await hub.advance(to=hours(3))
    await hub.settle()

    assert said(hub) == ["consent.granted", "consent.refused", "revocation.settled", "consent.withdrawn"]


async def test_a_consent_ends_at_its_date(hub):
    await hub.publish(topics.REFERRALS, referral_received())
    await hub.publish(topics.ASSIGNMENTS, accepted())
    await hub.publish(topics.REPORTS, signed(expires_at=hours(3)))
    await hub.settle()
    await hub.advance(to=hours(3))
    await hub.settle()

    assert said(hub) == ["consent.granted", "consent.expired"]


@pytest.mark.parametrize("seed", range(10))
async def test_turns_taken_by_chance_and_pieces_read_twice_come_to_the_same(hub, seed):
    await hub.publish(topics.REFERRALS, referral_received(agency=HOLDER))
    await hub.publish(topics.ASSIGNMENTS, accepted())
    await hub.publish(topics.REPORTS, signed(), own_care(form_reference="ROI-1"), revoked(form="ROI-1"))
    await hub.settle(random.Random(seed), duplicate=0.4)

    assert said(hub).count("consent.granted") - said(hub).count("consent.withdrawn") == 1
    assert not hub.parked("consent")
