"""How far a referral came, worked out of the timeline's steps: in any order, however often, the same."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.catalogue import (
    AssignmentCancelled,
    AssignmentClosed,
    AssignmentDeclined,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentReopened,
    AssignmentUnavailable,
    ReferralCorrected,
    ReferralErased,
    ReferralRetracted,
    ReviewDecided,
    ScreeningDetermined,
)
from contracts.corrections import SaidBy
from contracts.parts import AgeFact, Particulars
from contracts.words import Agreement, Category, ClosedReason, DeclineReason, Door, EndReason, SourceKind, Verdict
from services.console.domain import Journey, decide, joined, journeys_of, step_of
from tests.console import examples as x

AGENCY = "compass-health"


def screened(verdict, *, revision=0, after=2):
    event = ScreeningDetermined(
        referral_id=x.REFERRAL, revision=revision, verdict=verdict, police_verdict=verdict, rules=(), policy="whatcom",
        policy_version="2026-01", policy_hash="0" * 64, inputs={},
    )  # fmt: skip
    return x.said(event, after=after)


def corrected(*, revision=1, after=30, area="lynden"):
    event = ReferralCorrected(
        referral_id=x.REFERRAL, agency="opportunity-council", said_by=SaidBy.SENDER, by_way_of="opportunity-council",
        door=Door.COMMUNITY, source_kind=SourceKind.BUSINESS, agreement=Agreement.AGREED, referred_at=x.BEGIN,
        particulars=Particulars(area=area, age=AgeFact(from_years=30, to_years=34), housing="sheltered",
                                interpreter="yes", language="es"),
        sealed={Category.IDENTITY: x.SECRET}, revision=revision, sender_revision=revision,
    )  # fmt: skip
    return x.said(event, after=after)


HANDED_OFF = AssignmentHandedOff(
    referral_id=x.REFERRAL, offer_id=x.OFFER, agency=AGENCY, handed_off_at=x.BEGIN + timedelta(minutes=25)
)
ENROLLED = AssignmentEnrolled(referral_id=x.REFERRAL, agency=AGENCY, completed_on=date(2026, 3, 9))
ENDED = AssignmentEnded(referral_id=x.REFERRAL, agency=AGENCY, reason=EndReason.GOALS_MET)


def again(*, enrolled):
    return AssignmentReopened(referral_id=x.REFERRAL, offer_id=x.OFFER, agency=AGENCY, met=True, enrolled=enrolled)


CLOSED = AssignmentClosed(referral_id=x.REFERRAL, reason=ClosedReason.PARTICIPATION_ENDED)
ERASED = ReferralErased(referral_id=x.REFERRAL, ground="person_request", erased_at=x.BEGIN, by="juno-operator")
STORY = [
    x.referral_received(), screened(Verdict.NEEDS_REVIEW), x.review_requested(), x.waitlisted(), corrected(),
    screened(Verdict.ELIGIBLE, revision=1, after=31),
    x.said(ReviewDecided(review_id=x.REVIEW, referral_id=x.REFERRAL, verdict=Verdict.ELIGIBLE, by="juno"), after=3),
    x.offered(), x.accepted(), x.said(HANDED_OFF, after=26), x.said(ENROLLED, after=40), x.said(ENDED, after=50),
    x.said(CLOSED, after=50), x.agency_said(),
    x.said(AssignmentDeclined(referral_id=x.REFERRAL, offer_id="off-" + "4" * 32, agency=AGENCY,
                              reason=DeclineReason.NO_ROOM), after=4),
    x.said(AssignmentLapsed(referral_id=x.REFERRAL, offer_id="off-" + "5" * 32, agency=AGENCY), after=4),
    x.said(AssignmentLapsed(referral_id=x.REFERRAL, offer_id="off-" + "6" * 32, agency=AGENCY, after_acceptance=True),
           after=4),
    x.said(AssignmentCancelled(referral_id=x.REFERRAL, offer_id="off-" + "7" * 32, agency=AGENCY,
                               reason=ClosedReason.AMENDED), after=4),
    x.said(AssignmentUnavailable(referral_id=x.REFERRAL), after=5),
]  # fmt: skip
"""One of each fact that says something of a journey, and some that do not."""


def steps(facts):
    """The lines of the timeline, as the store gives them back."""
    return [step_of(row.content._asdict()) for fact in facts for row in decide(None, None, fact, None)]


def journey(*facts):
    (found,) = journeys_of(steps(facts))
    return found


def test_a_journey_says_how_far_a_referral_came_and_when():
    found = journey(*STORY)
    after = {name: (at - x.BEGIN) // timedelta(minutes=1) for name, at in found.first.items()}
    assert after == {"screened": 2, "eligible": 3, "waitlisted": 3, "offered": 4, "accepted": 5, "met": 25}
    assert (found.enrolled, found.enrolled_on, found.unavailable) == (True, date(2026, 3, 9), True)
    assert sorted(how for _, how in found.offer_ends.values()) == [
        "cancelled_amended", "declined_no_room", "nobody_came", "not_answered",
    ]  # fmt: skip
    # Of two words of one moment, why the participation ended says more than that the referral is closed.
    assert (found.standing, found.is_over) == ("goals_met", True)


def test_the_newest_revision_counts():
    sent = journey(*STORY).sent
    assert (sent.revision, sent.area, sent.age, sent.language) == (1, "lynden", (30, 34), "es")
    assert (sent.interpreter, sent.door) == ("yes", Door.COMMUNITY)
    first = journey(x.referral_received()).sent
    assert (first.area, first.age, first.language, first.interpreter) == (None, None, "en", "unknown")


@settings(deadline=None)
@given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=8), st.integers(0, len(STORY)))
def test_any_order_and_any_number_of_the_same_steps_give_the_same_journey(order, again, place):
    assert journeys_of(steps([*order[:place], *again, *order[place:]])) == journeys_of(steps(STORY))


@settings(deadline=None)
@given(st.permutations([*STORY, x.said(ERASED, after=60)]))
def test_of_an_erased_record_there_is_no_journey_whatever_comes_when(order):
    assert journeys_of(steps(order)) == []


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ([x.said(ENDED, after=50), x.said(again(enrolled=True), after=60)], "taking_part"),
        ([x.said(ENDED, after=50), x.said(again(enrolled=False), after=60)], "under_way"),
        ([], "under_way"),
        ([x.waitlisted()], "waiting"),
        ([x.waitlisted(), x.offered()], "under_way"),
        ([x.offered(), x.said(ENROLLED, after=9)], "taking_part"),
        ([x.said(CLOSED, after=3), x.offered()], "under_way"),
        ([x.offered(), x.said(CLOSED, after=9)], "participation_ended"),
        ([x.said(ReferralRetracted(referral_id=x.REFERRAL, agency="opportunity-council", why="other")), x.offered()],
         "withdrawn_by_source"),
    ],
)  # fmt: skip
def test_where_a_referral_stands_is_what_was_said_last(facts, standing):
    assert journey(x.referral_received(), *facts).standing == standing


def test_without_the_referral_itself_there_is_no_journey_and_nothing_names_a_record():
    assert journeys_of(steps([x.offered(), x.accepted()])) == []
    assert x.REFERRAL not in repr(journey(x.referral_received(), x.waitlisted()))
    assert x.PERSON not in repr(journey(*STORY))


def test_a_step_that_says_nothing_of_a_journey_leaves_it_as_it_was():
    start = Journey()
    assert reduce(joined, steps([x.agency_said(), x.review_requested()]), start) is start
