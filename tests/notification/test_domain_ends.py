"""An assignment that ends on somebody else's word: who had the person hears that it is over, and not why."""

from __future__ import annotations

import pytest

from contracts.catalogue import AssignmentEnded
from contracts.words import EndReason
from tests.notification.examples import (
    CASEWORK,
    OFFICE,
    POLICE,
    REFERRAL,
    accepted,
    enrolled,
    handed_off,
    heard,
    offered,
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


def _ended(by: str | None):
    event = AssignmentEnded(referral_id=REFERRAL, agency=CASEWORK, reason=EndReason.WITHDREW, by=by)
    return heard(event, minutes=70)
