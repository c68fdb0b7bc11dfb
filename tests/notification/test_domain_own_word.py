"""What people say of themselves, on the lanes: who has them hears it, police and prosecutor hear nothing of it."""

from __future__ import annotations

import json

import pytest

from contracts.corrections import OwnFact, SaidBy
from contracts.words import Agreement, Category, Door
from services.plumbing.tokens import Place
from tests.notification.examples import (
    CASEWORK,
    POLICE,
    PROSECUTOR,
    accepted,
    corrected,
    enrolled,
    granted,
    handed_off,
    offered,
    open_,
    received,
    screened,
    social,
)
from tests.notification.test_domain_whose_word import no
from tests.notification.told import Told

OWN = {
    Category.IDENTITY: {"preferred_name": "Blue Sample", "birth_date": None},
    Category.CONTACT: {"phones": ["360-555-0144"], "message_is_safe": "no"},
}
FACTS = (OwnFact.PREFERRED_NAME, OwnFact.BIRTH_DATE, OwnFact.PHONES, OwnFact.MESSAGE_IS_SAFE)


def opens(token: str, place: Place) -> bytes | None:
    """Opens the person's own parts, each in its own field alone, and the sender's as always."""
    if token.startswith("own:"):
        category = Category(token.removeprefix("own:"))
        assert place.field == f"own-{category}"
        return json.dumps(OWN[category]).encode()
    assert not str(place.field).startswith("own-")
    return open_(token, place)


def by_the_person(revision: int = 1, **more):
    own = {category: f"own:{category}" for category in OWN}
    return corrected(revision=revision, said_by=SaidBy.PERSON, by_way_of=CASEWORK, sender_revision=0, own=own,
                     own_facts=FACTS, **more)  # fmt: skip


def _held():
    return Told(received(), screened(), offered(), accepted(), handed_off(), granted(), opens=opens)


def test_who_has_the_person_hears_their_own_word_field_by_field_and_the_sender_in_the_rest():
    told = _held()
    told.hear(by_the_person())
    last = told.to(CASEWORK, "assignment.made")[-1]
    assert (last.preferred_name, last.legal_name, last.birth_date) == ("Blue Sample", "Juniper Sample", None)
    assert (last.phones, last.message_is_safe) == (("360-555-0144",), "no")
    assert last.usual_places == ("Bench by the Sample fountain",)


@pytest.mark.parametrize("revision", [1, 2, 3])
def test_police_and_prosecutor_hear_nothing_of_it(revision):
    told = _held()
    before = [told.names(slug) for slug in (POLICE, PROSECUTOR)]
    for number in range(1, revision + 1):
        told.hear(by_the_person(revision=number)).hear(screened(revision=number))
    assert [told.names(slug) for slug in (POLICE, PROSECUTOR)] == before
    assert "diversion.reported" in before[1]


def test_an_amendment_by_the_sender_after_it_is_reported_to_the_prosecutor_as_ever():
    told = _held()
    told.hear(by_the_person()).hear(corrected(revision=2, own={Category.IDENTITY: "own:identity"}))
    assert [one.amended for one in told.to(PROSECUTOR, "diversion.reported")] == [False, True]


def test_a_record_that_was_kept_before_corrections_said_whose_they_are_is_the_senders():
    told = Told(received(), screened(), offered(), accepted(), handed_off(), corrected(revision=1), opens=opens)
    [record] = [one.records.popitem()[1] for one in told.dossiers.values() if one.records]
    assert record.sent == 1


def test_a_correction_does_not_say_once_more_what_the_sender_said_of_the_persons_agreement():
    told = Told(received(), no(POLICE, 2), by_the_person(minutes=5), opens=opens)
    (dossier,) = told.dossiers.values()
    assert dossier.agreement(next(iter(dossier.records)), "whatcom-lead-program-office") is Agreement.DECLINED


def test_of_a_social_contact_police_hear_the_receipt_alone():
    told = Told(social(), offered(officer_waiting=False), accepted(), handed_off(), enrolled(), granted(), opens=opens)
    told.hear(by_the_person(door=Door.SOCIAL_CONTACT, officer_waiting=False))
    assert told.names(POLICE) == ["referral.acknowledged"]
    assert told.names(PROSECUTOR) == []
