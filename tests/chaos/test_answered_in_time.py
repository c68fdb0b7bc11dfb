"""What was answered in time has not lapsed, though the database was away past its time."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts import topics
from tests.chaos.agencies import Agencies
from tests.chaos.world import World, until
from tests.journeys.cast import caseload, tag

ARRESTS = 4


def test_an_offer_that_was_answered_in_time_does_not_lapse_though_the_hub_was_away_past_its_time(fresh_hub):
    now = datetime.now(UTC) - timedelta(minutes=1)
    taken_on = [case for case in caseload(200, now) if case.kind == "taken on"][: ARRESTS + 1]
    silent = replace(taken_on[-1], answers=("silence", "accept"))
    with fresh_hub() as folder, World(folder, minute_seconds=4.0, processes=False) as world:
        access = world.hub.platform.hub_access
        with Agencies(access, [*taken_on[:-1], silent], now, pace_seconds=0) as agencies:
            agencies.holding.set()
            offers = until(lambda: all_offers(agencies), lambda: "Not everybody was offered.")
            world.kill("postgres")
            agencies.release()
            assert all(offer.lapses_at > datetime.now(UTC) for offer in offers), "The machine is too slow for this."
            last = max(offer.lapses_at for offer in offers)
            time.sleep((last - datetime.now(UTC)).total_seconds() + 5)
            world.restart("postgres")

            until(lambda: enrolled(agencies) == ARRESTS + 1, lambda: f"{names(agencies)}")
            lapsed = [fact.subject for fact in assignments(agencies) if fact.event.name == "assignment.lapsed"]
            assert lapsed == [person(agencies, silent.tag)]


def assignments(agencies: Agencies) -> list:
    return list({fact.id: fact for fact in agencies.facts(topics.ASSIGNMENTS)}.values())


def names(agencies: Agencies) -> list[str]:
    return [fact.event.name for fact in assignments(agencies)]


def all_offers(agencies: Agencies) -> list:
    """The offers, once each of them has come on its agency's lane."""
    offers = [fact.event for fact in assignments(agencies) if fact.event.name == "assignment.offered"]
    heard = [fact for fact in list(agencies.cast.heard.values()) if fact.event.name == "offer.made"]
    return offers if len(heard) == len(offers) == ARRESTS + 1 else []


def enrolled(agencies: Agencies) -> int:
    return names(agencies).count("assignment.enrolled")


def person(agencies: Agencies, whose: str) -> str | None:
    assert whose in {tag(number) for number in range(200)}
    begun = [fact for fact in agencies.facts(topics.REFERRALS) if fact.event.name == "referral.received"]
    return next(fact.subject for fact in begun if (fact.envelope.causation_id or "").startswith(f"{whose}-"))
