"""The map of states: whole, reachable, drawn as it is, and walked by every case that is played."""

import re
from pathlib import Path

import pytest

from contracts.event import newest
from services.console.domain.standings import CONSENT, REFERRAL, STANDINGS, diagram, referral_after

README = Path(__file__).parents[2] / "services" / "README.md"
MAPS = pytest.mark.parametrize("states", [REFERRAL, CONSENT], ids=["referral", "consent"])


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


@pytest.mark.parametrize(("name", "states"), [("referral", REFERRAL), ("consent", CONSENT)])
def test_the_picture_is_drawn_from_the_map(name, states):
    drawn = re.search(rf"<!-- {name} -->\n```mermaid\n(.*?)\n```", README.read_text(), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == diagram(states)


def test_the_words_of_every_fact_are_in_the_map():
    assert set(STANDINGS) >= {"referral.received", "review.requested", "review.decided", "assignment.closed"}


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
