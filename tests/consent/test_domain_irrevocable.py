"""Under 42 CFR 2.35 a consent may stand until an event or a day that its form names; no other may, none for ever."""

from datetime import date

import pytest

from services.plumbing.service import Deadline
from tests.consent.examples import (
    HOLDER,
    OFFICE,
    PROVIDER,
    Stage,
    accepted,
    asked_onward,
    ended,
    enrolled,
    expiry_due,
    hours,
    making,
    monitored,
    revocable_due,
    revoked,
    signed,
)

FIRST_COMES = [
    ({"irrevocable_until": "intake_completed"}, enrolled(at=24.0)),
    ({"irrevocable_until": "end_of_participation", "expires_with": None, "expires_at": hours(1000)}, ended(at=48.0)),
    ({"irrevocable_until_at": hours(24)}, revocable_due(24.0)),
    ({"irrevocable_until": "end_of_participation", "irrevocable_until_at": hours(24)}, revocable_due(24.0)),
]
EVENTS = ["intake", "end", "day", "the day before the end"]


def granted(*forms, **until):
    return Stage().given(accepted(), *forms, monitored(**until))


@pytest.mark.parametrize("by", [HOLDER, OFFICE])
@pytest.mark.parametrize("how", ["written", "verbal"])
@pytest.mark.parametrize(("until", "comes"), FIRST_COMES, ids=EVENTS)
def test_it_is_not_taken_back_before_and_at_once_when_the_event_comes(until, comes, how, by):
    stage = granted(**until).when(revoked(by=by, how=how))
    assert (stage.names, stage.reasons, len(stage.in_force)) == (
        ["consent.granted", "consent.refused"], ["irrevocable"], 1,
    )  # fmt: skip
    refusal = stage.said[-1].refusal
    assert (refusal.agency, refusal.message_type) == (by, "consent.revoked")
    assert "2.35(c)" in refusal.problems[0].rule

    stage.when(comes)
    assert (stage.names[2:], stage.said[-1].how, stage.in_force) == (["consent.withdrawn"], how, set())


@pytest.mark.parametrize(("until", "comes"), FIRST_COMES, ids=EVENTS)
def test_after_the_event_it_is_taken_back_like_any_other(until, comes):
    stage = granted(**until).when(comes)
    assert len(stage.in_force) == 1
    assert stage.when(revoked(at=49.0, how="verbal")).names[-1] == "consent.withdrawn"


def test_the_day_counts_also_before_its_deadline_is_heard():
    assert granted(irrevocable_until_at=hours(24)).when(revoked(at=25.0)).in_force == set()


def test_the_day_is_a_deadline():
    stage = granted(irrevocable_until_at=hours(24))
    assert stage.deadlines == [Deadline("revocable", stage.said[0].consent_id, hours(24))]


def test_a_word_without_a_number_stops_all_that_can_be_stopped_and_says_that_not_all_was():
    stage = granted(signed(form_reference="ROI-1"), irrevocable_until="intake_completed")
    stage.when(revoked(form=None, how="verbal"))
    assert stage.names[2:] == ["consent.withdrawn", "consent.refused"]
    assert (stage.reasons, len(stage.in_force)) == (["irrevocable"], 1)


def test_from_no_answer_to_others_can_it_be_seen_that_there_is_such_a_consent():
    stage = granted(asked_onward(), irrevocable_until="intake_completed")
    stage.when(revoked(by=PROVIDER, form=None, how="verbal"))
    assert (stage.reasons, len(stage.in_force)) == ([], 1)
    assert stage.when(enrolled()).in_force == set()


def test_it_expires_before_its_event_and_nobody_is_told_then_that_it_stands():
    stage = granted(irrevocable_until="intake_completed", expires_at=hours(10)).when(revoked(), expiry_due(10))
    assert stage.names == ["consent.granted", "consent.refused", "consent.expired"]
    assert stage.when(revoked(at=11.0)).names == ["consent.granted", "consent.refused", "consent.expired"]


def test_an_intake_from_before_does_not_make_it_irrevocable_for_ever():
    stage = Stage().given(accepted(), enrolled(at=-0.5), monitored(irrevocable_until="intake_completed"))
    assert stage.when(revoked()).in_force == set()


def test_one_that_was_signed_on_a_day_before_the_end_and_sent_after_can_be_taken_back():
    until = {"irrevocable_until": "end_of_participation", "expires_with": None, "expires_at": hours(1000)}
    late = monitored(at=60.0, **until)
    assert Stage().given(accepted(), ended(at=40.0), late, revoked(at=61.0)).in_force == set()
    after = monitored(at=60.0, signed_on=date(2026, 3, 4), **until)
    assert len(Stage().given(accepted(), ended(at=40.0), after, revoked(at=61.0)).in_force) == 1


def test_another_form_under_its_number_that_a_word_reaches_does_not_end_it():
    stage = granted(irrevocable_until="intake_completed").when(revoked(at=20.0, form=None))
    stage.when(signed(at=40.0, kind="hub_handoff"))
    assert (stage.reasons, len(stage.in_force)) == (["irrevocable", "form-already-used"], 1)


def test_taken_back_while_it_waits_it_still_stands_until_its_event():
    stage = Stage().given(monitored(irrevocable_until="intake_completed"), revoked(), accepted(at=2.0))
    assert stage.names == ["consent.refused", "consent.granted"]
    assert stage.when(enrolled()).in_force == set()


def test_an_irrevocability_until_an_event_of_which_the_hub_does_not_hear_is_refused():
    stage = granted(irrevocable_until="charge_decided")
    assert (stage.reasons, stage.problem_fields) == (["invalid-consent"], ["irrevocable_until"])


@pytest.mark.parametrize("until", [{"irrevocable_until": "intake_completed"}, {"irrevocable_until_at": hours(24)}])
@pytest.mark.parametrize(
    "kind", ["hub_handoff", "part2_specific", "part2_tpo", "part2_proceedings", "hipaa_authorisation"]
)
def test_no_other_kind_may_be_irrevocable(kind, until):
    assert Stage().given(accepted(), signed(kind=kind, **until)).problem_fields == ["irrevocable_until"]


def test_an_irrevocable_form_says_from_when_it_can_be_taken_back():
    stage = granted(irrevocable_until="intake_completed", statements=making("right-to-revoke"))
    assert stage.problem_fields == ["statements"]
    assert "revocable-later" in stage.said[0].refusal.problems[0].rule


def test_a_grant_says_until_when_it_is_irrevocable():
    event = granted(irrevocable_until="end_of_participation", irrevocable_until_at=hours(24)).said[0]
    assert (event.irrevocable_until, event.irrevocable_until_at) == ("end_of_participation", hours(24))
