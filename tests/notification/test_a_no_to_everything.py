"""A person says no to everything: nothing about them is told until consent has said what that takes back."""

from __future__ import annotations

import pytest

from contracts.consents.revocation_settled import RevocationSettled
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import Purpose
from services.notification.domain.recalling import ENDS_TELLING
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    PERSON,
    PROVIDER,
    REFERRAL,
    accepted,
    granted,
    heard,
    offered,
    onward_asked,
    received,
    withdrawn,
)
from tests.notification.told import Told


@pytest.fixture
async def bench():
    """A provider is about to be asked for help, under the person's consent to be handed over."""
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked())
    return bench


def no(referral_id=None):
    return heard(PersonDeclined(referral_id=referral_id), minutes=46, by=CASEWORK)


def dealt_with(word):
    return heard(RevocationSettled(agency=CASEWORK, message_id=word.id), minutes=50)


async def test_while_consent_has_not_dealt_with_it_nothing_goes_to_the_provider(bench):
    await bench.hear(no())
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == []
    assert [one.row.message for one in bench.store.rows if one.row.agency == PROVIDER] == ["onward.offered"]


async def test_what_it_took_back_is_never_told(bench):
    word = no()
    await bench.hear(word, withdrawn(), dealt_with(word))
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == []
    assert not bench.store.rows


async def test_what_it_did_not_take_back_goes_on(bench):
    word = no()
    await bench.hear(word, dealt_with(word))
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == ["onward.offered"]


async def test_a_no_to_one_referral_takes_back_no_consent_and_holds_nothing(bench):
    await bench.hear(no(REFERRAL))
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == ["onward.offered"]


def test_it_does_not_matter_whether_the_no_or_the_answer_to_it_is_read_first():
    word = no()
    told = Told(received(), dealt_with(word), word)
    assert not told.dossiers[PERSON].revoking
    assert Told(received(), word).dossiers[PERSON].revoking


def test_it_is_folded_only_when_what_is_being_told_of_the_person_has_gone():
    assert PersonDeclined in ENDS_TELLING
