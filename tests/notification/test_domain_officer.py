"""What the officer hears, and what never: DESIGN 7.4, line by line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.words import Verdict
from tests.notification.examples import (
    NOON,
    POLICE,
    REFERRAL,
    accepted,
    after_the_fact,
    cancelled,
    corrected,
    enrolled,
    granted,
    handed_off,
    heard,
    offered,
    received,
    review_decided,
    review_requested,
    screened,
    social,
    unavailable,
)
from tests.notification.told import Told


class TestTheOfficer:
    def test_hears_the_receipt_with_the_incident_number_echoed(self):
        told = Told(received())
        [receipt] = told.to(POLICE, "referral.acknowledged")
        assert (receipt.incident_number, receipt.subject_sequence, receipt.received_at) == ("SAMPLE-1", 1, NOON)

    def test_hears_the_receipt_again_when_the_incident_comes_again(self):
        again = heard(ReferralRepeated(referral_id=REFERRAL, agency=POLICE, message_id="sent-2"))
        told = Told(received(), again)
        first, second = told.to(POLICE, "referral.acknowledged")
        assert first == second

    def test_hears_every_step_of_an_arrest_diversion_and_nothing_after_the_hand_off(self):
        told = Told(received(), screened(), offered(), accepted(), handed_off(), granted(), enrolled())
        assert told.names(POLICE) == [
            "referral.acknowledged", "screening.reported", "case_manager.dispatched", "handoff.confirmed",
        ]  # fmt: skip

    def test_hears_of_a_social_contact_the_receipt_and_no_more(self):
        told = Told(social(officer_waiting=True), screened(), offered(), accepted(), handed_off(), unavailable())
        assert told.names(POLICE) == ["referral.acknowledged"]

    def test_hears_a_no_with_the_clauses_that_rest_on_police_data_alone(self):
        told = Told(received(), screened(Verdict.PRESUMPTIVELY_INELIGIBLE))
        [report] = told.to(POLICE, "screening.reported")
        assert (report.divertible, report.clauses) == (False, ("drug-amount",))

    def test_hears_nothing_of_a_rule_that_is_not_the_polices(self):
        told = Told(received(), screened(Verdict.ELIGIBLE, verdict=Verdict.PRESUMPTIVELY_INELIGIBLE))
        [report] = told.to(POLICE, "screening.reported")
        assert (report.divertible, report.clauses) == (True, ())

    @pytest.mark.parametrize(("verdict", "divertible"), [
        (Verdict.ELIGIBLE, True), (Verdict.PRESUMPTIVELY_INELIGIBLE, False),
    ])  # fmt: skip
    def test_hears_the_answer_of_a_review_when_it_is_decided_and_not_before(self, verdict, divertible):
        told = Told(received(), screened(Verdict.NEEDS_REVIEW), review_requested())
        assert told.names(POLICE) == ["referral.acknowledged"]
        told.hear(review_decided(verdict))
        [report] = told.to(POLICE, "screening.reported")
        assert (report.divertible, report.clauses) == (divertible, ())

    def test_hears_the_answer_of_a_review_once_although_it_is_decided_again_for_an_amendment(self):
        told = Told(received(), screened(Verdict.NEEDS_REVIEW), review_requested(), review_decided(), corrected())
        told.hear(screened(Verdict.NEEDS_REVIEW, revision=1, minutes=4)).hear(review_decided(revision=1, minutes=4))
        assert [report.divertible for report in told.to(POLICE, "screening.reported")] == [True]

    def test_hears_an_operators_word_that_came_in_time_after_the_sites_default(self):
        told = Told(received(), screened(Verdict.NEEDS_REVIEW), review_requested())
        told.hear(review_decided(Verdict.PRESUMPTIVELY_INELIGIBLE)).hear(review_decided(by="ada", minutes=1.5))
        assert [report.divertible for report in told.to(POLICE, "screening.reported")] == [False, True]

    def test_hears_a_changed_answer_of_an_amendment_before_the_hand_off(self):
        told = Told(received(), screened(), corrected(), screened(Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1))
        assert [report.divertible for report in told.to(POLICE, "screening.reported")] == [True, False]

    def test_hears_no_second_answer_when_the_amendment_changes_nothing(self):
        told = Told(received(), screened(), corrected(), screened(revision=1))
        assert told.names(POLICE).count("screening.reported") == 1

    def test_hears_no_changed_answer_after_the_hand_off(self):
        told = Told(received(), screened(), offered(), accepted(), handed_off(), corrected())
        told.hear(screened(Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1)).hear(corrected(2))
        told.hear(screened(Verdict.PRESUMPTIVELY_INELIGIBLE, revision=2))
        assert told.names(POLICE).count("screening.reported") == 1

    def test_hears_how_long_the_case_manager_takes_and_the_sites_minutes_where_nobody_said(self):
        told = Told(received(), offered(), accepted(arrives_in_minutes=None))
        [notice] = told.to(POLICE, "case_manager.dispatched")
        assert notice.arrives_in_minutes == 30

    def test_hears_of_nobody_coming_without_a_reason(self):
        told = Told(received(), screened(), unavailable(appointment=True))
        [notice] = told.to(POLICE, "handoff.unavailable")
        assert notice.appointment_follows

    def test_hears_nothing_of_the_appointment_that_came_of_it(self):
        told = Told(received(), unavailable(), offered(), accepted(), handed_off())
        assert told.names(POLICE) == ["referral.acknowledged", "handoff.unavailable"]

    def test_hears_that_an_appointment_follows_when_the_agency_will_not_come_at_once(self):
        told = Told(received(), offered(), accepted(appointment_at=NOON + timedelta(days=1)), unavailable())
        [notice] = told.to(POLICE, "handoff.unavailable")
        assert notice.appointment_follows
        assert "case_manager.dispatched" not in told.names(POLICE)

    def test_hears_of_a_phoned_hand_off_the_receipt_only(self):
        phoned = received(after_the_fact=after_the_fact())
        told = Told(phoned, screened(), accepted(after_the_fact=True), handed_off(after_the_fact=True))
        assert told.names(POLICE) == ["referral.acknowledged"]

    def test_hears_nothing_when_no_officer_waits_but_the_answer(self):
        told = Told(received(officer_waiting=False), screened(), offered(), accepted(), handed_off())
        assert told.names(POLICE) == ["referral.acknowledged", "screening.reported"]

    def test_hears_no_reason_when_the_case_manager_is_called_back(self):
        told = Told(received(), screened(), offered(), accepted(), cancelled(), unavailable())
        assert told.names(POLICE)[-1] == "handoff.unavailable"

    def test_hears_a_step_whose_record_comes_late_over_another_topic(self):
        told = Told(offered(), accepted(), screened(), received())
        assert told.names(POLICE) == ["referral.acknowledged", "screening.reported", "case_manager.dispatched"]
