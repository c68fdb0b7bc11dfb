"""The minutes between the steps of a hand-off, from the receipt until the officer is released."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.catalogue import (
    ArrivalAwaited,
    AssignmentAccepted,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentOffered,
    AssignmentUnavailable,
    ContactAttempted,
    DisclosureMade,
    HandoffCompleted,
    ReferralReceived,
    ScreeningDetermined,
)
from contracts.envelope import agency_source
from contracts.parts import Particulars
from contracts.words import AgeBand, Agreement, Category, ContactResult, Door, Purpose, SourceKind, Verdict
from services.console.domain import File, decide, handoff_minutes, step_of
from tests.console import examples as x

POLICE, FIRST, SECOND = "bellingham-police", "opportunity-council", "lake-whatcom-center"
OTHER_OFFER = "off-" + "4" * 32


def at(minutes):
    return x.BEGIN + timedelta(minutes=minutes)


def steps(*facts):
    return [step_of(row.content._asdict()) for fact in facts for row in decide(None, File(), fact, None)]


def received(*, officer_waiting=True):
    event = ReferralReceived(
        referral_id=x.REFERRAL, agency=POLICE, door=Door.ARREST_DIVERSION, source_kind=SourceKind.LAW_ENFORCEMENT,
        agreement=Agreement.AGREED, officer_waiting=officer_waiting, referred_at=x.BEGIN, particulars=Particulars(),
        sealed={},
    )  # fmt: skip
    return x.said(event)


def ruled(after):
    event = ScreeningDetermined(
        referral_id=x.REFERRAL, revision=0, verdict=Verdict.ELIGIBLE, police_verdict=Verdict.ELIGIBLE, rules=(),
        policy="p", policy_version="1", policy_hash="0" * 64, inputs={},
    )  # fmt: skip
    return x.said(event, after=after)


def offered(after, agency=FIRST, offer=x.OFFER, *, officer_waiting=True):
    event = AssignmentOffered(
        referral_id=x.REFERRAL, offer_id=offer, agency=agency, door=Door.ARREST_DIVERSION,
        age_band=AgeBand.FROM_25_TO_64, language="en", officer_waiting=officer_waiting, lapses_at=at(after + 5),
        arrive_within_minutes=30 if officer_waiting else None,
    )  # fmt: skip
    return x.said(event, after=after)


def accepted(after, agency=FIRST, offer=x.OFFER):
    event = AssignmentAccepted(referral_id=x.REFERRAL, offer_id=offer, agency=agency, arrive_by=at(after + 30))
    return x.said(event, after=after)


def lapsed(after, agency=FIRST, offer=x.OFFER, *, came=True):
    event = AssignmentLapsed(referral_id=x.REFERRAL, offer_id=offer, agency=agency, after_acceptance=not came)
    return x.said(event, after=after)


def told(after, message):
    event = DisclosureMade(
        message_id=f"m-{message}", message_type=message, agency=POLICE, referral_id=x.REFERRAL,
        categories=(Category.REFERRAL_STATUS,), purpose=Purpose.ACKNOWLEDGEMENT, allowed_by="permission/p",
        policy_hash="0" * 64, made_at=at(after),
    )  # fmt: skip
    return x.said(event, after=after)


def handed_off(after, when=None, agency=FIRST, offer=x.OFFER):
    met_at = at(after if when is None else when)
    event = AssignmentHandedOff(referral_id=x.REFERRAL, offer_id=offer, agency=agency, handed_off_at=met_at)
    return x.said(event, after=after)


def by(agency, event, after):
    return x.said(event, after=after, by=agency_source(agency))


AWAITED = ArrivalAwaited(referral_id=x.REFERRAL, offer_id=OTHER_OFFER, agency=SECOND, arrive_by=at(39))
WHOLE = [
    received(), ruled(1), offered(2), lapsed(7), offered(8, SECOND, OTHER_OFFER), accepted(9, SECOND, OTHER_OFFER),
    told(10, "case_manager.dispatched"), x.said(AWAITED, after=29),
    by(SECOND, ContactAttempted(result=ContactResult.CONTACTED, at=at(31)), 32),
    by(SECOND, HandoffCompleted(offer_id=OTHER_OFFER, completed_at=at(36)), 37),
    handed_off(37, 36, SECOND, OTHER_OFFER), told(38, "handoff.confirmed"),
]  # fmt: skip
EXPECTED = [
    ("referral received", 0, 0), ("ruled on", 1, 1), ("offered", 1, 2), ("not answered", 5, 7), ("offered", 1, 8),
    ("accepted", 1, 9), ("officer told who comes", 1, 10), ("operators alarmed", 19, 29), ("arrived", 2, 31),
    ("custody passed", 5, 36), ("officer released", 2, 38),
]  # fmt: skip


def measured(*facts, **given):
    return [(one.what, one.minutes, one.in_all) for one in handoff_minutes(steps(*facts), **given)]


def test_each_step_has_its_minutes_since_the_one_before_and_in_all():
    found = handoff_minutes(steps(*WHOLE))
    assert [(one.what, one.minutes, one.in_all) for one in found] == EXPECTED
    assert sum(one.minutes for one in found) == found[-1].in_all == 38
    assert [one.agency for one in found if one.what in {"arrived", "officer released"}] == [SECOND, POLICE]


@settings(max_examples=60, deadline=None)
@given(some.randoms(), some.lists(some.integers(0, len(WHOLE) - 1), max_size=6))
def test_order_and_duplication_of_the_facts_make_no_difference(chance, doubles):
    facts = [*WHOLE, *(WHOLE[number] for number in doubles)]
    chance.shuffle(facts)
    assert measured(*facts) == EXPECTED


def test_where_the_minutes_are_shortened_they_count_as_whole_ones():
    assert measured(*WHOLE, minute=timedelta(seconds=30))[-1] == ("officer released", 4, 76)


def test_without_a_word_of_arrival_custody_says_when_somebody_was_there():
    found = measured(received(), offered(1), accepted(2), handed_off(20), told(21, "handoff.confirmed"))
    assert found[3:] == [("arrived", 18, 20), ("custody passed", 0, 20), ("officer released", 1, 21)]


def test_the_hand_off_itself_may_say_when_somebody_arrived():
    word = by(FIRST, HandoffCompleted(offer_id=x.OFFER, arrived_at=at(12), completed_at=at(18)), 20)
    assert ("arrived", 10, 12) in measured(received(), offered(1), accepted(2), word, handed_off(20, 18))


@pytest.mark.parametrize(
    "contact",
    [
        ContactAttempted(result=ContactResult.CONTACTED, mode="phone"),
        ContactAttempted(result=ContactResult.NOT_FOUND),
        ContactAttempted(result=ContactResult.CONTACTED, at=at(-60)),
    ],
)
def test_a_call_an_empty_street_and_a_meeting_of_before_are_no_arrival(contact):
    found = measured(received(), offered(1), accepted(2), by(FIRST, contact, 10))
    assert "arrived" not in [what for what, _, _ in found]


def test_nobody_arrives_after_they_said_so():
    early = by(FIRST, ContactAttempted(result=ContactResult.CONTACTED, at=at(500)), 10)
    assert measured(received(), offered(1), accepted(2), early)[-1] == ("arrived", 8, 10)


def test_the_wait_ends_when_the_officer_is_told_to_go_on_and_what_follows_is_no_part_of_it():
    facts = [
        received(), offered(1), accepted(2), told(3, "case_manager.dispatched"), lapsed(32, came=False),
        x.said(AssignmentUnavailable(referral_id=x.REFERRAL), after=32), told(33, "handoff.unavailable"),
        offered(60, SECOND, OTHER_OFFER, officer_waiting=False), accepted(90, SECOND, OTHER_OFFER),
        handed_off(200, None, SECOND, OTHER_OFFER),
    ]  # fmt: skip
    assert measured(*facts)[-3:] == [
        ("did not come", 29, 32), ("nobody left to ask", 0, 32), ("officer told to go on", 1, 33),
    ]  # fmt: skip


def test_where_no_officer_waits_there_is_nothing_to_measure():
    assert measured(received(officer_waiting=False), ruled(1), offered(2, officer_waiting=False), accepted(3)) == []
