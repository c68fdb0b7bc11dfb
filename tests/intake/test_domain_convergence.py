"""Order and duplication: whatever is heard twice, or folded in another order, ends the same."""

import asyncio
import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.catalogue import PersonCorrected
from contracts.parts import ReferralName
from services.intake.domain import evolve, read
from services.intake.domain.naming import referral_id_of
from tests.intake.examples import (
    OFFICE,
    POLICE,
    PSEUDONYMS,
    House,
    arrest,
    community,
    erasure,
    incident,
    naming,
    record,
    signed,
)

KINDS = ["submit", "submit", "amend", "withdraw", "withdraw", "erase", "report", "community", "nonsense", "say"]
OF_OTHER_TOPICS = {"erase", "say"}
NUMBERS = st.sampled_from(["1", "2"])


@st.composite
def stories(draw, kinds=KINDS):
    """Messages about two incidents, in any order that an agency may come upon."""
    told = []
    for place in range(draw(st.integers(1, 8))):
        number = draw(NUMBERS)
        of = {"incident_number": number}
        kind = draw(st.sampled_from(kinds))
        person = draw(
            st.sampled_from([{}, {"agency_person_number": "MNI-1"}, {"legal_name": "J S", "birth_date": "1990-05-05"}])
        )
        messages = {
            "submit": (arrest(incident=incident(number=number), person=person), "referral.submitted"),
            "amend": ({"of": of, "person": person, "reach": {"phones": [str(place)]}}, "referral.amended"),
            "withdraw": ({"of": of}, "referral.withdrawn"),
            "community": (community(person=person), "referral.submitted"),
            "report": ({}, "person.agreed"),
            "nonsense": (b"{", "referral.submitted"),
            "say": (draw(st.sampled_from([{"birth_date": "1991-05-05"}, {"language": "es"}])), "person.corrected"),
        }
        if kind == "erase":
            told.append(_erasure(number, draw(st.integers(0, 1)), f"m{place}"))
            continue
        data, name = messages[kind]
        if kind == "say":
            told.append(_correction(number, data, f"m{place}"))
            continue
        subject = PSEUDONYMS.of("per-" + number * 32, POLICE) if kind == "report" else None
        told.append(record(data, name=name, agency=POLICE, identity=f"m{place}", subject=subject))
    return told


def _correction(number, data, identity):
    subject = PSEUDONYMS.of(naming().person_of_case(_case(number)), OFFICE)
    return signed(PersonCorrected, data | {"operator": "sam-sample"}, identity=identity, subject=subject)


def _erasure(number, rounds, identity):
    return erasure(referral_id_of(_case(number), rounds), identity=identity)


def _case(number):
    return naming().case_named(POLICE, ReferralName(incident_number=number))


def outcome(house):
    """What was said and is kept, sealed tokens aside: they are new each time they are made."""
    said = [
        (fact.id, fact.event.name, fact.subject, fact.event.model_dump(exclude={"sealed", "why"}))
        for topic in (topics.REFERRALS, topics.REPORTS)
        for fact in house.hub.facts(topic)
    ]
    store = house.store
    return sorted(said, key=str), store.people, store.marks, store.pairs, sorted(store.cases)


async def _told(batches):
    house = House(signing=True)
    for batch in batches:
        await house.hear(*batch)
    assert house.hub.parked("intake") == []
    return house


@settings(max_examples=40, deadline=None)
@given(stories([kind for kind in KINDS if kind not in OF_OTHER_TOPICS]), st.randoms(use_true_random=False))
def test_batches_and_repetitions_make_no_difference(story, chance):
    # The office has a topic of its own, and between topics no order is promised: it has things erased at the end.
    erasures = [_erasure(number, 0, number) for number in "12"]
    one_by_one = asyncio.run(_told([*([message] for message in story), *([erasure] for erasure in erasures)]))
    cuts = sorted(chance.sample(range(len(story) + 1), k=min(2, len(story) + 1)))
    pieces = [story[: cuts[0]], story[cuts[0] : cuts[-1]], story[cuts[-1] :]]
    again = [piece for piece in pieces for piece in [piece] * chance.choice([1, 2])]
    assert outcome(asyncio.run(_told([*again, erasures, erasures]))) == outcome(one_by_one)


@settings(max_examples=40, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_a_rebuild_from_what_was_said_ends_the_same_in_any_order(story, chance):
    house = asyncio.run(_told([message] for message in story))
    said = [fact for fact in house.hub.facts(topics.REFERRALS) if hasattr(fact.event, "referral_id")]
    assert _rebuilt(said) == _rebuilt(_shuffled(said + said, chance))
    kept = {key: read(text) for key, text in house.store.cases.items()}
    assert _rebuilt(said) == kept


async def test_that_somebody_spoke_of_their_birth_date_outlives_a_withdrawal_in_any_order():
    house = await _told([
        [record(arrest(incident=incident(number="1")))],
        [_correction("1", {"birth_date": "1991-05-05"}, "said")],
        [record({"of": {"incident_number": "1"}}, name="referral.withdrawn")],
    ])  # fmt: skip
    said = house.hub.facts(topics.REFERRALS)
    assert len(said) == 3
    kept = {key: read(text) for key, text in house.store.cases.items()}
    assert [one.own_birth_date for case in kept.values() for one in case.referrals.values()] == [True]
    assert all(_rebuilt(order) == kept for order in itertools.permutations(said))


def _rebuilt(facts):
    cases = {}
    names = naming()
    for fact in facts:
        if fact.event.name not in {"referral.repeated", "reach.stated"}:
            key = names.key(fact)
            cases[key] = evolve(cases.get(key), fact)
    return cases


def _shuffled(facts, chance: random.Random):
    shuffled = list(facts)
    chance.shuffle(shuffled)
    return shuffled
