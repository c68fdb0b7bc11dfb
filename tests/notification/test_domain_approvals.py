"""Who is called to approve a referral, and with what: nobody is named, and nobody else hears that it was asked."""

from contracts.catalogue import ReviewRequested
from contracts.words import Door, Role, Verdict
from services.sites import APPROVAL, ApprovalRule
from tests.notification.examples import (
    CASEWORK,
    OFFICE,
    OTHER_CASEWORK,
    OTHER_PROSECUTOR,
    POLICE,
    PROSECUTOR,
    REFERRAL,
    REVIEW,
    heard,
    received,
    review_decided,
    screened,
    whatcom,
)
from tests.notification.told import Told

PRIVATE = {"review_id", "referral_id", "incident_number", "subject_sequence", "urgent", "decide_by"}


def asking(*roles):
    rule = ApprovalRule(
        doors={Door.ARREST_DIVERSION}, roles=roles, needs="all", answer_minutes=60,
        default=Verdict.PRESUMPTIVELY_INELIGIBLE, citation="made up", basis="made up",
    )  # fmt: skip
    return whatcom().model_copy(update={"approvals": (rule,)})


def requested(*because):
    return heard(ReviewRequested(review_id=REVIEW, referral_id=REFERRAL, because=because, urgent=True), minutes=1)


def told(site, *because, decided=False):
    found = Told(received(), screened(Verdict.NEEDS_REVIEW), site=site)
    found.hear(requested(*because), carry=not decided)
    return found.hear(review_decided()) if decided else found


def test_the_prosecutor_of_the_referring_police_is_called_with_the_incidents_number_and_no_name():
    found = told(asking(Role.PROSECUTOR), APPROVAL)
    (call,) = found.to(PROSECUTOR, "approval.called")
    assert (call.review_id, call.urgent, call.incident_number) == (REVIEW, True, received_number(found))
    assert set(type(call).model_fields) == PRIVATE


def received_number(found):
    (receipt,) = found.to(POLICE, "referral.acknowledged")
    return receipt.incident_number


def test_another_prosecutor_the_office_and_the_police_are_not_called():
    found = told(asking(Role.PROSECUTOR), APPROVAL)
    for agency in (OTHER_PROSECUTOR, OFFICE, CASEWORK):
        assert found.names(agency) == []
    assert found.names(POLICE) == ["referral.acknowledged"]


def test_case_managers_are_called_without_the_incidents_number():
    found = told(asking(Role.CASE_MANAGEMENT), APPROVAL)
    calls = found.to(CASEWORK, "approval.called") + found.to(OTHER_CASEWORK, "approval.called")
    assert [call.incident_number for call in calls] == [None, None]


def test_the_office_is_called_as_well_where_the_policy_leaves_something_open():
    found = told(asking(Role.PROSECUTOR), "drug-amount", APPROVAL)
    assert found.names(OFFICE) == ["review.called"]
    assert found.names(PROSECUTOR) == ["approval.called"]


def test_the_office_is_called_where_it_is_the_one_that_approves():
    assert told(asking(Role.PROGRAM_OFFICE), APPROVAL).names(OFFICE) == ["review.called"]


def test_nobody_is_called_to_what_is_decided_or_asks_for_no_approval():
    assert told(asking(Role.PROSECUTOR), APPROVAL, decided=True).names(PROSECUTOR) == []
    assert told(asking(Role.PROSECUTOR), "drug-amount").names(PROSECUTOR) == []
    assert told(whatcom(), APPROVAL).names(PROSECUTOR) == []
