"""What an operator may be shown of whom, and what of it is entered."""

from __future__ import annotations

import pytest

from contracts.consents.revocation_settled import RevocationSettled
from contracts.referrals.referral_erased import ReferralErased
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.words import Category, Purpose
from services.notification.domain.answers import Allowed, Question, Withheld
from services.notification.domain.dossier import Dossier
from services.notification.domain.evolving import evolve
from services.notification.domain.ledger import entry_of
from services.notification.domain.revealing import RevealAsked, answered, revealed, row_of, shown, tokens_of, withheld
from tests.notification.examples import (
    CASEWORK,
    CLEAR,
    NOON,
    OFFICE,
    PERSON,
    POLICE,
    REFERRAL,
    SEALED,
    community,
    heard,
    judge,
    open_,
    received,
)

OTHER = "ref-" + "9" * 32


def asks(**more) -> RevealAsked:
    return RevealAsked(**{"person": PERSON, "operator": "juno-sample", "why": "Sample why"} | more)


def known(*facts) -> Dossier:
    dossier = Dossier()
    for fact in facts:
        dossier = evolve(dossier, fact)
    return dossier


def seen(dossier: Dossier, asked: RevealAsked) -> list[dict]:
    found = []
    for one in answered(judge(), dossier, asked, NOON):
        assert isinstance(one.answer, Allowed)
        row = row_of(asked, "reveal-1", one.referral_id, judge(), NOON)
        opens = tokens_of(row, dossier, one.answer)

        def open_these(token, person, opens=opens):
            assert token in opens
            return open_(token, person)

        found.append(
            shown(row, dossier, judge(), one.answer, open_these).model_dump(mode="json", exclude_defaults=True)
        )
    return found


def test_an_operator_sees_what_the_site_lets_them_see_and_neither_narrative_nor_demographics():
    [one] = seen(known(received()), asks())
    assert one["legal_name"] == CLEAR[Category.IDENTITY]["legal_name"]
    assert one["incident_number"] == CLEAR[Category.INCIDENT]["number"]
    assert one["phones"] == CLEAR[Category.CONTACT]["phones"]
    assert "Sample reason" not in str(one)
    assert "marked-race" not in str(one)


def test_who_asks_for_one_category_sees_no_other_and_no_other_token_is_opened():
    asked = asks(categories=(Category.IDENTITY,))
    [one] = seen(known(received()), asked)
    assert set(one) == {"referral_id", "legal_name", "preferred_name", "pronouns", "birth_date"}
    [answer] = answered(judge(), known(received()), asked, NOON)
    assert tokens_of(row_of(asked, "", REFERRAL, judge(), NOON), known(received()), answer.answer) == {
        SEALED[Category.IDENTITY]
    }


def test_a_category_that_the_site_does_not_list_is_withheld():
    asked = asks(categories=(Category.NARRATIVE, Category.DEMOGRAPHICS))
    [one] = answered(judge(), known(received()), asked, NOON)
    assert one.answer == Withheld(Purpose.OPERATION, "fields", "no-field-permitted")


def test_a_source_that_reveals_health_is_not_shown():
    [one] = seen(known(community(restricted_source=True)), asks())
    assert not {"through", "usual_places", "place"} & set(one)


def test_of_an_erased_record_nothing_is_shown_and_of_the_other_one_all():
    gone = ReferralErased(referral_id=REFERRAL, ground="person_request", erased_at=NOON, by="juno-sample")
    dossier = known(received(), received(referral_id=OTHER), heard(gone, minutes=9))
    assert [one["referral_id"] for one in seen(dossier, asks())] == [OTHER]
    [one] = answered(judge(), dossier, asks(records=(REFERRAL,)), NOON)
    assert one.answer == Withheld(Purpose.OPERATION, "rows", "erased")


@pytest.mark.parametrize("dossier", [Dossier(), known(received())], ids=["a stranger", "another's record"])
def test_what_is_not_there_is_a_no(dossier):
    [one] = answered(judge(), dossier, asks(records=(OTHER,)), NOON)
    assert one.answer == Withheld(Purpose.OPERATION, "rows", "no-record")


def test_while_it_is_not_known_what_the_person_took_back_nothing_is_shown():
    word = heard(ConsentRevoked(how="verbal"), minutes=9, by=CASEWORK)
    dossier = known(received(), word)
    [one] = answered(judge(), dossier, asks(), NOON)
    assert one.answer == Withheld(Purpose.OPERATION, "rows", "word-not-settled")
    settled = heard(RevocationSettled(agency=CASEWORK, message_id=word.id), minutes=10)
    assert [one["referral_id"] for one in seen(evolve(dossier, settled), asks())] == [REFERRAL]


@pytest.mark.parametrize("agency", [OFFICE, POLICE])
def test_no_lane_carries_it(agency):
    question = Question(agency, "person.revealed", Purpose.OPERATION, REFERRAL)
    assert isinstance(judge().may(question, known(received()), NOON), Withheld)


def test_what_is_entered_names_the_operator_the_ground_and_the_categories_and_nothing_that_is_shown():
    asked = asks()
    [one] = answered(judge(), known(received()), asked, NOON)
    fact = revealed(asked, "reveal-1", one, judge(), f"hs1.{REFERRAL}.reveal.x", "signature-sample", NOON)
    entry = entry_of(fact)
    assert entry is not None
    assert (entry.subject, entry.agency) == (PERSON, OFFICE)
    for word in ('"kind":"revealed"', '"operator":"juno-sample"', '"permission/reveal-to-an-operator"', '"identity"'):
        assert word in entry.text
    assert "Sample why" not in entry.text
    no = entry_of(withheld(asked, "reveal-1", REFERRAL, "permission", "unsigned", judge(), NOON))
    assert no is not None
    assert '"rule":"unsigned"' in no.text
