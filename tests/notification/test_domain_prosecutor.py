"""What a prosecutor hears: the police's own data of a diversion, and of the intake only what a consent opens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.words import Category, ConsentKind, Purpose
from tests.notification.examples import (
    CONSENT,
    OTHER_PROSECUTOR,
    PROSECUTOR,
    accepted,
    after_the_fact,
    corrected,
    enrolled,
    granted,
    handed_off,
    lapsed,
    offered,
    onward_asked,
    received,
    retracted,
    review_decided,
    review_requested,
    screened,
    social,
    unavailable,
    withdrawn,
)
from tests.notification.told import Told


class TestTheProsecutor:
    def test_hears_the_polices_own_data_at_the_hand_off(self):
        told = Told(received(), offered(), accepted(), handed_off())
        [report] = told.to(PROSECUTOR, "diversion.reported")
        assert (report.incident_number, report.offences[0].nibrs, report.amended) == ("SAMPLE-1", "35A", False)
        assert told.names(OTHER_PROSECUTOR) == []

    def test_hears_nothing_before_the_hand_off_nor_of_other_doors(self):
        assert Told(received(), offered(), accepted(), corrected()).names(PROSECUTOR) == []
        assert Told(social(), offered(), accepted(), handed_off()).names(PROSECUTOR) == []

    def test_hears_nothing_of_outreach_to_somebody_with_whom_the_officer_had_gone_on_as_usual(self):
        later = {"offer_id": "off-" + "7" * 32}
        gone = [received(), screened(), offered(), lapsed(), unavailable()]
        told = Told(*gone, offered(officer_waiting=False, **later), accepted(**later), handed_off(**later))
        assert told.hear(corrected()).hear(retracted()).names(PROSECUTOR) == []

    @pytest.mark.parametrize(
        "diverted",
        [
            [received(), unavailable(appointment=True), offered(officer_waiting=False), accepted(), handed_off()],
            [received(officer_waiting=False), offered(officer_waiting=False), accepted(), handed_off()],
            [received(after_the_fact=after_the_fact()), handed_off()],
            [received(), offered(), accepted(), lapsed(after_acceptance=True), unavailable(), handed_off()],
        ],
        ids=["an appointment", "no officer waited", "after the fact", "late, but for this arrest"],
    )
    def test_hears_of_every_hand_off_that_belongs_to_the_diversion(self, diverted):
        assert Told(*diverted).names(PROSECUTOR) == ["diversion.reported"]

    def test_is_not_told_what_waited_on_its_lane_until_the_diversion_was_over(self):
        told = Told(received(), screened(), offered(officer_waiting=False), accepted())
        told.hear(handed_off(), carry=False).hear(unavailable())
        assert told.names(PROSECUTOR) == []
        assert told.withheld(PROSECUTOR) == [("diversion.reported", "rows", "not-diverted")]

    def test_hears_an_amendment_and_a_withdrawal_after_it(self):
        told = Told(received(), offered(), accepted(), handed_off(), corrected(), retracted())
        reports = told.to(PROSECUTOR, "diversion.reported")
        assert [(one.amended, one.withdrawn) for one in reports] == [(False, False), (True, False), (False, True)]

    def test_hears_nothing_of_a_report_that_was_withdrawn_before_the_hand_off(self):
        told = Told(received(), offered(), accepted(), retracted(), handed_off())
        assert told.names(PROSECUTOR) == []

    def test_hears_of_the_intake_nothing_without_the_right_consent(self):
        told = Told(received(), offered(), accepted(), handed_off(), enrolled())
        assert told.names(PROSECUTOR) == ["diversion.reported"]
        assert told.withheld(PROSECUTOR) == [("intake.reported", "consent", "no-consent")]

    @pytest.mark.parametrize("order", [1, -1])
    def test_hears_the_bare_fact_with_it_whichever_came_first(self, order):
        consent = granted(PROSECUTOR, categories=[Category.INTAKE_STATUS], purpose=Purpose.PROSECUTION_DECISION,
                          kind=ConsentKind.CRIMINAL_JUSTICE_REFERRAL)  # fmt: skip
        told = Told(received(), offered(), accepted(), handed_off(), *[enrolled(), consent][::order])
        [report] = told.to(PROSECUTOR, "intake.reported")
        assert report.allowed_by == CONSENT

    def test_a_general_consent_does_not_reach_the_prosecutor(self):
        consent = granted(PROSECUTOR, categories=[Category.INTAKE_STATUS], purpose=Purpose.PROSECUTION_DECISION,
                          kind=ConsentKind.PART2_TPO)  # fmt: skip
        told = Told(received(), offered(), accepted(), handed_off(), enrolled(), consent)
        assert told.names(PROSECUTOR) == ["diversion.reported"]


RIGHT = {"categories": [Category.INTAKE_STATUS], "purpose": Purpose.PROSECUTION_DECISION}
OF_THE_PROGRAM = {
    "enrolled": enrolled,
    "the right consent": lambda: granted(PROSECUTOR, kind=ConsentKind.CRIMINAL_JUSTICE_REFERRAL, **RIGHT),
    "withdrawn": withdrawn,
    "a general consent": lambda: granted(PROSECUTOR, kind=ConsentKind.PART2_TPO, consent_id="con-" + "7" * 32, **RIGHT),
    "a consent to care": lambda: granted(consent_id="con-" + "8" * 32),
    "asked onward": onward_asked,
    "called": review_requested,
    "decided": review_decided,
}
OF_THE_POLICE = {"corrected": corrected, "screened": screened, "retracted": retracted}
STEPS = OF_THE_PROGRAM | OF_THE_POLICE


def _broken(steps: list[str]) -> bool:
    """Whether an intake was done while the right consent was alive; one that was taken back never lives again."""
    return any(
        "enrolled" in steps[:end] and "the right consent" in steps[:end] and "withdrawn" not in steps[:end]
        for end in range(len(steps) + 1)
    )


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=8))
def test_without_an_intake_under_the_right_consent_a_prosecutor_hears_what_police_did_and_no_more(steps):
    begun = [received(), offered(), accepted(), handed_off()]
    history = [(step, STEPS[step]()) for step in steps]
    lived = Told(*begun, *(fact for _, fact in history))
    silent = Told(*begun, *(fact for step, fact in history if step in OF_THE_POLICE))
    heard, expected = ([fact for slug, fact in told.messages if slug == PROSECUTOR] for told in (lived, silent))
    bare_facts = [fact for fact in heard if fact.event.name == "intake.reported"]
    assert [fact for fact in heard if fact not in bare_facts] == expected
    assert bool(bare_facts) is _broken(steps)
