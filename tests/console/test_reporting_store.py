"""The referrals of a quarter are found in the timeline, and what was erased is not."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contracts.catalogue import ReferralErased
from services.console.app import service
from services.console.domain import key
from services.console.store.reporting import journeys_between
from services.plumbing.arrivals import Arrival
from services.plumbing.batch import work
from services.plumbing.memory import MemoryTables
from services.reporting.quarters import Quarter
from services.sites import load_site
from tests.console import examples as x

ZONE = "America/Los_Angeles"
FIRST = Quarter(2026, 1)


async def handled(conn, *facts):
    """Handle the facts as one batch, in the transaction of this connection."""
    arrivals = [Arrival(None, b"", fact, key(fact), (key(fact),)) for fact in facts]
    await work(service(load_site("whatcom")), MemoryTables(), conn, arrivals, condemned={})


def referred(number, at):
    fact = x.referral_received()
    event = fact.event.model_copy(update={"referral_id": f"ref-{number:032x}", "referred_at": at})
    return type(fact)(event, fact.envelope._replace(id=f"received-{number}"))


async def test_a_quarter_has_the_referrals_that_were_made_in_it_by_the_sites_clocks(conn):
    zone = ZoneInfo(ZONE)
    moments = [
        datetime(2025, 12, 31, 23, 59, tzinfo=zone), datetime(2026, 1, 1, tzinfo=zone),
        datetime(2026, 3, 31, 23, 59, 59, tzinfo=zone), datetime(2026, 4, 1, tzinfo=zone),
    ]  # fmt: skip
    for number, at in enumerate(moments):
        await handled(conn, referred(number, at))
    found = await journeys_between(conn, *FIRST.bounds(ZONE))
    assert sorted(one.sent.referred_at for one in found) == moments[1:3]


async def test_a_journey_has_all_steps_of_its_referral(conn):
    await handled(conn, *x.everything(), x.agency_said())
    (found,) = await journeys_between(conn, *FIRST.bounds(ZONE))
    assert set(found.first) == {"waitlisted", "offered", "accepted", "eligible"}


@pytest.mark.parametrize("late", [False, True])
async def test_what_was_erased_is_in_no_quarter_whatever_comes_after(conn, late):
    erased = ReferralErased(referral_id=x.REFERRAL, ground="person_request", erased_at=x.BEGIN, by="juno-operator")
    facts = [x.said(erased, after=20), *x.everything()] if late else [*x.everything(), x.said(erased, after=20)]
    for fact in facts:
        await handled(conn, fact)
    assert await journeys_between(conn, *FIRST.bounds(ZONE)) == []
