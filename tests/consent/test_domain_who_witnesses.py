"""A consent counts only from a witness who may be one and who has to do with the person."""

from datetime import timedelta

import pytest

from services.consent.domain import key
from tests.consent.examples import (
    HOLDER,
    ONWARD,
    PERSON,
    POLICE,
    PROVIDER,
    WAIT_HOURS,
    YOUTH,
    Stage,
    accepted,
    asked_onward,
    own_care,
    reached,
    referral_received,
    relation_due,
    signed,
)


def test_a_consent_witnessed_by_the_case_manager_counts():
    stage = Stage().given(referral_received(), accepted())
    stage.when(signed())
    assert stage.names == ["consent.granted"]
    assert stage.said[0].witness == HOLDER
    assert stage.said[0].recipients == (PROVIDER,)


@pytest.mark.parametrize("tie", [referral_received(agency=HOLDER), accepted(), asked_onward(provider=HOLDER)])
def test_who_refers_holds_or_serves_the_person_may_witness(tie):
    assert Stage().given(tie, signed()).names == ["consent.granted"]


def test_who_may_not_witness_is_refused_at_once_whatever_the_relation():
    stage = Stage().given(referral_received(agency=POLICE), signed(by=POLICE))
    assert (stage.names, stage.reasons) == (["consent.refused"], ["not-a-witness"])


def test_an_unknown_witness_is_refused():
    assert Stage().given(signed(by="nobody-here")).reasons == ["not-a-witness"]


def test_a_witness_who_is_a_stranger_waits_and_is_refused_when_the_wait_is_over():
    form = signed()
    stage = Stage().given(referral_received(), form)
    assert stage.names == []
    assert [deadline.due_at - form.at for deadline in stage.deadlines] == [timedelta(hours=WAIT_HOURS)]
    stage.when(relation_due(form))
    assert (stage.reasons, stage.said[0].refusal.message_id) == (["no-relation"], form.id)


def test_a_relation_that_comes_within_the_wait_lets_the_consent_count():
    assert Stage().given(signed(), accepted(at=2.0)).names == ["consent.granted"]


def test_a_relation_that_comes_too_late_does_not():
    form = signed()
    stage = Stage().given(form, relation_due(form), accepted(at=WAIT_HOURS + 1))
    assert stage.reasons == ["no-relation"]
    assert Stage().given(form, accepted(at=WAIT_HOURS + 1)).names == []


def test_a_relation_in_time_counts_even_if_it_is_read_after_the_deadline():
    form = signed()
    stage = Stage().given(form, relation_due(form), accepted(at=2.0))
    assert stage.names == ["consent.refused", "consent.granted"]
    assert len(stage.in_force) == 1


def test_after_a_refusal_the_same_form_may_be_sent_again():
    form = signed()
    stage = Stage().given(form, relation_due(form), accepted(at=WAIT_HOURS + 1), signed(at=WAIT_HOURS + 2))
    assert stage.names == ["consent.refused", "consent.granted"]


def test_the_case_manager_may_name_itself_for_its_own_care():
    assert Stage().given(accepted(), own_care()).names == ["consent.granted"]


def test_a_witness_who_is_not_the_case_manager_may_not_name_itself():
    form = own_care(by=YOUTH)
    stage = Stage().given(referral_received(agency=YOUTH), form, relation_due(form))
    assert stage.reasons == ["no-relation"]


def test_a_service_provider_may_not_name_itself():
    form = own_care(by=PROVIDER)
    assert Stage().given(asked_onward(), form, relation_due(form)).reasons == ["no-relation"]


@pytest.mark.parametrize("tie", [referral_received(agency=PROVIDER), asked_onward(provider=PROVIDER)])
def test_a_witness_who_is_not_the_case_manager_may_not_name_itself_through_a_class_either(tie):
    form = signed(by=PROVIDER, recipients=("treating-providers",), kind="part2_tpo")
    assert Stage().given(tie, form, relation_due(form)).reasons == ["no-relation"]


def test_a_case_manager_may_be_among_those_whom_a_class_names():
    stage = Stage().given(accepted(), signed(recipients=("treating-providers",), kind="part2_tpo"))
    assert HOLDER in stage.said[0].recipients


def test_a_case_manager_names_itself_for_nothing_but_its_own_care():
    stage = Stage().given(accepted(), own_care(purpose="prosecution_decision"))
    assert (stage.reasons, stage.problem_fields) == (["invalid-consent"], ["recipients"])


def test_the_id_of_a_consent_follows_from_witness_person_and_form():
    one, other = (Stage().given(accepted(), signed(name=name)).said[0].consent_id for name in ("a", "b"))
    assert one == other
    assert one.startswith("con-")


def test_another_services_deadline_is_not_for_consent():
    assert key(reached("offer-lapses", ONWARD, 1, service="assignment")) is None
    assert key(signed()) == PERSON
