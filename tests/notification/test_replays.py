"""A lane again: what was told is told again as far as it may be told, and is true, today; every item is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import Fact
from contracts.referrals.referral_erased import ReferralErased
from contracts.replaying import Foreseen, ReplayPass, ToldItem, ToldReference
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.words import EndReason, Purpose
from services.notification.domain.explaining import RULES
from services.notification.domain.lanes import LaneRow, Retold
from services.notification.domain.writing import read_row, written_row
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    NOON,
    OFFER,
    OFFICE,
    OTHER_CASEWORK,
    PERSON,
    POLICE,
    PROVIDER,
    REFERRAL,
    accepted,
    cancelled,
    corrected,
    enrolled,
    granted,
    handed_off,
    heard,
    lapsed,
    offered,
    onward_asked,
    received,
    report_refused,
    retracted,
    screened,
    unavailable,
    withdrawn,
)
from tests.notification.replays import REPLAY, items_of, ordered

LATER = NOON + timedelta(hours=3)


def helped() -> Sequence[Fact]:
    return (received(), screened(), offered(), accepted(),
            granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION), onward_asked())  # fmt: skip


async def told(*facts: Fact) -> Bench:
    """All of this was heard, and told as it came."""
    bench = Bench()
    for fact in facts:
        bench.now = max(bench.now, fact.at)
        await bench.hear(fact)
        await bench.carry()
    return bench


def of(bench: Bench, agency: str) -> tuple[ToldItem, ...]:
    return items_of([one for one in bench.said("disclosure.made") if one.agency == agency])


async def again(bench: Bench, agency: str, items: Sequence[ToldItem] | None = None, **order: Any) -> list[Fact]:
    """Order the lane again, much later, and return what comes on it."""
    before = len(bench.lanes.of(agency))
    bench.now = LATER
    await bench.hear(ordered(agency, of(bench, agency) if items is None else items, **order))
    await bench.carry()
    return bench.lanes.of(agency)[before:]


def noes(bench: Bench) -> list[tuple[str, ...]]:
    """What was not told again, and why; once, for however many purposes it was asked."""
    found = {
        (one.original_id, one.message_type, one.layer, one.rule): None
        for one in bench.said("disclosure.withheld")
        if one.replay_id == REPLAY
    }
    told_again = {one.original_id for one in bench.said("disclosure.made") if one.replay_id}
    return [tuple(no) for original_id, *no in found if original_id not in told_again]


def foreseen(bench: Bench) -> list[tuple[str, Foreseen, str | None]]:
    return [(one.message_type, one.outcome, one.rule) for one in bench.said("disclosure.foreseen")]


async def test_everything_that_is_told_says_what_it_was_about():
    bench = await told(*helped(), report_refused())
    made = bench.said("disclosure.made")
    assert {one.message_type for one in made} >= {"referral.acknowledged", "assignment.made", "message.refused"}
    assert all(one.reference is not None and one.replay_id is None for one in made)


async def test_the_same_content_comes_again_under_its_own_id_and_says_that_a_replay_brings_it():
    bench = await told(*helped())
    first = bench.lanes.of(PROVIDER)
    [one] = await again(bench, PROVIDER)
    assert (one.id, one.event, one.envelope.at) == (first[0].id, first[0].event, first[0].envelope.at)
    assert (one.subject, one.envelope.correlation_id) == (first[0].subject, first[0].envelope.correlation_id)
    assert (one.envelope.delivery, one.envelope.original) == (REPLAY, None)


async def test_each_telling_again_is_a_disclosure_of_its_own():
    bench = await told(*helped())
    await again(bench, PROVIDER)
    first, second = [one for one in bench.said("disclosure.made") if one.agency == PROVIDER]
    assert (second.message_id, second.original_id, second.replay_id) == (first.message_id, first.message_id, REPLAY)
    assert (second.made_at, second.content) == (LATER, first.content)
    entries = [one for one in bench.store.ledger.entries() if one["agency"] == PROVIDER and one["kind"] == "made"]
    assert [(one["message"], one.get("replay"), one.get("original")) for one in entries] == [
        (first.message_id, None, None), (first.message_id, REPLAY, first.message_id),
    ]  # fmt: skip


async def test_what_would_be_said_otherwise_now_is_a_new_message_that_names_its_original():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    [one] = await again(bench, PROVIDER, [item.model_copy(update={"content": "0" * 64})])
    assert one.id != item.message_id
    assert (one.envelope.original, one.envelope.delivery) == (item.message_id, REPLAY)
    [told_again] = [one for one in bench.said("disclosure.made") if one.replay_id]
    assert (told_again.message_id, told_again.original_id) == (one.id, item.message_id)


async def test_what_nobody_knows_the_content_of_comes_under_a_new_id():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    [one] = await again(bench, PROVIDER, [item.model_copy(update={"content": None})])
    assert (one.id != item.message_id, one.envelope.original) == (True, item.message_id)


async def test_a_consent_that_was_taken_back_lets_nothing_be_told_again():
    bench = await told(*helped(), withdrawn())
    asked = [one for one in of(bench, PROVIDER) if one.message_type == "onward.offered"]
    assert await again(bench, PROVIDER, asked) == []
    assert noes(bench) == [("onward.offered", "consent", "no-consent")]
    [no] = [one for one in bench.said("disclosure.withheld") if one.replay_id]
    assert no.original_id == asked[0].message_id


async def test_the_same_order_twice_tells_once():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    assert len(await again(bench, PROVIDER, [item])) == 1
    assert await again(bench, PROVIDER, [item]) == []
    assert len(await again(bench, PROVIDER, [item], replay_id="rpl-" + "9" * 32)) == 1


@pytest.mark.parametrize(
    ("end", "rule"),
    [
        (lapsed(), "offer-not-open"),
        (cancelled(), "offer-not-open"),
        (accepted(), "offer-not-open"),
        (None, "offer-out-of-time"),
    ],
    ids=["lapsed", "went elsewhere", "taken", "time is over"],
)
async def test_an_offer_that_is_no_more_is_not_made_again(end: Fact | None, rule: str):
    bench = await told(received(), offered(), *([] if end is None else [end]))
    offers = [one for one in of(bench, CASEWORK) if one.message_type == "offer.made"]
    assert await again(bench, CASEWORK, offers) == []
    assert noes(bench) == [("offer.made", "rows", rule)]


async def test_whoever_has_the_person_no_more_is_not_told_again_who_it_is():
    ended = heard(AssignmentEnded(referral_id=REFERRAL, offer_id=OFFER, agency=CASEWORK, reason=EndReason.GOALS_MET),
                  minutes=70)  # fmt: skip
    bench = await told(received(), offered(), accepted(), handed_off(), enrolled(), ended)
    who = [one for one in of(bench, CASEWORK) if one.message_type == "assignment.made"]
    assert await again(bench, CASEWORK, who) == []
    assert noes(bench) == [("assignment.made", "rows", "no-row-covers-this-person")]


async def test_what_the_notices_call_for_no_more_is_not_told_again():
    allowed = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, minutes=50)
    bench = await told(received(), offered(), accepted(), onward_asked(), allowed)
    states = [one for one in of(bench, CASEWORK) if one.message_type == "onward.reported"]
    assert [one.reference.state for one in states] == ["not_allowed", "asked"]
    assert await again(bench, CASEWORK, states[:1]) == []
    assert noes(bench) == [("onward.reported", "rows", "not-due")]
    [one] = await again(bench, CASEWORK, states, replay_id=REPLAY[:-1] + "9")
    assert one.id == states[1].message_id


async def test_what_was_told_over_and_over_is_told_once_as_it_stands_now():
    bench = await told(received(), offered(), accepted(), corrected(minutes=15), corrected(2, minutes=16))
    who = [one for one in of(bench, CASEWORK) if one.message_type == "assignment.made"]
    assert len(who) == 3
    [one] = await again(bench, CASEWORK, who)
    assert one.id == who[-1].message_id
    assert noes(bench) == [("assignment.made", "rows", "superseded")] * 2


async def test_a_row_that_waits_already_stands_for_what_a_replay_asks():
    bench = await told(received(), offered(), accepted())
    who = [one for one in of(bench, CASEWORK) if one.message_type == "assignment.made"]
    bench.now = LATER
    await bench.hear(ordered(CASEWORK, who), corrected(minutes=125))
    before = len(bench.lanes.of(CASEWORK))
    await bench.carry()
    [one] = bench.lanes.of(CASEWORK)[before:]
    assert one.envelope.delivery == ""
    assert noes(bench) == [("assignment.made", "rows", "superseded")]


POLICE_LANES: dict[str, Callable[[], Sequence[Fact]]] = {
    "a newcomer": lambda: (),
    "enrolled": lambda: (enrolled(),),
    "ended": lambda: (enrolled(), heard(
        AssignmentEnded(referral_id=REFERRAL, offer_id=OFFER, agency=CASEWORK, reason=EndReason.MOVED),
        minutes=70)),
    "cancelled": lambda: (cancelled(),),
    "lost": lambda: (lapsed(after_acceptance=True),),
    "consent taken back": lambda: (granted(), withdrawn()),
    "withdrawn by themselves": lambda: (retracted(),),
}  # fmt: skip


@pytest.mark.parametrize("since", POLICE_LANES.values(), ids=POLICE_LANES)
@pytest.mark.parametrize("met", [True, False], ids=["met", "not met"])
async def test_police_hear_again_what_they_heard_whatever_became_of_the_person(since, met):
    begun = (received(), screened(), offered(), accepted(), *([handed_off()] if met else []))
    bench = await told(*begun)
    heard_then = of(bench, POLICE)
    for fact in since():
        bench.now = max(bench.now, fact.at)
        await bench.hear(fact)
        await bench.carry()
    came = await again(bench, POLICE, heard_then)
    assert [one.id for one in came] == [one.message_id for one in heard_then]
    assert noes(bench) == []


async def test_police_do_not_learn_that_somebody_came_to_an_appointment_after_all():
    bench = await told(received(), screened(), offered(), lapsed(), unavailable())
    heard_then = of(bench, POLICE)
    later = {"offer_id": "off-" + "7" * 32, "agency": OTHER_CASEWORK}
    await bench.hear(offered(**later, officer_waiting=False, arrive_within_minutes=None))
    taken = accepted(**later, arrives_in_minutes=None, appointment_at=NOON + timedelta(days=1))
    await bench.hear(Fact(taken.event, taken.envelope._replace(at=NOON + timedelta(minutes=30))))
    await bench.carry()
    came = await again(bench, POLICE, heard_then)
    assert [one.id for one in came] == [one.message_id for one in heard_then]


async def test_of_an_erased_record_nothing_is_told_again():
    gone = heard(ReferralErased(referral_id=REFERRAL, ground="sample", erased_at=NOON, by="clock"), minutes=80)
    bench = await told(received(), screened(), gone)
    assert await again(bench, POLICE) == []
    assert {rule for _, _, rule in noes(bench)} == {"erased"}


async def test_a_suspended_lane_keeps_what_a_replay_asks_until_the_agency_is_back():
    bench = await told(*helped())
    items = of(bench, PROVIDER)
    await bench.hear(heard(AgencySuspended(agency=PROVIDER, operator="sample-operator"), by=OFFICE, person=None))
    assert await again(bench, PROVIDER, items) == []
    assert noes(bench) == [("onward.offered", "suspended", "lane-suspended")]
    await bench.hear(heard(AgencyResumed(agency=PROVIDER, operator="sample-operator"), by=OFFICE, person=None,
                           minutes=1))  # fmt: skip
    bench.now += timedelta(minutes=10)
    await bench.carry()
    assert bench.lanes.of(PROVIDER)[-1].id == items[0].message_id


async def test_somebody_who_takes_something_back_is_not_told_of_until_it_is_known_what():
    bench = await told(*helped())
    items = of(bench, PROVIDER)
    await bench.hear(heard(ConsentRevoked(consent_id=CONSENT), by=CASEWORK, minutes=110))
    assert await again(bench, PROVIDER, items) == []
    await bench.hear(ordered(PROVIDER, items, mode=ReplayPass.FORESEE))
    assert foreseen(bench) == [("onward.offered", Foreseen.WITHHELD, "word-not-settled")]


async def test_what_is_about_nobody_is_told_again():
    bench = await told(report_refused())
    [one] = await again(bench, CASEWORK, person=None)
    assert one.id == of(bench, CASEWORK)[0].message_id
    assert one.envelope.delivery == REPLAY


async def test_what_a_replay_told_is_recalled_once_with_what_was_told_first():
    bench = await told(*helped())
    await again(bench, PROVIDER)
    await bench.hear(withdrawn())
    [recall] = bench.said("disclosure.recalled")
    assert recall.disclosures == (of(bench, PROVIDER)[0].message_id,)


async def test_what_a_replay_may_have_told_is_recalled_under_both_ids():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    bench.now = LATER
    await bench.hear(ordered(PROVIDER, [item]))
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(PROVIDER)
    bench.lanes.before_sending = lambda: None
    [row] = bench.store.rows
    await bench.hear(withdrawn())
    [recall] = bench.said("disclosure.recalled")
    assert set(recall.disclosures) == {item.message_id, row.row.message_id}
    await bench.carry()
    counted = [one for one in bench.said("disclosure.made") if one.replay_id]
    assert [(one.certain, one.original_id) for one in counted] == [(False, item.message_id)]


class Killed(BaseException):
    """The process ends here."""


def killed() -> None:
    raise Killed


async def test_what_may_have_gone_is_sent_again_under_the_same_id():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    bench.now = LATER
    await bench.hear(ordered(PROVIDER, [item]))
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(PROVIDER)
    bench.lanes.before_sending = lambda: None
    bench.carrier = bench.new_carrier()
    await bench.carry()
    assert [one.id for one in bench.lanes.of(PROVIDER)] == [item.message_id] * 2
    assert len([one for one in bench.said("disclosure.made") if one.replay_id]) == 1


async def test_what_its_reader_was_asked_to_forget_comes_under_a_new_id():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    # The same may be told, under another consent; its old id is one that the reader forgot.
    other = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, consent_id="con-" + "0" * 32, minutes=39)
    await bench.hear(withdrawn())
    await bench.hear(Fact(other.event, other.envelope))
    _, dossier = next(iter(bench.store._dossiers([PERSON]).items()))
    assert any(item.message_id in recall.disclosures for recall in dossier.recalls.values())
    await bench.hear(ordered(PROVIDER, [item], mode=ReplayPass.FORESEE))
    assert {outcome for _, outcome, _ in foreseen(bench)} <= {Foreseen.CHANGED, Foreseen.WITHHELD}


async def test_to_foresee_opens_nothing_and_tells_nothing():
    bench = await told(*helped())
    bench.world._open = never
    before = list(bench.lanes.messages)
    await again(bench, PROVIDER, mode=ReplayPass.FORESEE)
    assert bench.lanes.messages == before
    [one] = bench.said("disclosure.foreseen")
    assert (one.outcome, one.content, one.mode) == (Foreseen.SAME, None, ReplayPass.FORESEE)
    assert one.by == (f"consent/{CONSENT}",) or f"consent/{CONSENT}" in one.by
    assert one.categories
    assert bench.store.rows == []
    assert not [entry for entry in bench.store.ledger.entries() if "foreseen" in entry["kind"]]


def never(*_: object) -> bytes:
    raise AssertionError


async def test_to_foresee_says_what_stands_against_it():
    bench = await told(*helped(), withdrawn())
    asked = [one for one in of(bench, PROVIDER) if one.message_type == "onward.offered"]
    await bench.hear(ordered(PROVIDER, asked, mode=ReplayPass.FORESEE))
    assert foreseen(bench) == [("onward.offered", Foreseen.WITHHELD, "no-consent")]


async def test_a_rehearsal_composes_and_hashes_and_tells_nobody():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    assert await again(bench, PROVIDER, [item], mode=ReplayPass.REHEARSE) == []
    [one] = bench.said("disclosure.foreseen")
    assert (one.outcome, one.content, one.mode) == (Foreseen.SAME, item.content, ReplayPass.REHEARSE)
    made = [one for one in bench.said("disclosure.made") if one.agency == PROVIDER]
    assert len(made) == 1
    assert one.categories == made[0].categories
    assert bench.store.rows == []
    assert len(await again(bench, PROVIDER, [item])) == 1


async def test_a_rehearsal_says_that_words_have_changed_and_may_be_held_again():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    other = item.model_copy(update={"content": "0" * 64})
    for _ in range(2):
        await again(bench, PROVIDER, [other], mode=ReplayPass.REHEARSE)
    assert foreseen(bench) == [("onward.offered", Foreseen.CHANGED, None)] * 2


async def test_a_rehearsal_says_what_would_be_withheld():
    bench = await told(*helped(), withdrawn())
    asked = [one for one in of(bench, PROVIDER) if one.message_type == "onward.offered"]
    await again(bench, PROVIDER, asked, mode=ReplayPass.REHEARSE)
    assert foreseen(bench) == [("onward.offered", Foreseen.WITHHELD, "no-consent")]
    assert noes(bench) == []


UNKNOWN = ToldItem(
    message_id="msg-" + "5" * 32, message_type="offer.made",
    reference=ToldReference(at=NOON, offer_id="off-" + "5" * 32),
)  # fmt: skip


@pytest.mark.parametrize("mode", [ReplayPass.FORESEE, ReplayPass.REHEARSE])
@pytest.mark.parametrize(
    ("agency", "person", "outcome", "rule"),
    [
        ("nobodys-agency", PERSON, Foreseen.WITHHELD, "no-permission"),
        (CASEWORK, "per-" + "9" * 32, Foreseen.FAILED, "no-record"),
        (CASEWORK, None, Foreseen.FAILED, "no-record"),
        (CASEWORK, PERSON, Foreseen.FAILED, "no-record"),
    ],
    ids=["unknown agency", "unknown person", "nobody", "unknown offer"],
)
async def test_what_nobody_knows_is_answered(mode, agency, person, outcome, rule):
    bench = await told(received())
    await again(bench, agency, [UNKNOWN], mode=mode, person=person)
    assert foreseen(bench) == [("offer.made", outcome, rule)]
    assert bench.store.rows == []


async def test_what_nobody_knows_is_told_to_nobody():
    bench = await told(received())
    odd = UNKNOWN.model_copy(update={"message_id": "msg-" + "6" * 32, "message_type": "no.such_message"})
    await again(bench, "nobodys-agency", [UNKNOWN])
    await again(bench, CASEWORK, [UNKNOWN, odd], replay_id=REPLAY[:-1] + "9")
    nos = [(one.agency, one.rule) for one in bench.said("disclosure.withheld") if one.original_id]
    assert nos == [
        ("nobodys-agency", "no-permission"), (CASEWORK, "no-record"), (CASEWORK, "no-permission"),
    ]  # fmt: skip
    assert bench.store.rows == []


def test_a_row_that_was_written_before_still_reads():
    row = LaneRow("msg-1", CASEWORK, "offer.made", PERSON, NOON)
    assert "retold" not in written_row(row)
    assert read_row(written_row(row)) == row
    asked = replace(row, retold=Retold(REPLAY, "msg-0", NOON, "0" * 64))
    assert read_row(written_row(asked)) == asked


def test_what_stands_against_a_replay_has_words():
    assert {"superseded", "not-due"} <= RULES.keys()


async def taken_back(bench: Bench, agency: str, items: Sequence[ToldItem], **order: Any) -> list[Fact]:
    """Order that what a replay told is taken back."""
    return await again(bench, agency, items, mode=ReplayPass.RECALL, **order)


async def test_what_a_replay_told_by_mistake_is_asked_back_message_by_message():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    [wrong] = await again(bench, PROVIDER, [item.model_copy(update={"content": None})])
    [asked] = await taken_back(bench, PROVIDER, [item.model_copy(update={"message_id": wrong.id})])
    assert (asked.event.name, asked.event.because, asked.event.disclosures) == (
        "information.recalled", "told_by_mistake", (wrong.id,),
    )  # fmt: skip
    assert (asked.envelope.delivery, asked.envelope.original) == (REPLAY, wrong.id)
    [answer] = [one for one in bench.said("disclosure.made") if one.message_type == "information.recalled"]
    assert (answer.replay_id, answer.original_id) == (REPLAY, wrong.id)
    [begun] = bench.said("disclosure.recalled")
    assert begun.basis == f"replay/{REPLAY}"
    assert begun.categories


async def test_what_is_taken_back_twice_is_asked_back_once_and_again_only_when_nobody_answers():
    bench = await told(*helped())
    items = of(bench, PROVIDER)
    await again(bench, PROVIDER, items)
    assert len(await taken_back(bench, PROVIDER, items)) == 1
    assert await taken_back(bench, PROVIDER, items) == []
    [deadline] = [one for one in bench.deadlines if one.name == "recall"]
    event = DeadlineReached(service="notification", deadline="recall", reference=deadline.reference,
                            due_at=deadline.due_at)  # fmt: skip
    await bench.hear(heard(event, minutes=300))
    await bench.carry()
    assert bench.lanes.names(PROVIDER)[-2:] == ["information.recalled"] * 2


async def test_what_is_told_anew_after_it_was_asked_back_has_a_new_id():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    await again(bench, PROVIDER, [item])
    await taken_back(bench, PROVIDER, [item])
    [one] = await again(bench, PROVIDER, [item], replay_id=REPLAY[:-1] + "9")
    assert (one.id != item.message_id, one.envelope.original) == (True, item.message_id)


@pytest.mark.parametrize(
    ("agency", "layer", "rule"),
    [(POLICE, "permission", "no-permission"), (CASEWORK, "rows", "never-recalled")],
    ids=["police are never asked", "a blind offer"],
)
async def test_what_may_not_be_asked_back_is_withheld(agency, layer, rule):
    bench = await told(received(), screened(), offered())
    items = of(bench, agency)
    assert await taken_back(bench, agency, items) == []
    assert set(noes(bench)) == {("information.recalled", layer, rule)}


async def test_what_was_never_told_cannot_be_taken_back():
    bench = await told(*helped())
    [item] = of(bench, PROVIDER)
    assert await taken_back(bench, PROVIDER, [item.model_copy(update={"message_id": "msg-" + "0" * 32})]) == []
    [one] = bench.said("disclosure.foreseen")
    assert (one.mode, one.outcome, one.rule) == (ReplayPass.RECALL, Foreseen.FAILED, "never-told")
