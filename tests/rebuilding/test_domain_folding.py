"""A rebuild folds and says nothing; the log is merged by time; what means the same is no difference."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections import deque
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import topics
from services.local import rebuilds
from services.plumbing.arrivals import Arrival
from services.plumbing.fold import fold
from services.plumbing.rebuilding.comparing import Alike, _note
from services.plumbing.rebuilding.plan import Kept, meaning
from services.plumbing.rebuilding.reading import _Merge
from services.plumbing.roles import renamed
from services.plumbing.service import Loaded
from tests.intake.examples import KEYS
from tests.journeys.test_in_memory_pretrial import SITE, Case


@pytest.fixture(scope="module")
def walked():
    """A court pretrial diversion, played from the motion to the dismissal."""
    case = Case()

    async def played():
        await case.begins()
        await case.walks(*range(6))

    asyncio.run(played())
    assert case.hub.parked() == []
    return case


def folded(plan, facts):
    """What a rebuild makes of these facts, which its service had handled."""
    service = plan.folding
    heard = [fact for fact in facts if type(fact.event) in service.hears and service.key(fact) is not None]
    arrivals = [Arrival(None, b"", fact, service.key(fact), (service.key(fact),)) for fact in heard]
    return fold(service, Loaded({}, None), arrivals, blocked=set(), condemned={})


@pytest.mark.parametrize("name", ["eligibility", "consent", "charges", "pretrial", "notification", "console"])
def test_a_fold_of_the_past_says_nothing_sets_no_deadline_and_fails_at_nothing(walked, name):
    plan = rebuilds.plan(name, SITE, KEYS)
    found = folded(plan, [fact for topic in plan.topics for fact in walked.hub.hub.facts(topic)])
    assert found.handled > 0
    assert (found.sent, found.deadlines, found.parked) == ([], [], [])
    assert bool(found.rows) == (name == "console")


def test_a_road_through_the_court_is_rebuilt_from_what_was_heard_and_said(walked):
    plan = rebuilds.plan("pretrial", SITE, KEYS)
    kept = walked.hub.hub._readings["pretrial"].service.store.kept
    read = plan.kept["roads"].read["state"]
    facts = [fact for topic in reversed(plan.topics) for fact in walked.hub.hub.facts(topic)]
    assert folded(plan, facts).changed == {person: read(text) for person, text in kept.items()}
    assert kept
    own = [fact for fact in facts if fact.source == "/hub/pretrial"]
    assert own
    # Its own words are part of it: without them it would be another.
    assert folded(plan, [fact for fact in facts if fact not in own]).changed != folded(plan, facts).changed


@given(
    partitions=st.lists(st.lists(st.integers(0, 5)), max_size=5),
    portions=st.lists(st.integers(1, 4), min_size=1),
    begun=st.lists(st.integers(0, 3), min_size=5, max_size=5),
)
def test_the_log_is_merged_by_time_each_partition_in_its_own_order_whatever_comes_at_once(partitions, portions, begun):
    lanes, at, ends = {}, {}, {}
    for number, steps in enumerate(partitions):
        place, moment, records = (topics.REPORTS, number), 0, []
        for offset, step in enumerate(steps, start=begun[number]):
            moment += step
            records.append(SimpleNamespace(timestamp=moment, offset=offset, place=place))
        lanes[place], at[place], ends[place] = deque(records), begun[number], begun[number] + len(steps)
    whole = [one for lane in lanes.values() for one in lane]
    merge = _Merge({place: at[place] for place in at if at[place] < ends[place]}, ends)
    found, turn = [], 0
    while not merge.over:
        for place in merge.hungry:
            count = portions[turn % len(portions)]
            turn += 1
            merge.feed(place, [lanes[place].popleft() for _ in range(min(count, len(lanes[place])))])
        while (record := merge.next()) is not None:
            found.append(record)
    assert [one.timestamp for one in found] == sorted(one.timestamp for one in whole)
    for place in lanes:
        assert [one.offset for one in found if one.place == place] == list(range(at[place], ends[place]))
        assert merge.taken_until.get(place, ends[place]) == ends[place]


def test_a_partition_whose_last_records_are_none_of_ours_ends_where_kafka_says():
    merge = _Merge({("hub.reports", 0): 3}, {("hub.reports", 0): 5})
    assert merge.next() is None
    merge.reached(("hub.reports", 0), 4)
    assert not merge.over
    merge.reached(("hub.reports", 0), 5)
    assert merge.over
    assert merge.taken_until == {("hub.reports", 0): 5}


@pytest.mark.parametrize(
    ("live", "beside", "counted"),
    [
        ('{"a": 1, "b": [2]}', '{"b": [2], "a": 1}', (1, 0)),
        ('{"a": 1}', '{"a": 2}', (0, 1)),
        ("no JSON", '{"a": 2}', (0, 1)),
    ],
)
def test_what_means_the_same_is_counted_apart_and_what_does_not_is_named(live, beside, counted):
    found, kept = Alike("files"), Kept(("person",), read={"state": meaning})
    _note(found, "files", kept, ["state", "waiting"], (False, False, "per-1", live, beside, "1", "1"))
    assert (found.written_otherwise, found.different) == counted
    assert [(one.row, one.columns) for one in found.named] == [("per-1", ("state",))] * counted[1]


def test_a_column_that_nobody_reads_has_to_be_the_same_to_the_letter():
    found = Alike("files")
    _note(found, "files", Kept(("person",)), ["state"], (False, False, "per-1", '{"a": 1}', '{"a":1}'))
    assert found.different == 1


def test_the_roles_of_what_is_rebuilt_are_those_of_the_service_at_its_own_site():
    sql = "GRANT SELECT ON dockets TO hub_status"
    assert renamed(sql, "hub_seattle_charges", "charges_rebuilt") == renamed(sql, "hub_seattle_charges", "charges")
    assert "hub_seattle_status" in renamed(sql, "hub_seattle_charges", "charges_rebuilt")
    assert renamed(sql, "hub_charges", "charges_rebuilt") == sql


@pytest.mark.parametrize("name", rebuilds.possible())
def test_a_store_names_its_tables_and_leaves_the_schema_to_the_connection(name):
    plan = rebuilds.plan(name, SITE, KEYS)
    written = inspect.getsource(inspect.getmodule(type(plan.service.store)))
    assert not re.search(rf"\b{name}\.({'|'.join([*plan.kept, *plan.moved, *rebuilds.PIPES])})\b", written)
