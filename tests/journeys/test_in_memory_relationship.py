"""The long relationship over every service of the hub in memory, and what each lane hears of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts import topics
from services.plumbing.pseudonyms import Pseudonyms
from tests.intake.examples import KEYS, NOW, site
from tests.journeys.cast import CASE_MANAGERS, OFFICE, POLICE, Message
from tests.journeys.test_in_memory_journeys import ARREST, names, of_kind, played


async def taken_in():
    """Somebody whom an agency has taken in after an arrest; what police heard of it is behind them."""
    hub, _ = await played(replace(of_kind("taken on"), course=("contact", "handoff", "intake")))
    (holder,) = {agency for agency in CASE_MANAGERS if hub.lane(agency)}
    assert names(hub.lane(POLICE)) == ARREST
    (person,) = {fact.subject for fact in hub.hub.facts(topics.ASSIGNMENTS)}
    return hub, holder, person


async def says(hub, agency, person, event, **data):
    message = Message(
        agency, f"{event}-{hub.hub.at.timestamp()}", event, data, Pseudonyms(KEYS.pseudonym).of(person, agency)
    )
    await hub.say(message)
    heard = await hub.advance(1)
    assert hub.parked() == []
    return heard


def consent_to(agency):
    return {
        "form_reference": f"F-{agency}"[:60], "kind": "hub_handoff", "disclosers": [OFFICE], "recipients": [agency],
        "purpose": "care_coordination", "categories": ["identity", "contact", "needs"], "signed_on": "2026-03-01",
        "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation",
    }  # fmt: skip


@pytest.mark.parametrize("consented", [True, False])
async def test_who_takes_somebody_over_learns_what_a_consent_opens_and_police_hear_nothing(consented):
    hub, holder, person = await taken_in()
    asked = await says(hub, holder, person, "transfer.requested", reason="moved", person_agreed=True)
    ((other, offer),) = asked
    assert (offer.event.name, other != holder) == ("offer.made", True)
    if consented:
        form = consent_to(other) | {"signed_on": NOW.date().isoformat()}
        assert await says(hub, holder, person, "consent.signed", **form) == []
    await hub.say(Message(other, "take-over", "offer.accepted", {"offer_id": offer.event.offer_id}, offer.subject))
    heard = await hub.settle()
    by_lane = {(to, fact.event.name) for to, fact in heard}
    made = [fact.event for to, fact in heard if fact.event.name == "assignment.made"]
    assert by_lane - {(other, "assignment.made")} == {(holder, "offer.cancelled"), (holder, "transfer.reported")}
    assert len(made) == int(consented)
    if consented:
        assert made[0].legal_name is not None
        assert made[0].allowed_by.startswith("con-")
        assert made[0].place is None
    assert names(hub.lane(POLICE)) == ARREST
    assert "consent.expired" not in names(hub.hub.facts(topics.CONSENTS))


async def test_back_after_the_end_the_agency_hears_who_it_is_again_and_police_hear_nothing():
    hub, holder, person = await taken_in()
    await says(hub, holder, person, "participation.ended", reason="lost_contact")
    heard = await says(hub, holder, person, "participation.reopened", person_agreed=True)
    assert [(to, fact.event.name) for to, fact in heard] == [(holder, "assignment.made")]
    assert names(hub.lane(POLICE)) == ARREST


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("participation.paused", {"reason": "hospital"}),
        ("need.met", {"help_type": "meal"}),
        ("contact.attempted", {"result": "in_custody", "mode": "in_person", "place": "jail"}),
        ("contact.attempted", {"result": "deceased"}),
    ],
)
async def test_of_what_comes_after_the_intake_no_lane_hears(event, data):
    hub, holder, person = await taken_in()
    assert await says(hub, holder, person, event, **data) == []


async def test_what_a_site_asks_after_the_intake_goes_to_the_case_manager_in_its_own_words_and_nowhere_else_anything():
    hub, holder, _ = await taken_in()
    made = [fact.event for fact in hub.lane(holder) if fact.event.name == "assignment.made"]
    assert made
    assert all(one.conditions == () for one in made)
    assert site().relationship.condition == ()
