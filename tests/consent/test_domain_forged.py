"""A consent that was made up opens nothing, whoever made it up; the door's part is in `tests/intake`."""

import pytest

from tests.consent.examples import (
    HOLDER,
    OFFICE,
    POLICE,
    PROVIDER,
    SITE,
    YOUTH,
    Stage,
    accepted,
    asked_onward,
    ended,
    own_care,
    referral_received,
    relation_due,
    revoked,
    signed,
)

NO_WITNESS = [slug for slug, agency in SITE.agencies.items() if not agency.may_witness_consent]
KINDS = ("hub_handoff", "part2_specific", "part2_tpo", "hipaa_authorisation", "state_consumer_health")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slug", NO_WITNESS)
def test_an_agency_without_the_role_opens_nothing_not_even_to_others(slug, kind):
    form = signed(by=slug, kind=kind)
    stage = Stage().given(referral_received(agency=slug), accepted(agency=slug), form, relation_due(form))
    assert (stage.reasons, stage.in_force) == (["not-a-witness"], set())
    assert {POLICE, OFFICE} <= set(NO_WITNESS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_agency_without_a_relation_to_the_person_opens_nothing(kind):
    form = signed(by=YOUTH, kind=kind)
    stage = Stage().given(accepted(), form, relation_due(form))
    assert (stage.reasons, stage.in_force) == (["no-relation"], set())


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_names_itself_opens_nothing_to_itself(kind):
    by_slug = own_care(by=PROVIDER, kind=kind)
    by_class = signed(by=PROVIDER, kind=kind, recipients=("treating-providers",), form_reference="ROI-1")
    stage = Stage().given(accepted(), asked_onward(), by_slug, by_class, relation_due(by_slug), relation_due(by_class))
    assert (stage.reasons, stage.in_force) == (["no-relation", "no-relation"], set())


def test_a_case_manager_that_names_itself_for_more_than_its_own_care_opens_nothing():
    stage = Stage().given(accepted(), own_care(purpose="service_provision"))
    assert (stage.problem_fields, stage.in_force) == (["recipients"], set())


def test_a_consent_sent_again_after_it_was_taken_back_opens_nothing_and_its_sender_hears_so():
    stage = Stage().given(accepted(), signed(name="a"), revoked(how="verbal")).when(signed(at=2.0, name="b"))
    assert (stage.names[2:], stage.reasons, stage.in_force) == (["consent.refused"], ["withdrawn"], set())
    assert stage.said[-1].refusal.message_id == "b"


def test_the_same_message_again_after_it_was_taken_back_opens_nothing():
    form = signed()
    stage = Stage().given(accepted(), form, revoked(how="verbal")).when(form)
    assert (stage.names, stage.in_force) == (["consent.granted", "consent.withdrawn"], set())


def test_a_consent_sent_again_after_it_expired_opens_nothing_and_its_sender_hears_so():
    stage = Stage().given(accepted(), signed(name="a"), ended()).when(signed(at=49.0, name="b"))
    assert (stage.reasons, stage.in_force) == (["expired"], set())


def test_a_consent_under_the_number_of_another_opens_nothing_more():
    stage = Stage().given(accepted(), signed(), signed(at=1.0, recipients=(PROVIDER, YOUTH)))
    assert stage.reasons == ["form-already-used"]
    assert [event.recipients for event in stage.said if event.name == "consent.granted"] == [(PROVIDER,)]


def test_another_agency_cannot_send_a_consent_again_that_was_taken_back():
    form = signed(at=2.0, by=YOUTH)
    stage = Stage().given(accepted(), signed(), revoked(), form, relation_due(form))
    assert (stage.reasons, stage.in_force) == (["no-relation"], set())


def test_a_guardians_signature_for_an_adult_opens_nothing():
    assert Stage().given(accepted(), signed(by=HOLDER, signed_by="guardian")).in_force == set()
