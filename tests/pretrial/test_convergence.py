"""Any order and any repetition of the same facts comes to the same roads, and to the same course of each."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from services.pretrial.domain import course_of, evolve
from tests.pretrial.examples import (
    BEGIN,
    COUNSEL,
    COURT,
    PROGRAM,
    PROSECUTOR,
    REFERRAL,
    SECOND,
    Courthouse,
    approved,
    assessed,
    called,
    completed,
    consented,
    contested,
    erased,
    fact,
    left,
    met,
    moved,
    received,
    ruled,
    site,
    updated,
)

LATER = [
    (None, received()), (None, called()), (None, met()), (COUNSEL, moved()), (PROSECUTOR, approved()),
    (PROSECUTOR, consented(yes=False)), (PROSECUTOR, consented()), (COURT, ruled("denied")), (COURT, ruled("granted")),
    (COURT, ruled("community_service", hours=20)), (PROGRAM, assessed()), (PROGRAM, assessed("housing")),
    (PROGRAM, updated(date(2026, 2, 28))), (PROGRAM, updated(date(2026, 2, 20), complies=False)),
    (PROSECUTOR, contested(date(2026, 3, 1))), (COURT, ruled("hearing_set", date(2026, 3, 3))),
    (COURT, ruled("continued", date(2026, 3, 4))), (PROGRAM, completed(on=date(2026, 3, 9))), (None, left()),
    (COURT, ruled("dismissed", date(2026, 3, 10))), (COURT, ruled("terminated", date(2026, 3, 10))),
    (None, received(SECOND)), (COUNSEL, moved(SECOND)),
]  # fmt: skip
FACTS = [fact(event, agency, BEGIN + timedelta(minutes=number), f"c-{number}")
         for number, (agency, event) in enumerate(LATER)]  # fmt: skip
GONE = fact(erased(), None, BEGIN + timedelta(days=1), "gone")


def folded(facts):
    roads = None
    for one in facts:
        roads = evolve(roads, one)
    return roads


def course(roads):
    found = course_of(roads, REFERRAL, site())
    return found.steps, found.reports, sorted(found.refusals), sorted(found.waiting), found.granted_on, found.done


@settings(deadline=None)
@given(order=st.permutations(FACTS), again=st.lists(st.sampled_from(FACTS), max_size=8))
def test_the_order_of_facts_changes_nothing(order, again):
    expected, found = folded(FACTS), folded([*order, *again])
    assert found == expected
    assert course(found) == course(expected)


@settings(deadline=None)
@given(order=st.permutations([*FACTS, GONE]))
def test_an_erasure_leaves_the_same_nothing_whenever_it_is_heard(order):
    assert REFERRAL not in folded(order).roads
    assert folded(order).gone == {REFERRAL}
    assert folded(order) == folded([GONE, *FACTS])
    assert folded(order).answers == {}


@settings(deadline=None)
@given(order=st.permutations(FACTS[3:18]))
async def test_whatever_comes_first_the_road_raises_never_and_says_no_stage_twice(order):
    place = Courthouse()
    await place.hear(received(), called(), met())
    for one in order:
        await place.hub.publish(topics.REPORTS, one)
        await place.hub.settle()
    said = [(one.name, one.model_dump_json()) for one in place.events()]
    assert len(said) == len(set(said))
