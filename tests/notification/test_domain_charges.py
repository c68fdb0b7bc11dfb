"""What offices and case managers hear of a hold: the days, and that one is over, which says nothing of why."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from contracts.catalogue import (
    ChargeHeld,
    HoldExtended,
    HoldLapsed,
    HoldStarted,
    HoldUnreported,
    HoldUntold,
    ReferralErased,
)
from contracts.envelope import written
from contracts.words import Category, ConsentKind, Purpose
from tests.notification.examples import (
    CASEWORK,
    OTHER_PROSECUTOR,
    POLICE,
    PROSECUTOR,
    REFERRAL,
    accepted,
    enrolled,
    granted,
    handed_off,
    heard,
    offered,
    open_,
    received,
    withdrawn,
)
from tests.notification.told import Told

DAY, LATER = date(2026, 4, 1), date(2026, 4, 15)
OVER, OVER_LATER = datetime(2026, 4, 2, 7, tzinfo=UTC), datetime(2026, 4, 16, 7, tzinfo=UTC)
ITS = {"referral_id": REFERRAL, "agency": PROSECUTOR}
TOKEN = "sealed-number"


def started(office=PROSECUTOR):
    return heard(HoldStarted(referral_id=REFERRAL, agency=office, due_on=DAY, due_at=OVER), minutes=40)


def extended():
    return heard(HoldExtended(**ITS, due_on=LATER, due_at=OVER_LATER), minutes=60)


def near():
    return heard(HoldUnreported(**ITS, due_on=DAY, due_at=OVER), minutes=70)


def over(kind=HoldLapsed):
    return heard(kind(**ITS, due_on=DAY), minutes=90)


def may_tell():
    return granted(PROSECUTOR, kind=ConsentKind.CRIMINAL_JUSTICE_REFERRAL, categories=[Category.INTAKE_STATUS],
                   purpose=Purpose.PROSECUTION_DECISION)  # fmt: skip


def begun():
    return [received(), offered(), accepted(), handed_off()]


def opens(token, place):
    return b"SAMPLE-CN-1" if token == TOKEN else open_(token, place)


def test_the_office_hears_until_when_it_holds_the_charge_and_nobody_else_does():
    told = Told(*begun(), started())
    [report] = told.to(PROSECUTOR, "hold.reported")
    assert (report.state, report.due_on, report.due_at, report.incident_number) == ("held", DAY, OVER, "SAMPLE-1")
    for other in (OTHER_PROSECUTOR, POLICE):
        assert "hold.reported" not in told.names(other)


def test_another_office_hears_nothing_whatever_is_said_of_it():
    told = Told(*begun(), started(OTHER_PROSECUTOR))
    assert told.names(OTHER_PROSECUTOR) == []
    assert told.withheld(OTHER_PROSECUTOR) == [("hold.reported", "rows", "no-row-covers-this-person")]


def test_its_own_number_of_the_case_comes_back_to_it_alone():
    number = heard(ChargeHeld(referral_id=REFERRAL, cause_number=TOKEN), minutes=50, by=PROSECUTOR)
    told = Told(*begun(), started(), number, near(), extended(), opens=opens)
    assert [one.cause_number for one in told.to(PROSECUTOR, "hold.reported")] == [None, "SAMPLE-CN-1"]
    assert "SAMPLE-CN-1" not in json.dumps([fact.event.model_dump(mode="json") for slug, fact in told.messages
                                            if slug != PROSECUTOR])  # fmt: skip


@pytest.mark.parametrize("program", [[], [enrolled], [may_tell], [enrolled, may_tell, withdrawn]], ids=len)
def test_that_the_day_is_over_looks_the_same_whatever_became_of_the_intake(program):
    plain = Told(*begun(), started(), over())
    lived = Told(
        *begun(), started(), *(one() for one in program), over(HoldUntold if enrolled in program else HoldLapsed)
    )
    last, expected = ([fact for slug, fact in one.messages if slug == PROSECUTOR][-1] for one in (lived, plain))
    assert last.event == expected.event
    assert last.event.state == "lapsed"
    assert last.envelope.at == expected.envelope.at
    (body, headers), (other_body, other_headers) = written(last), written(expected)
    assert len(body) == len(other_body)
    assert {name: len(value) for name, value in headers} == {name: len(value) for name, value in other_headers}


def test_an_office_that_may_hear_of_the_intake_at_the_last_look_hears_of_no_lapse():
    told = Told(*begun(), started(), enrolled(), may_tell(), over(HoldUntold))
    assert told.names(PROSECUTOR) == ["diversion.reported", "hold.reported", "intake.reported"]
    assert ("hold.reported", "rows", "intake-told") in told.withheld(PROSECUTOR)


def test_a_consent_that_comes_and_goes_after_the_day_says_it_once():
    told = Told(*begun(), started(), enrolled(), over(HoldUntold), may_tell(), withdrawn())
    assert told.names(PROSECUTOR) == ["diversion.reported", "hold.reported", "hold.reported", "intake.reported"]


def test_the_case_manager_is_told_in_time_who_has_to_be_named_and_nothing_of_why():
    told = Told(*begun(), started(), near())
    [awaited] = told.to(CASEWORK, "report.awaited")
    assert (awaited.office, awaited.due_on, awaited.due_at) == (PROSECUTOR, DAY, OVER)
    assert "report.awaited" not in Told(*begun(), started(), over(), near()).names(CASEWORK)
    assert "report.awaited" not in Told(*begun(), enrolled(), may_tell(), started(), near()).names(CASEWORK)


def test_of_an_erased_record_nobody_hears_a_day():
    gone = heard(
        ReferralErased(referral_id=REFERRAL, ground="entered_in_error", erased_at=OVER, by="clock"), minutes=45
    )
    assert Told(*begun(), started(), gone, over()).names(PROSECUTOR).count("hold.reported") == 1
