"""What is sealed opens where it was sealed for: a token that is lifted into another place tells nobody anything."""

from __future__ import annotations

import json

import pytest

from contracts.envelope import Fact, agency_source
from contracts.words import Category, Purpose
from services.notification.domain.writing import read_dossier, written_dossier
from services.plumbing.identity import mark_of
from services.plumbing.sealing import Opener, Seals
from services.plumbing.tokens import NotSealed
from tests.notification.examples import (
    CASEWORK,
    CLEAR,
    PERSON,
    POLICE,
    PROVIDER,
    REFERRAL,
    accepted,
    corrected,
    granted,
    offered,
    onward_asked,
    received,
)
from tests.notification.told import Told

SOMEBODY = "per-" + "9" * 32
OTHER_REFERRAL = "ref-" + "9" * 32
REPORT = mark_of(agency_source(CASEWORK), "report-1")


@pytest.fixture
def seals():
    return Seals({})


def told(seals, *facts):
    return Told(*facts, opens=Opener(seals._ciphers).open)


def mark(fact):
    return mark_of(fact.source, fact.id)


def sealed(seals, fact, *, event=None, person=None, record=None, sections=None):
    """The fact with its private parts sealed for it, or for another place."""
    clear = {category: json.dumps(section).encode() for category, section in CLEAR.items()}
    tokens = seals.seal_each(record or REFERRAL, person or PERSON, event or mark(fact), clear)
    return Fact(fact.event.model_copy(update={"sealed": (sections or dict)(tokens)}), fact.envelope)


def asked_onward(token, report="report-1"):
    fact = onward_asked()
    event = fact.event.model_copy(update={"note": token})
    return Fact(event, fact.envelope._replace(causation_id=report))


def incident_told(place):
    return place.to(POLICE, "referral.acknowledged")[-1].incident_number


def test_what_was_sealed_for_its_event_is_told(seals):
    assert incident_told(told(seals, sealed(seals, received()))) == "SAMPLE-1"


def test_what_a_correction_carries_is_sealed_for_it_and_is_told(seals):
    place = told(seals, sealed(seals, received()), sealed(seals, corrected()), offered(), accepted())
    [made] = place.to(CASEWORK, "assignment.made")
    assert made.preferred_name == "Juno Sample"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"event": "e" * 32},
        {"person": SOMEBODY},
        {"record": OTHER_REFERRAL},
        {"sections": lambda tokens: {Category.INCIDENT: tokens[Category.IDENTITY]}},
    ],
    ids=["event", "person", "record", "field"],
)
def test_what_was_sealed_for_another_place_is_not(seals, elsewhere):
    with pytest.raises(NotSealed):
        told(seals, sealed(seals, received(), **elsewhere))


def test_a_correction_that_only_repeats_the_tokens_of_the_referral_tells_nothing_of_them(seals):
    first, again = sealed(seals, received()), corrected()
    lifted = Fact(again.event.model_copy(update={"sealed": first.event.sealed}), again.envelope)
    place = told(seals, first, lifted, offered())
    with pytest.raises(NotSealed):
        place.hear(accepted())


def test_a_referral_that_was_kept_before_tokens_knew_their_event_is_still_told(seals):
    place = told(seals)
    place.hear(sealed(seals, received(), event="e" * 32), carry=False)
    (key, dossier), *_ = place.dossiers.items()
    text = written_dossier(dossier)
    before = json.loads(text)
    del before["records"][REFERRAL]["event"]
    place.dossiers[key] = read_dossier(json.dumps(before))
    place.carry(place.dossiers[key].received_at[REFERRAL])
    assert incident_told(place) == "SAMPLE-1"


def helped(seals, note):
    consent = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, categories=[Category.NEEDS])
    place = told(seals, sealed(seals, received()), offered(), accepted(), consent, note)
    return place.to(PROVIDER, "onward.offered")[0].note


def test_a_note_opens_with_the_report_for_which_it_was_sealed(seals):
    note = seals.seal(REFERRAL, "note", PERSON, REPORT, b"Sample note")
    assert helped(seals, asked_onward(note)) == "Sample note"


@pytest.mark.parametrize(("field", "event"), [("note", "e" * 32), ("identity", REPORT), ("remark", REPORT)])
def test_nothing_else_that_is_sealed_passes_for_a_note(seals, field, event):
    with pytest.raises(NotSealed):
        helped(seals, asked_onward(seals.seal(REFERRAL, field, PERSON, event, b"{}")))


def test_a_note_of_another_report_does_not_pass_for_this_ones(seals):
    note = seals.seal(REFERRAL, "note", PERSON, REPORT, b"Sample note")
    with pytest.raises(NotSealed):
        helped(seals, asked_onward(note, report="report-2"))
