"""A record that was erased: nothing more is told of it, what was told is recalled, and nothing brings it back."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.envelope import Fact
from contracts.recalls import RecallGround
from contracts.referrals.referral_erased import ReferralErased
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.recall_answered import RecallAnswered
from contracts.words import Category, Purpose
from services.notification.domain.dossier import Dossier
from services.notification.domain.evolving import evolve
from services.notification.domain.writing import read_dossier, written_dossier
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    NOON,
    OFFER,
    OTHER_CASEWORK,
    PERSON,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    REFERRAL,
    accepted,
    corrected,
    enrolled,
    granted,
    handed_off,
    heard,
    lapsed,
    offered,
    onward_asked,
    open_,
    received,
    retracted,
    review_decided,
    review_requested,
    screened,
    unavailable,
)

OTHER = "ref-" + "9" * 32
OTHER_OFFER = "off-" + "9" * 32


def erased(referral_id: str = REFERRAL) -> Fact:
    event = ReferralErased(
        referral_id=referral_id, ground="entered_in_error", erased_at=received().at, by="juno-sample"
    )
    return heard(event, minutes=70)


def recalled(bench: Bench, agency: str) -> list:
    return [message for message in bench.lanes.of(agency) if message.event.name == "information.recalled"]


async def lived() -> Bench:
    """Everybody was told something of the record."""
    bench = Bench()
    await bench.hear(received(), screened(), offered(agency=OTHER_CASEWORK, offer_id=OTHER_OFFER))
    await bench.carry()
    late = lapsed()
    await bench.hear(
        Fact(late.event.model_copy(update={"agency": OTHER_CASEWORK, "offer_id": OTHER_OFFER}), late.envelope)
    )
    await bench.hear(offered(), accepted(), handed_off(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked())
    await bench.carry()
    return bench


async def test_all_that_was_told_of_it_is_recalled_from_everybody_but_police_and_who_only_had_a_blind_offer():
    bench = await lived()
    told = {
        agency: [one.id for one in bench.lanes.of(agency) if one.event.name not in {"offer.made", "offer.cancelled"}]
        for agency in (CASEWORK, PROVIDER, PROSECUTOR)
    }
    await bench.hear(erased())
    await bench.carry()
    for agency, messages in told.items():
        [recall] = recalled(bench, agency)
        assert recall.event.because is RecallGround.RECORD_ERASED
        assert sorted(recall.event.disclosures) == sorted(messages)
        assert messages
    assert bench.lanes.names(OTHER_CASEWORK) == ["offer.made"]
    assert recalled(bench, POLICE) == []
    assert {one.basis for one in bench.said("disclosure.recalled")} == {f"record/{REFERRAL}"}
    assert {one.referral_id for one in bench.said("disclosure.recalled")} == {REFERRAL}


async def test_a_recall_of_an_erased_record_is_answered_like_any_other():
    bench = await lived()
    await bench.hear(erased())
    recall = next(one for one in bench.said("disclosure.recalled") if one.agency == PROVIDER)
    await bench.hear(heard(RecallAnswered(recall_id=recall.recall_id, answer="recalled"), by=PROVIDER, minutes=80))
    assert [(one.agency, one.how) for one in bench.said("recall.settled")] == [(PROVIDER, "recalled")]


async def test_an_erasure_heard_again_recalls_nothing_again():
    bench = await lived()
    await bench.hear(erased())
    begun = len(bench.said("disclosure.recalled"))
    await bench.hear(erased())
    assert len(bench.said("disclosure.recalled")) == begun == 3


async def test_what_waits_for_a_lane_is_withheld():
    bench = Bench()
    await bench.hear(received(), screened(), offered(), accepted(), erased())
    await bench.carry()
    assert bench.lanes.names(POLICE) == []
    assert {(one.layer, one.rule) for one in bench.said("disclosure.withheld")} == {("rows", "erased")}
    assert bench.store.rows == []


@pytest.mark.parametrize("far", [[], [accepted()]], ids=["asked", "on the way"])
async def test_whoever_is_asked_or_on_the_way_hears_that_it_stands_no_more(far):
    bench = Bench()
    await bench.hear(received(), offered(), *far)
    await bench.carry()
    await bench.hear(erased())
    await bench.carry()
    [cancelled] = [one for one in bench.lanes.of(CASEWORK) if one.event.name == "offer.cancelled"]
    assert (cancelled.event.offer_id, cancelled.subject) == (OFFER, f"psn-{CASEWORK}-{OFFER}")


async def test_whoever_met_the_person_hears_the_recall_and_no_cancellation():
    bench = await lived()
    await bench.hear(erased())
    await bench.carry()
    assert "offer.cancelled" not in bench.lanes.names(CASEWORK)


async def test_nothing_that_is_said_of_it_later_is_told():
    bench = Bench()
    await bench.hear(erased(), received(), screened(), offered(), accepted(), enrolled())
    await bench.carry()
    assert bench.lanes.messages == []


class Killed(BaseException):
    """The process is gone."""


def killed() -> None:
    raise Killed


async def being_told() -> Bench:
    """The holder is being told who it is, and the process ends before anybody knows whether Kafka has it."""
    bench = Bench()
    await bench.hear(received(), offered(), accepted())
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(CASEWORK)
    bench.lanes.before_sending = lambda: None
    bench.carrier = bench.new_carrier()
    return bench


def of_the_holder(bench: Bench, name: str) -> list:
    return [one for one in bench.said(name) if one.message_type == "assignment.made"]


async def test_what_may_be_out_when_the_key_is_gone_counts_as_told_and_is_recalled_with_the_record():
    bench = await being_told()
    [row] = [one.row for one in bench.store.rows if one.row.message == "assignment.made"]
    bench.world._open = lambda _token, _place: None
    await bench.carry()
    [told] = of_the_holder(bench, "disclosure.made")
    assert (told.message_id, told.certain, told.content) == (row.message_id, False, None)
    assert Category.IDENTITY in told.categories
    assert [one.rule for one in of_the_holder(bench, "disclosure.withheld")] == ["erased"]
    await bench.hear(erased())
    [recall] = [one for one in bench.said("disclosure.recalled") if one.agency == CASEWORK]
    assert recall.disclosures == (row.message_id,)


async def test_what_may_be_out_and_cannot_be_composed_any_more_counts_as_told():
    bench = await being_told()
    bench.world._open = lambda _token, _place: b"no JSON"
    await bench.carry()
    assert [one.certain for one in of_the_holder(bench, "disclosure.made")] == [False]
    assert [one.rule for one in of_the_holder(bench, "disclosure.withheld")] == ["not-composable"]


async def test_what_may_have_told_of_one_record_is_not_sent_again_as_another_records():
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked())
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(PROVIDER)
    [first] = [one.row.message_id for one in bench.store.rows if one.row.agency == PROVIDER]
    bench.lanes.before_sending = lambda: None
    deal = {"referral_id": OTHER, "offer_id": OTHER_OFFER}
    taken = accepted(**deal)
    taken = Fact(taken.event, taken.envelope._replace(at=NOON + timedelta(minutes=50)))
    await bench.hear(received(referral_id=OTHER), offered(**deal), taken)
    await bench.carry()
    [again] = [one.id for one in bench.lanes.of(PROVIDER) if one.event.name == "onward.offered"]
    told = {(one.message_id, one.referral_id) for one in bench.said("disclosure.made") if one.agency == PROVIDER}
    assert told == {(first, REFERRAL), (again, OTHER)}
    await bench.hear(erased())
    assert [one.disclosures for one in bench.said("disclosure.recalled") if one.agency == PROVIDER] == [(first,)]


async def test_what_was_never_sent_when_the_key_was_destroyed_is_withheld_and_nothing_else():
    bench = Bench()
    await bench.hear(received(), offered(), accepted())
    bench.world._open = lambda _token, _place: None
    await bench.carry()
    assert of_the_holder(bench, "disclosure.made") == []
    assert [one.rule for one in of_the_holder(bench, "disclosure.withheld")] == ["erased"]


def asked_with_a_note_under(record: str) -> Fact:
    asked = onward_asked()
    return Fact(asked.event.model_copy(update={"note": f"hs1.{record}.note.sealed"}), asked.envelope)


async def asked_onward(record: str) -> Bench:
    """A provider is asked for help with a note under this record, whose key is destroyed by now; nobody has said so."""
    bench = Bench()
    bench.world._open = lambda token, place: None if f".{record}." in token else open_(token, place)
    needs = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, categories=[Category.IDENTITY, Category.NEEDS])
    await bench.hear(received(), offered(), accepted(), needs, asked_with_a_note_under(record))
    await bench.carry()
    return bench


async def test_a_note_under_another_record_goes_with_its_key_and_the_request_stands():
    bench = await asked_onward(OTHER)
    [asked] = bench.lanes.of(PROVIDER)
    assert (asked.event.note, asked.event.preferred_name) == (None, "Juno Sample")


async def test_a_request_whose_own_record_is_gone_is_withheld_with_its_note():
    bench = await asked_onward(REFERRAL)
    assert bench.lanes.of(PROVIDER) == []
    assert [one.rule for one in bench.said("disclosure.withheld") if one.agency == PROVIDER] == ["erased"]


async def test_the_persons_other_record_and_the_consents_go_on():
    bench = await lived()
    other = {"referral_id": OTHER}
    deal = other | {"offer_id": "off-" + "8" * 32}
    await bench.hear(erased(), received(**other), offered(**deal), accepted(**deal))
    await bench.carry()
    assert [one.event.referral_id for one in bench.lanes.of(CASEWORK) if one.event.name == "assignment.made"] == [
        REFERRAL,
        OTHER,
    ]
    dossier = read_dossier(bench.store.tables.dossiers[PERSON])
    assert [consent.over for consent in dossier.consents.values()] == [False]


LIFE = [
    received(), corrected(), screened(), screened(revision=1), review_requested(), review_decided(), offered(),
    accepted(), handed_off(), enrolled(), unavailable(), retracted(),
    heard(PersonAgreed(referral_id=REFERRAL), by=POLICE),
]  # fmt: skip
NOTE = f"hs1.{REFERRAL}.note.sealed"


@settings(max_examples=200, deadline=None)
@given(some.integers(0, 1_000_000), some.lists(some.sampled_from(LIFE), max_size=6))
def test_the_same_is_left_of_it_in_any_order_and_however_often_it_is_heard(seed, again):
    chance = random.Random(seed)  # no secret
    noted = onward_asked()
    noted = Fact(noted.event.model_copy(update={"note": NOTE}), noted.envelope)
    facts = [*LIFE, *again, erased(), granted(), noted]
    chance.shuffle(facts)
    dossier = Dossier()
    for fact in facts:
        dossier = evolve(dossier, fact)
    assert dossier.erased == {REFERRAL}
    assert [(one.referral_id, one.agency, one.open, one.held) for one in dossier.offers.values()] == [
        (REFERRAL, CASEWORK, False, False)
    ]
    left = written_dossier(dossier)
    assert NOTE not in left
    assert Category.INCIDENT not in left
    assert dossier.consents
    assert not any((
        dossier.records, dossier.answers, dossier.received_at, dossier.retracted, dossier.screenings, dossier.reviews,
        dossier.unavailable, dossier.unavailable_at, dossier.enrolled, dossier.sayings,
    ))  # fmt: skip
