"""The batch's own promises, in memory: no server is needed to see them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from contracts import topics
from contracts.assignments.place_freed import PlaceFreed
from contracts.envelope import Fact, readdressed, written
from contracts.to_hub.contact_attempted import ContactAttempted
from services.plumbing.identity import derived
from services.plumbing.memory import MemoryHub
from services.plumbing.service import Record, Said
from tests.plumbing.example import LONG, MONDAY, POISON, MemoryTallies, agreed, attempt, person, tally_service


def hub_with(store: MemoryTallies, **changes) -> MemoryHub:
    return MemoryHub([tally_service(store, **changes)], at=MONDAY)


def raw(fact: Fact, body: bytes | None, **headers: bytes | None) -> Record:
    known = dict(written(fact)[1]) | {name.replace("_", "-", 1) if name == "content_type" else name: value
                                      for name, value in headers.items()}  # fmt: skip
    return Record("", 0, 0, MONDAY, tuple(known.items()), (fact.subject or "").encode(), body)


async def test_what_is_heard_twice_counts_once():
    store = MemoryTallies()
    hub = hub_with(store)
    await hub.publish(topics.REPORTS, attempt(1), attempt(1), attempt(2))
    await hub.settle()
    await hub.publish(topics.REPORTS, attempt(2))
    await hub.settle()
    assert store.states[person(1)].count == 2
    assert len(store.rows) == 2


async def test_what_is_said_under_the_same_key_is_folded_at_once_and_never_again():
    store = MemoryTallies()
    hub = hub_with(store)
    await hub.publish(topics.REPORTS, *(attempt(number) for number in (1, 2, 3)))
    await hub.settle()
    said = hub.facts(topics.ASSIGNMENTS)
    assert [fact.subject for fact in said] == [person(1), person(1000)]
    assert store.states[person(1)].freed == (said[0].id,)
    assert store.states[person(1000)].freed == (said[1].id,)


async def test_ids_times_and_causes_follow_from_what_was_heard():
    first, second = hub_with(MemoryTallies()), hub_with(MemoryTallies())
    for hub in (first, second):
        await hub.publish(topics.REPORTS, *(attempt(number) for number in (1, 2, 3)))
        await hub.settle()
    said = first.facts(topics.ASSIGNMENTS)
    assert said == second.facts(topics.ASSIGNMENTS)
    assert len({fact.id for fact in said}) == 2
    assert {(fact.source, fact.at, fact.envelope.causation_id) for fact in said} == {
        ("/hub/tally", MONDAY, "attempt-1-3")
    }


async def test_poison_is_parked_with_its_person_and_everybody_else_goes_on():
    store = MemoryTallies()
    hub = hub_with(store)
    await hub.publish(topics.REPORTS, attempt(1), attempt(2, mode=POISON), attempt(3), attempt(1, 2))
    await hub.settle()
    await hub.publish(topics.REPORTS, attempt(4), attempt(2, 2))
    await hub.settle()
    assert store.states[person(1)].count == 1
    assert store.states[person(2)].count == 2
    assert [letter.trouble.reason for letter in hub.parked("tally")] == ["failed", "behind", "behind"]
    assert hub.parked("tally")[0].trouble.cause.startswith("KeyError at tests.plumbing.example:")


async def test_a_message_nobody_can_read_is_parked_with_its_key_and_one_nobody_hears_is_passed_over():
    hub = hub_with(store := MemoryTallies())
    newer = raw(attempt(1), b"{}", ce_dataschema=b"hub:contact.attempted/9")
    wrong = raw(attempt(1, 2), b'{"result": "no such result"}')
    unheard = raw(attempt(1, 3), b"\xff", ce_type=b"nobody.hears")
    empty = raw(attempt(1, 4), None)
    await hub.publish(topics.REPORTS, newer, wrong, unheard, empty)
    await hub.publish(topics.REPORTS, attempt(2), attempt(2, 3))
    await hub.settle()
    assert [(letter.key, letter.trouble.reason) for letter in hub.parked("tally")] == [
        (person(1), "newer-version"),
        (person(2), "invalid-data"),
        (person(4), "not-a-cloud-event"),
        (person(1), "behind"),
    ]
    assert list(store.states) == [person(3)]


async def test_a_deadline_is_reached_unless_the_answer_came_in_time():
    store = MemoryTallies()
    hub = hub_with(store)
    await hub.publish(topics.REPORTS, attempt(1), attempt(1, 2))
    await hub.advance(minutes=29)
    await hub.publish(topics.REPORTS, agreed(2, at=hub.at))
    await hub.advance(minutes=2)
    assert store.states[person(1)].lapsed
    assert not store.states[person(2)].lapsed
    assert [fact.source for fact in hub.facts(topics.DEADLINES)] == ["/hub/clock"] * 2
    assert hub.deadlines("tally") == []


async def test_a_redelivery_is_handled_again_and_once():
    store = MemoryTallies()
    hub = hub_with(store)
    again = readdressed(attempt(1), delivery="replay-1")
    await hub.publish(topics.REPORTS, attempt(1))
    await hub.publish(topics.redelivery("tally"), again, again)
    await hub.publish(topics.redelivery("other"), again)
    await hub.settle()
    assert store.states[person(1)].count == 1
    assert len(store.rows) == 1
    assert hub.inbox("tally") == {("/agencies/sample-agency", "attempt-1-1", delivery) for delivery in ("", "replay-1")}


async def test_an_id_that_comes_again_with_another_body_is_answered_once():
    store = MemoryTallies()
    hub = hub_with(store, reused=lambda fact: replace(fact, event=agreed().event))
    other = readdressed(attempt(1, note="an invented remark"))
    await hub.publish(topics.REPORTS, attempt(1), other, attempt(1), other)
    await hub.settle()
    assert store.states[person(1)].count == 1
    assert store.states[person(1)].agreed_at == MONDAY


async def test_what_grows_too_big_is_parked_with_its_cause_and_nothing_of_it_goes_out():
    store = MemoryTallies()
    hub = MemoryHub([tally_service(store)], at=MONDAY, most_bytes=10_000)
    await hub.publish(topics.REPORTS, attempt(1, mode=LONG, note="x" * 20_000), attempt(1, 2))
    await hub.settle()
    assert len(hub.facts(topics.REPORTS)) == 2
    assert store.states[person(2)].count == 1
    assert [letter.trouble.reason for letter in hub.parked("tally")] == ["oversize"]


@pytest.mark.parametrize("seed", range(25))
async def test_any_interleaving_and_any_reading_again_comes_to_the_same(seed: int):
    orderly, mixed = MemoryTallies(), MemoryTallies()
    facts = [attempt(number, subject) for subject in (1, 2, 3) for number in (1, 2, 3, 4)] + [agreed(1), agreed(3)]
    for store, shuffle in ((orderly, None), (mixed, random.Random(seed))):  # no secret
        hub = hub_with(store)
        await hub.publish(topics.REPORTS, *facts)
        await hub.settle(shuffle, duplicate=0.3 if shuffle else 0)
        await hub.advance(minutes=31)
    assert orderly.states == mixed.states


async def test_a_fact_that_changes_nothing_leaves_nothing_to_save():
    store = MemoryTallies()
    hub = hub_with(store, evolve=lambda tally, _fact: tally)
    await hub.publish(topics.REPORTS, attempt(1), attempt(2))
    await hub.settle()
    assert store.states == {}
    assert (len(hub.inbox("tally")), hub.parked("tally")) == (2, [])


async def test_what_changes_the_state_of_somebody_else_whom_the_batch_has_loaded_is_folded_at_once_and_never_again():
    def to_the_other(before, after, fact, shared):
        if isinstance(fact.event, ContactAttempted):
            yield Said(PlaceFreed(referral_id=derived("ref-", fact.id), agency="sample-agency"), state=person(2))

    store = MemoryTallies()
    hub = hub_with(store, decide=to_the_other)
    await hub.publish(topics.REPORTS, attempt(1, 2), attempt(1, 1), attempt(2, 1))
    await hub.settle()
    said = hub.facts(topics.ASSIGNMENTS)
    assert [fact.subject for fact in said] == [person(2), person(1), person(1)]
    assert store.states[person(2)].freed == tuple(sorted(fact.id for fact in said))
    assert (store.states[person(2)].count, store.states[person(1)].freed) == (1, ())
