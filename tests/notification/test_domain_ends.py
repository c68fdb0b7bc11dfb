"""An assignment that ends: who had the person hears that it is over, and not why; what they asked for ends with it."""

from __future__ import annotations

import pytest

from contracts.catalogue import AssignmentEnded
from contracts.words import EndReason, Purpose
from tests.notification.examples import (
    CASEWORK,
    OFFICE,
    POLICE,
    PROVIDER,
    REFERRAL,
    accepted,
    enrolled,
    granted,
    handed_off,
    heard,
    offered,
    onward_asked,
    received,
)
from tests.notification.told import Told


@pytest.mark.parametrize("by", [OFFICE, POLICE])
def test_whoever_has_the_person_hears_that_it_is_over_when_somebody_else_ended_it(by):
    told = Told(received(), offered(), accepted(), handed_off(), enrolled())
    told.hear(_ended(by))
    assert told.names(CASEWORK) == ["offer.made", "assignment.made", "offer.cancelled"]
    assert "handoff.unavailable" not in told.names(POLICE)


@pytest.mark.parametrize("by", [CASEWORK, None])
def test_an_end_by_its_own_report_is_not_told_to_it(by):
    told = Told(received(), offered(), accepted(), handed_off(), enrolled())
    told.hear(_ended(by))
    assert told.names(CASEWORK) == ["offer.made", "assignment.made"]


def test_an_end_that_is_read_before_the_acceptance_is_told_with_it():
    told = Told(received(), offered(), _ended(OFFICE))
    told.hear(accepted())
    assert told.names(CASEWORK) == ["offer.made", "offer.cancelled"]


def test_police_hear_the_same_whoever_ended_it():
    lives = [Told(received(), offered(), accepted(), handed_off(), _ended(by)) for by in (OFFICE, CASEWORK)]
    assert lives[0].names(POLICE) == lives[1].names(POLICE)


def test_what_the_case_manager_asked_of_a_provider_is_told_no_more_when_participation_has_ended():
    told = Told(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    told.hear(onward_asked(), carry=False).hear(_ended(CASEWORK))
    assert told.names(PROVIDER) == []
    assert told.withheld(PROVIDER) == [("onward.offered", "rows", "asker-not-holding")]


def test_an_onward_referral_tells_the_record_on_which_its_asker_still_holds_the_person():
    newer = {"referral_id": "ref-" + "8" * 32, "offer_id": "off-" + "8" * 32}
    told = Told(received(), offered(), accepted(), received(referral_id=newer["referral_id"]))
    told.hear(offered(**newer)).hear(accepted(**newer)).hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    told.hear(onward_asked(), carry=False).hear(_ended(CASEWORK, newer["referral_id"]))
    assert told.names(PROVIDER) == ["onward.offered"]
    assert {one.event.referral_id for one in told.disclosures if one.event.agency == PROVIDER} == {REFERRAL}


def _ended(by: str | None, referral_id: str = REFERRAL):
    event = AssignmentEnded(referral_id=referral_id, agency=CASEWORK, reason=EndReason.WITHDREW, by=by)
    return heard(event, minutes=70)
