"""The map of states: whole, reachable, drawn as it is, and walked by every case that is played."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.court import PretrialStage
from contracts.event import newest
from services.console.domain.standings import (
    CHARGE,
    CHARGES,
    CONSENT,
    PRETRIAL,
    REFERRAL,
    STANDINGS,
    charge_after,
    diagram,
    pretrial_after,
    referral_after,
)
from tests.charges.examples import Stage, diverted
from tests.charges.test_domain_convergence import LATER

README = Path(__file__).parents[2] / "services" / "README.md"
MAPS = pytest.mark.parametrize("states", [REFERRAL, CHARGE, CONSENT], ids=["referral", "charge", "consent"])


@MAPS
def test_every_step_leads_to_a_state_of_the_map_by_a_fact_that_there_is(states):
    names = [state.name for state in states]
    assert len(names) == len(set(names))
    for state in states:
        assert set(state.to) <= set(names)
        assert [newest(event).name for event in state.by] == list(state.by)
    events = [event for state in states for event in state.by]
    assert len(events) == len(set(events))


def test_every_state_of_a_referral_is_reached_from_the_first_and_none_is_a_dead_end():
    reached, before = {REFERRAL[0].name}, set()
    while reached != before:
        before = set(reached)
        reached |= {there for state in REFERRAL if state.name in reached for there in state.to}
    assert reached == {state.name for state in REFERRAL}
    assert all(state.to for state in REFERRAL)


def test_nothing_after_the_intake_was_done_takes_it_back():
    assert set({state.name: state.to for state in REFERRAL}["enrolled"]) == {"paused", "transferred", "ended"}
    assert referral_after("enrolled", "assignment.closed") is None
    assert referral_after("enrolled", "assignment.offered") is None


def test_a_review_says_nothing_of_what_assignment_has_taken_up():
    assert referral_after("handed_off", "review.decided") == "handed_off"
    assert referral_after("received", "review.requested") == "in_review"


def test_a_fact_that_is_no_step_leaves_it_where_it_stands():
    assert referral_after("offered", "person.agreed") == "offered"
    assert referral_after(None, "person.agreed") is None
    assert referral_after(None, "referral.received") == "received"


@pytest.mark.parametrize(
    ("name", "states"),
    [("referral", REFERRAL), ("charge", CHARGE), ("consent", CONSENT), ("pretrial", PRETRIAL)],
)
def test_the_picture_is_drawn_from_the_map(name, states):
    drawn = re.search(rf"<!-- {name} -->\n```mermaid\n(.*?)\n```", README.read_text(), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == diagram(states)


def test_from_a_charge_that_is_not_filed_no_step_leads_anywhere():
    assert {state.name: state.to for state in CHARGE}["not_filed"] == ()
    for state in CHARGE:
        for event in state.by:
            assert charge_after("not_filed", event) == "not_filed"
    assert charge_after("lapsed", "hold.satisfied") == "not_filed"
    assert charge_after("held", "hold.unreported") == "held"


@settings(max_examples=60, deadline=None)
@given(some.lists(LATER, max_size=6))
def test_the_service_says_no_step_that_is_not_on_the_map(later):
    """Heard in the order of time, the map ends where the service has the hold."""
    stage = Stage().given(*sorted([*diverted(), *later], key=lambda fact: fact.at)).until(200)
    standing = None
    for event in stage.said:
        there = CHARGES.get(event.name, standing)
        if standing == "not_filed":
            continue  # a longer hold is said all the same, so that its office hears what it would of any other
        if standing is not None and there != standing:
            assert there in {state.name: state.to for state in CHARGE}[standing], (standing, event.name)
        standing = there
    assert standing == stage.standing()


def test_the_words_of_every_fact_are_in_the_map():
    assert set(STANDINGS) >= {"referral.received", "review.requested", "review.decided", "assignment.closed"}


def test_the_map_of_pretrial_diversion_has_every_stage_and_every_one_is_reached():
    assert [state.name for state in PRETRIAL] == [stage.value for stage in PretrialStage]
    assert {there for state in PRETRIAL for there in state.to} | {"moved"} == {state.name for state in PRETRIAL}


def test_a_stage_of_the_road_that_is_said_late_takes_no_order_of_the_court_back():
    assert pretrial_after("dismissed", "assessed") == "dismissed"
    assert pretrial_after("hearing_set", "in_services") == "in_services"
    assert pretrial_after("granted", "in_services") is None
    assert pretrial_after(None, "granted") is None
    assert pretrial_after("completed", "assessed") == "completed"


def test_a_long_relationship_goes_its_ways_on_the_map():
    ways = (
        ("enrolled", "assignment.paused", "paused"),
        ("paused", "assignment.resumed", "enrolled"),
        ("enrolled", "assignment.transferred", "transferred"),
        ("transferred", "assignment.handed_off", "handed_off"),
        ("accepted", "assignment.unlocated", "unlocated"),
        ("unlocated", "assignment.reopened", "reopened"),
        ("ended", "assignment.reopened", "reopened"),
        ("reopened", "assignment.ended", "ended"),
    )
    for before, event, after in ways:
        assert referral_after(before, event) == after
