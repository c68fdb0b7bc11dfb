"""A consent that ends with an event opens nothing from the event on, whether consent has said so yet or not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.consents.revocation_settled import RevocationSettled
from contracts.referrals.referral_erased import ReferralErased
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.words import EndReason, Purpose
from services.notification.domain.answers import Allowed, Question, Withheld
from services.notification.domain.dossier import Dossier
from services.notification.domain.evolving import evolve
from tests.notification.examples import (
    CASEWORK,
    NOON,
    OFFER,
    PROVIDER,
    REFERRAL,
    accepted,
    enrolled,
    granted,
    handed_off,
    heard,
    judge,
    offered,
    onward_asked,
    received,
)
from tests.notification.told import Told

OTHER = {"referral_id": "ref-" + "8" * 32, "offer_id": "off-" + "8" * 32}
BEGUN = (received(), offered(), accepted(), handed_off())


def ended(minutes=60.0, referral_id=REFERRAL):
    event = AssignmentEnded(referral_id=referral_id, agency=CASEWORK, reason=EndReason.MOVED)
    return heard(event, minutes=minutes)


EVENTS = {"end_of_participation": ended, "end_of_treatment": ended, "intake_completed": enrolled}


def known(*facts) -> Dossier:
    dossier = Dossier()
    for fact in facts:
        dossier = evolve(dossier, fact)
    return dossier


def may(dossier: Dossier, offer_id: str = OFFER):
    question = Question(CASEWORK, "assignment.made", Purpose.CARE_COORDINATION, offer_id=offer_id)
    return judge().may(question, dossier, NOON + timedelta(hours=2))


def again(minutes=61.0):
    """A new referral, that the same agency takes on: what one participation ended, the other may hold open."""
    return [received(referral_id=OTHER["referral_id"], minutes=minutes), offered(**OTHER), accepted(**OTHER)]


@pytest.mark.parametrize("event", EVENTS)
def test_it_opens_nothing_once_its_event_is_heard(event):
    dossier = known(*BEGUN, *again(), granted(CASEWORK, expires_with=event))
    assert isinstance(may(dossier, OTHER["offer_id"]), Allowed)
    answer = may(evolve(dossier, EVENTS[event]()), OTHER["offer_id"])
    assert answer == Withheld(Purpose.CARE_COORDINATION, "consent", "no-consent")


@pytest.mark.parametrize("event", EVENTS)
def test_it_opens_nothing_either_where_the_event_is_read_before_the_consent(event):
    dossier = known(*BEGUN, *again(), EVENTS[event](), granted(CASEWORK, expires_with=event))
    assert isinstance(may(dossier, OTHER["offer_id"]), Withheld)


@pytest.mark.parametrize("event", EVENTS)
def test_one_that_was_granted_after_the_event_is_not_touched(event):
    anew = granted(CASEWORK, expires_with=event, minutes=70)
    assert isinstance(may(known(*BEGUN, EVENTS[event](), *again(), anew), OTHER["offer_id"]), Allowed)


@pytest.mark.parametrize("event", ["none", "charge_decided"])
def test_one_that_ends_with_something_else_stays(event):
    dossier = known(*BEGUN, *again(), granted(CASEWORK, expires_with=event), ended(), enrolled())
    assert isinstance(may(dossier, OTHER["offer_id"]), Allowed)


def taken_back(minutes):
    word = heard(ConsentRevoked(how="verbal"), minutes=minutes, by=CASEWORK)
    settled = RevocationSettled(agency=CASEWORK, message_id=word.id)
    return [word, heard(settled, minutes=minutes + 1)]


@pytest.mark.parametrize("event", ["end_of_participation", "intake_completed"])
def test_a_word_that_waited_for_the_event_ends_it_with_the_event(event):
    dossier = known(*BEGUN, *again(), granted(CASEWORK, irrevocable_until=event), *taken_back(50))
    assert isinstance(may(dossier, OTHER["offer_id"]), Allowed)
    answer = may(evolve(dossier, EVENTS[event]()), OTHER["offer_id"])
    assert answer == Withheld(Purpose.CARE_COORDINATION, "consent", "no-consent")


@pytest.mark.parametrize("event", ["end_of_participation", "intake_completed"])
@pytest.mark.parametrize("words", [[], taken_back(30)], ids=["no word", "a word before it was granted"])
def test_without_a_word_that_waited_it_outlasts_the_event(event, words):
    facts = [*BEGUN, *again(), *words, granted(CASEWORK, irrevocable_until=event), EVENTS[event]()]
    assert isinstance(may(known(*facts), OTHER["offer_id"]), Allowed)


def test_what_waits_under_it_is_withheld_when_participation_ends():
    consent = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, expires_with="end_of_participation")
    told = Told(*BEGUN, *again(), consent)
    told.hear(onward_asked(), carry=False).hear(ended())
    assert told.names(PROVIDER) == []
    assert told.withheld(PROVIDER) == [("onward.offered", "consent", "no-consent")]


def test_it_stays_ended_when_the_record_of_the_participation_is_erased():
    gone = heard(ReferralErased(referral_id=REFERRAL, ground="person_request", erased_at=NOON, by="juno-sample"))
    facts = [*BEGUN, *again(), granted(CASEWORK, expires_with="end_of_participation")]
    for order in ([*facts, ended(), gone], [*facts, gone, ended()]):
        assert isinstance(may(known(*order), OTHER["offer_id"]), Withheld)
    assert known(*facts, ended(), gone) == known(*facts, gone, ended())
