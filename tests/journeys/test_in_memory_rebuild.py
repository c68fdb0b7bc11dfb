"""A service that is rebuilt folds the log, its own words included, decides nothing, and comes to what it had kept."""

import asyncio
import functools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from services.charges.app import service as charges
from services.charges.domain import Docket
from services.consent.app import service as consent
from services.consent.domain import Register
from services.console.app import service as console
from services.console.domain import read_file
from services.plumbing.pseudonyms import Pseudonyms
from tests.intake.examples import KEYS, NOW, site
from tests.journeys.cast import Cast, Message, caseload
from tests.journeys.memory import WholeHub

A_PROVIDER_THAT_WAS_ASKED, A_STRANGER = "sea-mar", "unity-care-nw"


async def a_day(hub):
    await hub.play(Cast(caseload(22, NOW), NOW))
    pseudonyms = Pseudonyms(KEYS.pseudonym)
    granted = [fact for fact in hub.hub.facts(topics.CONSENTS) if fact.event.name == "consent.granted"]
    for number, fact in enumerate(granted):
        agency = A_PROVIDER_THAT_WAS_ASKED if number % 2 else A_STRANGER
        message = Message(
            agency, f"stop-{number}", "consent.revoked", {"how": "verbal"}, pseudonyms.of(fact.subject, agency)
        )
        await hub.say(message)
    await hub.settle()
    assert hub.parked() == []


@functools.cache
def recorded():
    """A day of the whole hub, at whose end people take consents back: its topics, and what was kept of it."""
    hub = WholeHub(site(), KEYS, at=NOW)
    asyncio.run(a_day(hub))
    kept = {
        "consent": {person: Register.model_validate_json(text) for person, text in hub.registers.kept.items()},
        "charges": {person: Docket.model_validate_json(text) for person, text in hub.dockets.kept.items()},
        "console": {subject: read_file(text) for subject, text in hub.files.files.items()},
    }
    return hub.facts(), kept


def rebuilt(service, facts):
    """Fold the facts that the service hears and those that it said."""
    heard = {*service.hears, *(type(fact.event) for fact in facts if fact.source == f"/hub/{service.name}")}
    states = {}
    for fact in facts:
        if type(fact.event) in heard and (key := service.key(fact)) is not None:
            states[key] = service.evolve(states.get(key), fact)
    return {key: state for key, state in states.items() if state is not None}


SERVICES = {"consent": consent, "charges": charges, "console": console}


@pytest.mark.parametrize("name", SERVICES)
def test_the_log_read_topic_by_topic_gives_what_was_kept(name):
    log, kept = recorded()
    assert set(log) == set(topics.HUB_TOPICS)
    assert rebuilt(SERVICES[name](site()), [fact for topic in log.values() for fact in topic]) == kept[name]
    assert kept[name]


@pytest.mark.parametrize("name", SERVICES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_log_read_in_any_interleaving_gives_what_was_kept(name, seed):
    log, kept = recorded()
    chance, lanes, facts = random.Random(seed), [list(topic) for topic in log.values() if topic], []
    while lanes:
        lane = chance.choice(lanes)
        facts.append(lane.pop(0))
        facts += [facts[-1]] if chance.random() < 0.1 else []
        lanes = [one for one in lanes if one]
    assert rebuilt(SERVICES[name](site()), facts) == kept[name]


def test_who_tells_a_provider_to_stop_everything_stops_it_and_a_stranger_hears_that_nothing_stopped():
    said = [fact.event for fact in recorded()[0][topics.CONSENTS]]
    granted = {event.consent_id for event in said if event.name == "consent.granted"}
    assert granted
    assert {event.consent_id for event in said if event.name == "consent.withdrawn"} == granted
    assert {event.refusal.agency for event in said if event.name == "consent.refused"} == {A_STRANGER}
