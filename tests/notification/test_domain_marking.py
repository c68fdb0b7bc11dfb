"""One id is one content: while the mark of a message stays, so do its words; and no mark changes for nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Fact
from contracts.parts import Drug, Particulars
from contracts.words import Category, HelpType
from services.notification.domain.carrying import asked
from services.notification.domain.evolving import evolve
from services.notification.domain.lanes import LaneRow
from services.notification.domain.telling import Telling, composed
from services.notification.gateways import Sent
from services.plumbing.tokens import Place
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    CLEAR,
    NOON,
    OFFER,
    PERSON,
    POLICE,
    PROSECUTOR,
    REFERRAL,
    REVIEW,
    accepted,
    corrected,
    enrolled,
    granted,
    handed_off,
    judge,
    offered,
    received,
    retracted,
    review_requested,
    screened,
    unavailable,
    withdrawn,
)


def sealed(revision: int) -> dict[Category, str]:
    return {category: f"sealed:{category}:{revision}" for category in CLEAR}


def open_(token: str, _place: Place) -> bytes:
    """The person's own particulars differ from revision to revision; what the police wrote of the incident does not."""
    _, category, revision = token.split(":")
    clear = CLEAR[Category(category)]
    if category != Category.INCIDENT:
        clear = clear | {"preferred_name": f"Juno {revision}", "phones": [f"360-555-010{revision}"]}
    return json.dumps(clear).encode()


def amended(revision: int) -> Fact:
    told = Particulars(
        area="blaine", drugs=(Drug(kind="L", quantity=f"{revision}.5", unit="GM"),), needs=(HelpType.MEAL,)
    )
    return corrected(revision, sealed=sealed(revision), particulars=told)


FIRST = received(sealed=sealed(0))
LATER: dict[str, Fact] = {
    "screened": screened(), "asked": review_requested(), "asked less": review_requested(urgent=False),
    "offered": offered(), "accepted": accepted(), "nobody": unavailable(), "met": handed_off(), "amended": amended(1),
    "amended again": amended(2), "enrolled": enrolled(), "granted": granted(CASEWORK), "withdrawn": withdrawn(),
    "taken back": retracted(), "appointment": accepted(appointment_at=NOON + timedelta(days=1)),
}  # fmt: skip


def row(agency: str, message: str, **about: Any) -> LaneRow:
    return LaneRow("msg-sample", agency, message, PERSON, NOON, PERSON, REFERRAL, **about)


ROWS = (
    row(POLICE, "referral.acknowledged"), row(POLICE, "screening.reported", state="divertible"),
    row(POLICE, "case_manager.dispatched", offer_id=OFFER), row(POLICE, "handoff.confirmed"),
    row(POLICE, "handoff.unavailable"), row(CASEWORK, "offer.made", offer_id=OFFER),
    row(CASEWORK, "assignment.made", offer_id=OFFER), row(PROSECUTOR, "diversion.reported"),
    row("whatcom-lead-program-office", "review.called", review_id=REVIEW),
)  # fmt: skip


@given(st.permutations(sorted(LATER)).flatmap(lambda names: st.integers(0, len(names)).map(lambda n: names[:n])))
def test_while_the_mark_stays_the_words_stay(names):
    marks: dict[tuple[str, str], str] = {}
    dossier = evolve(None, FIRST)
    for name in ["", *names]:
        dossier = evolve(dossier, LATER[name]) if name else dossier
        for one in ROWS:
            answers = asked(one, dossier, judge(), NOON + timedelta(hours=2))
            if not answers.allowed:
                continue
            try:
                words = composed(Telling(one, dossier, judge(), answers, open_)).model_dump_json()
            except (KeyError, AttributeError, TypeError, ValueError):
                continue  # The facts have not come that such a row follows from.
            assert marks.setdefault((one.message, answers.mark), words) == words


@pytest.mark.parametrize("message", ["referral.acknowledged", "case_manager.dispatched", "handoff.confirmed"])
def test_what_an_amendment_cannot_change_keeps_its_mark(message):
    one = row(POLICE, message, offer_id=OFFER)
    before = reduce(evolve, [offered(), accepted(), handed_off()], evolve(None, FIRST))
    after = evolve(before, amended(1))
    marks = {asked(one, dossier, judge(), NOON).mark for dossier in (before, after)}
    assert len(marks) == 1


async def test_a_confirmation_that_may_be_out_is_not_told_twice_when_the_police_amend_their_report():
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), handed_off())
    bench.lanes.outcomes[POLICE] = (Sent.UNKNOWN, "broker-away")
    await bench.carrier.carry(POLICE)
    [waiting] = [one.row.message_id for one in bench.store.rows if one.row.message == "handoff.confirmed"]
    await bench.hear(corrected())
    bench.lanes.outcomes.clear()
    bench.now += timedelta(minutes=1)
    await bench.carry()
    confirmed = [one.id for one in bench.lanes.of(POLICE) if one.event.name == "handoff.confirmed"]
    assert confirmed == [waiting]
    assert [one.message_id for one in bench.said("disclosure.made") if one.message_type == "handoff.confirmed"] == [
        waiting
    ]
