"""A consent ends when the person takes it back, at its date, or with its event; what was taken back stays so."""

from datetime import date

import pytest

from contracts.parts import Refusal
from contracts.words import Problem
from services.plumbing.service import Deadline
from tests.consent.examples import (
    CITY,
    HOLDER,
    OFFICE,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    REFERRAL,
    TUESDAY,
    YOUTH,
    Stage,
    accepted,
    asked_onward,
    decided,
    declined,
    ended,
    enrolled,
    expiry_due,
    hours,
    monitored,
    own_care,
    referral_received,
    relation_due,
    revoked,
    signed,
    signed_v1,
    v1_granted,
)


def granted(*forms):
    return Stage().given(referral_received(), accepted(), *(forms or (signed(),)))


def test_a_form_that_is_taken_back_is_withdrawn():
    stage = granted().when(revoked())
    assert stage.names == ["consent.granted", "consent.withdrawn"]
    assert (stage.said[1].how, stage.in_force) == ("written", set())


def test_a_spoken_word_is_enough():
    assert granted().when(revoked(how="verbal")).said[1].how == "verbal"


def test_without_a_number_all_that_this_witness_saw_signed_is_withdrawn_and_nothing_else():
    stage = granted(
        accepted(agency=PROVIDER), signed(), own_care(form_reference="ROI-1"), signed(by=PROVIDER, recipients=(HOLDER,))
    )
    stage.when(revoked(form=None))
    assert stage.names.count("consent.withdrawn") == 2
    assert len(stage.in_force) == 1


def test_the_program_office_may_pass_on_what_the_person_says():
    assert granted().when(revoked(by=OFFICE, form=None)).in_force == set()
    assert granted().when(revoked(by=OFFICE)).in_force == set()


def test_another_agency_cannot_take_back_what_it_did_not_witness():
    stage = granted().when(revoked(by=PROVIDER))
    assert stage.reasons == ["unknown-form"]
    assert stage.said[-1].refusal.message_type == "consent.revoked"
    assert len(stage.in_force) == 1
    assert len(granted().when(revoked(by=PROVIDER, form=None)).in_force) == 1


def spoken(at=1.0, by=PROVIDER):
    return revoked(at, by, form=None, how="verbal")


@pytest.mark.parametrize("tie", [referral_received(agency=PROVIDER), accepted(agency=PROVIDER), asked_onward()])
def test_everything_taken_back_by_word_of_mouth_stops_at_whoever_has_to_do_with_the_person(tie):
    stage = granted(tie, signed(), own_care(form_reference="ROI-1")).when(spoken())
    assert (stage.names[2:], stage.in_force) == (["consent.withdrawn", "consent.withdrawn"], set())


def test_a_spoken_word_to_one_witness_takes_back_what_another_saw_signed():
    other = signed(by=PROVIDER, recipients=(HOLDER,))
    assert granted(asked_onward(), signed(), other).when(spoken(by=HOLDER)).in_force == set()


def test_everything_in_writing_counts_also_by_way_of_a_provider_that_saw_nothing_signed():
    assert granted(asked_onward(), signed()).when(revoked(by=PROVIDER, form=None)).in_force == set()


@pytest.mark.parametrize("how", ["verbal", "written"])
def test_a_stranger_who_passes_on_everything_is_told_that_nothing_has_stopped(how):
    stage = granted().when(revoked(by=PROVIDER, form=None, how=how))
    assert (stage.reasons, stage.problem_fields, len(stage.in_force)) == (["no-relation"], ["subject"], 1)
    assert stage.said[-1].refusal.message_type == "consent.revoked"
    assert "program office" in stage.said[-1].refusal.problems[0].fix


def test_a_stranger_cannot_tell_from_the_refusal_whether_there_was_a_consent():
    without = Stage().given(referral_received(), accepted()).when(spoken())
    assert without.said[-1].refusal.problems == granted().when(spoken()).said[-1].refusal.problems
    assert HOLDER not in without.said[-1].model_dump_json()


@pytest.mark.parametrize("by", [OFFICE, HOLDER, PROVIDER])
def test_who_may_pass_everything_on_is_not_refused_where_there_is_nothing_to_stop(by):
    assert Stage().given(accepted(), asked_onward(), spoken(by=by)).said == []


def test_a_word_from_before_the_provider_had_to_do_with_the_person_does_not_count_once_it_has():
    stage = granted().when(spoken(at=1.0), asked_onward(at=2.0))
    assert (stage.reasons, len(stage.in_force)) == (["no-relation"], 1)


def test_a_spoken_word_stops_everything_although_it_is_read_before_the_relation_on_which_it_rests():
    assert granted().when(spoken(at=3.0), asked_onward(at=2.0)).in_force == set()


def test_a_spoken_word_that_is_read_before_the_consent_it_means_still_stops_it():
    stage = Stage().given(accepted(), asked_onward(), spoken(), signed())
    assert (stage.names, stage.reasons) == (["consent.refused"], ["withdrawn"])


def test_a_new_consent_after_a_spoken_word_counts():
    assert len(granted(asked_onward(), signed()).when(spoken(), signed(at=2.0, form_reference="ROI-2")).in_force) == 1


LATE = {"at": 40.0, "form_reference": "ROI-LATE"}
"""Signed on Monday, and sent on Wednesday."""


@pytest.mark.parametrize(
    ("word", "form"),
    [
        (spoken(at=20.0), signed(**LATE)),
        (spoken(at=20.0, by=HOLDER), signed(**LATE)),
        (revoked(at=20.0, by=OFFICE, form=None), signed(**LATE)),
        (declined(at=20.0), own_care(**LATE)),
    ],
    ids=["spoken to a provider", "spoken to its witness", "written at the office", "a no to everything"],
)
def test_what_was_signed_on_a_day_before_the_word_is_taken_back_by_it_although_it_is_sent_after(word, form):
    stage = Stage().given(accepted(), asked_onward(), word, form)
    assert (stage.names, stage.reasons) == (["consent.refused"], ["withdrawn"])


@pytest.mark.parametrize("word", [spoken(at=1.0), declined(at=1.0)], ids=["a stop", "a no to everything"])
@pytest.mark.parametrize("at", [2.0, 40.0], ids=["at once", "two days later"])
def test_of_what_was_signed_on_the_day_of_the_word_the_order_counts_in_which_the_hub_heard_of_it(word, at):
    stage = Stage().given(accepted(), asked_onward(), word, own_care(at=at))
    assert len(stage.in_force) == 1


@pytest.mark.parametrize("word", [spoken(at=20.0), declined(at=20.0)], ids=["a stop", "a no to everything"])
def test_what_was_signed_on_a_day_after_the_word_counts(word):
    stage = Stage().given(accepted(), asked_onward(), word, own_care(at=40.0, signed_on=date(2026, 3, 4)))
    assert len(stage.in_force) == 1


def test_the_day_of_a_word_is_the_sites_own_day():
    late = spoken(at=11.0)  # the third by universal time, and still the second in Bellingham
    assert late.at.date() == TUESDAY
    assert len(Stage().given(accepted(), asked_onward(), late, signed(at=12.5)).in_force) == 1


@pytest.mark.parametrize(
    ("event", "until"),
    [
        (ended(at=20.0), "end_of_participation"),
        (ended(at=20.0), "end_of_treatment"),
        (enrolled(at=20.0), "intake_completed"),
    ],
)
def test_what_was_signed_on_a_day_before_its_event_is_over_although_it_is_sent_after(event, until):
    stage = Stage().given(accepted(), event, signed(kind="part2_tpo", expires_with=until, **LATE))
    assert (stage.names, stage.reasons) == (["consent.refused"], ["expired"])
    tuesday = signed(kind="part2_tpo", expires_with=until, signed_on=TUESDAY, **LATE)
    assert len(Stage().given(accepted(), event, tuesday).in_force) == 1


@pytest.mark.parametrize("until", [{"expires_with": "charge_decided"}, {"expires_at": hours(100)}])
def test_a_consent_of_version_1_that_may_be_irrevocable_ends_by_its_witness_or_the_office_alone(until):
    form = signed_v1(kind="criminal_justice_referral", **until)
    before = [asked_onward(), v1_granted(form), form]
    stage = granted(*before).when(spoken())
    assert (len(stage.in_force), stage.reasons) == (1, [])
    assert granted(*before).when(spoken(by=HOLDER)).in_force == set()
    assert granted(*before).when(spoken(by=OFFICE)).in_force == set()


def test_a_consent_to_a_prosecutor_whose_form_does_not_say_that_it_stays_is_taken_back_like_any_other():
    assert granted(asked_onward(), monitored()).when(spoken()).in_force == set()


FOR_THE_OFFICE = {"expires_with": "charge_decided", "expires_at": hours(1000), "recipients": (CITY,)}


@pytest.mark.parametrize("decision", ["filed", "declined"])
def test_a_consent_that_ends_with_the_charge_ends_once_its_office_decides_that(decision):
    stage = granted(monitored(**FOR_THE_OFFICE)).when(decided(decision))
    assert (stage.names, stage.in_force) == (["consent.granted", "consent.expired"], set())
    assert stage.when(decided("still_reviewing", at=40.0)).in_force == set()


@pytest.mark.parametrize(
    "word",
    [
        decided("still_reviewing"), decided(by=PROSECUTOR), decided(by=PROVIDER), decided(referral="ref-" + "9" * 32),
        decided(at=-1.0),
    ],
    ids=["it still reviews", "another office's", "nobody's charge", "of another referral", "before it was signed"],
)  # fmt: skip
def test_no_other_word_of_a_charge_ends_it(word):
    earlier = monitored(**FOR_THE_OFFICE | {"signed_on": date(2026, 3, 2)})
    assert len(granted(earlier).when(word).in_force) == 1


def test_a_charge_of_another_office_than_the_form_tells_is_none_of_the_consents():
    stage = granted(monitored(**FOR_THE_OFFICE | {"recipients": (PROSECUTOR,)})).when(decided())
    assert len(stage.in_force) == 1


def test_the_decision_may_be_heard_before_the_referral_that_it_is_about():
    stage = Stage().given(accepted(), decided(at=30.0), referral_received(at=-2.0), monitored(**FOR_THE_OFFICE))
    assert stage.in_force == set()


def test_the_charge_is_none_of_a_consent_that_ends_otherwise():
    assert len(granted(monitored()).when(decided()).in_force) == 1


def test_what_was_withdrawn_stays_so_when_the_grant_arrives_again():
    stage = granted(signed(name="a")).when(
        revoked(), signed(at=2.0, name="b"), signed(at=3.0, categories=("incident",))
    )
    assert stage.in_force == set()
    assert stage.names.count("consent.granted") == 1


def test_a_grant_that_arrives_after_its_withdrawal_does_not_count():
    stage = Stage().given(accepted(), revoked(at=-0.5), signed())
    assert stage.reasons == ["unknown-form", "withdrawn"]


def test_a_new_consent_after_a_withdrawal_counts():
    stage = granted().when(revoked(form=None), signed(at=2.0, form_reference="ROI-2026-0500"))
    assert stage.names == ["consent.granted", "consent.withdrawn", "consent.granted"]
    assert len(stage.in_force) == 1


def test_taking_back_twice_is_taking_back_once():
    assert granted().when(revoked(), revoked(at=2.0), revoked(at=3.0, form=None)).names.count("consent.withdrawn") == 1


def test_a_consent_taken_back_while_it_waits_never_counts():
    form = signed()
    stage = Stage().given(form, revoked(), accepted(at=2.0), relation_due(form))
    assert stage.reasons == ["withdrawn"]


def test_a_form_refused_and_mended_is_not_hurt_by_a_revocation_in_between():
    stage = Stage().given(accepted(), signed(disclosers=("nobody-here",)), revoked(at=1.0, form=None), signed(at=2.0))
    assert len(stage.in_force) == 1


def test_who_says_no_to_everything_takes_back_the_hand_over_and_nothing_else():
    stage = granted(own_care(form_reference="ROI-1"), signed()).when(declined())
    assert [event.how for event in stage.said if event.name == "consent.withdrawn"] == ["declined"]
    assert len(stage.in_force) == 1


@pytest.mark.parametrize("agency", [HOLDER, OFFICE])
def test_a_no_counts_by_way_of_the_case_manager_and_of_the_program_office(agency):
    assert granted(own_care()).when(declined(by=agency)).in_force == set()


def test_a_no_by_way_of_an_agency_that_was_only_offered_the_person_withdraws_nothing():
    stage = granted(own_care()).when(declined(by=YOUTH))
    assert (stage.names, len(stage.in_force)) == (["consent.granted"], 1)


def test_a_no_by_way_of_a_provider_that_was_only_asked_for_help_withdraws_nothing():
    assert len(granted(asked_onward(), own_care()).when(declined(by=PROVIDER)).in_force) == 1


def test_a_no_from_before_the_agency_had_the_person_does_not_count_once_it_has_them():
    stage = granted(own_care()).when(declined(by=YOUTH), accepted(at=2.0, agency=YOUTH))
    assert len(stage.in_force) == 1


def test_a_no_counts_although_it_is_read_before_the_acceptance_on_which_it_rests():
    stage = granted(own_care()).when(declined(at=3.0, by=YOUTH), accepted(at=2.0, agency=YOUTH))
    assert stage.names == ["consent.granted", "consent.withdrawn"]


def test_who_says_no_to_one_referral_takes_no_consent_back():
    assert len(granted(own_care()).when(declined(referral=REFERRAL)).in_force) == 1


def test_a_consent_expires_at_its_date():
    stage = granted(signed(expires_at=hours(10)))
    assert Deadline("expiry", stage.said[0].consent_id, hours(10)) in stage.deadlines
    assert stage.when(expiry_due(10)).names == ["consent.granted", "consent.expired"]


def test_a_consent_without_a_date_sets_no_deadline():
    assert granted().deadlines == []


def test_what_was_withdrawn_does_not_expire_as_well():
    stage = granted(signed(expires_at=hours(10))).when(revoked(), expiry_due(10))
    assert stage.names == ["consent.granted", "consent.withdrawn"]


def test_a_consent_for_the_time_of_participation_expires_with_it():
    until = {"expires_with": None, "expires_at": hours(1000)}
    stage = granted(signed(expires_with="end_of_participation"), signed(form_reference="ROI-1", **until)).when(ended())
    assert stage.names.count("consent.expired") == 1
    assert len(stage.in_force) == 1


def test_a_consent_signed_after_an_end_is_not_touched_by_it():
    stage = Stage().given(accepted(), ended(at=-0.5), signed(expires_with="end_of_participation"))
    assert len(stage.in_force) == 1


def test_a_consent_until_the_charge_is_decided_outlives_participation():
    assert len(granted(monitored(expires_with="charge_decided", expires_at=hours(1000))).when(ended()).in_force) == 1


def test_each_refusal_names_its_rule_and_repeats_no_value():
    stage = Stage().given(accepted(), signed(), revoked(by=PROVIDER))
    refusal = stage.said[-1].refusal
    assert isinstance(refusal, Refusal)
    assert all(isinstance(problem, Problem) for problem in refusal.problems)


@pytest.mark.parametrize("by", [HOLDER, OFFICE, YOUTH], ids=["its witness", "the program office", "a stranger"])
@pytest.mark.parametrize("signings", [(), (signed(),)], ids=["with nothing signed", "with a form signed"])
def test_every_word_that_takes_back_is_settled_once_after_all_that_follows_from_it(by, signings):
    stage = Stage().given(accepted(), *signings)
    word = revoked(by=by)
    stage.when(word)
    [settled] = stage.settled
    assert (settled.agency, settled.message_id) == (by, word.id)
    assert stage.facts[-1].event is settled


@pytest.mark.parametrize("by", [HOLDER, OFFICE, POLICE, YOUTH])
@pytest.mark.parametrize("signings", [(), (own_care(),)], ids=["with nothing signed", "with a hand-over signed"])
def test_a_no_to_everything_is_settled_once_after_all_that_follows_from_it(by, signings):
    word = declined(by=by)
    stage = Stage().given(accepted(), *signings).when(word)
    [settled] = stage.settled
    assert (settled.agency, settled.message_id) == (by, word.id)
    assert stage.facts[-1].event is settled


def test_a_no_to_one_referral_takes_nothing_back_and_nobody_waits_for_it():
    assert granted(own_care()).when(declined(referral=REFERRAL)).settled == []
