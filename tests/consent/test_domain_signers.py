"""Whose signature makes a consent count follows from the person's age, as the site says it."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from contracts.forms import Signer
from services.consent.domain import Register, evolve
from tests.consent.examples import (
    MONDAY,
    OTHER_REFERRAL,
    REFERRAL,
    SITE,
    SUNDAY,
    Stage,
    accepted,
    corrected,
    erased,
    hours,
    own_care,
    referral_received,
    relation_due,
    retracted,
    signed,
    signed_v1,
    v1_granted,
)

PART2 = ("part2_specific", "part2_tpo", "part2_proceedings", "criminal_justice_referral")
OTHER = ("hub_handoff", "hipaa_authorisation", "state_consumer_health")
BOTH = "person_and_guardian"
WHO = [
    *((kind, age, {"person", "representative"}) for kind in (*PART2, *OTHER) for age in (18, 19, 90)),
    *((kind, age, {"person"}) for kind in PART2 for age in (13, 17)),
    *((kind, age, {"person", BOTH}) for kind in OTHER for age in (13, 17)),
    *((kind, age, {BOTH}) for kind in (*PART2, *OTHER) for age in (0, 12)),
]


def of_age(age, *forms, at=-3.0):
    ages = age if isinstance(age, tuple) or age is None else (age, age)
    return Stage(SITE, referral_received(at, age=ages)).given(accepted(), *forms)


@pytest.mark.parametrize("signer", [one.value for one in Signer])
@pytest.mark.parametrize(("kind", "age", "who"), WHO)
def test_who_signs(kind, age, who, signer):
    stage = of_age(age, signed(kind=kind, signed_by=signer))
    assert stage.names == ["consent.granted" if signer in who else "consent.refused"]
    assert stage.reasons == ([] if signer in who else ["wrong-signer"])


@pytest.mark.parametrize("signer", [one.value for one in Signer])
def test_where_no_age_is_known_only_the_persons_own_signature_counts(signer):
    assert len(of_age(None, signed(signed_by=signer)).in_force) == (signer == "person")


def test_a_signature_has_to_do_at_every_age_that_the_person_may_have():
    for signer in Signer:
        assert of_age((11, 14), signed(signed_by=signer)).reasons == ["wrong-signer"]
    assert len(of_age((16, 25), signed()).in_force) == 1
    assert of_age((16, 25), signed(signed_by="representative")).reasons == ["wrong-signer"]


def test_years_that_have_passed_since_the_referral_are_added():
    late = {"at": 24 * 366.0, "signed_on": date(2027, 3, 3)}
    assert of_age(12, signed(**late)).in_force
    assert of_age(17, signed(signed_by="representative", **late)).in_force
    assert hours(late["at"]) - MONDAY > timedelta(days=365)


def test_the_age_is_that_of_the_day_of_signing_however_late_the_form_is_sent():
    late = {"at": 24 * 400.0, "signed_on": date(2026, 12, 1)}
    assert of_age(12, signed(**late)).reasons == ["wrong-signer"]
    assert of_age(12, signed(signed_by=BOTH, **late)).in_force
    assert of_age(17, signed(signed_by="representative", **late)).reasons == ["wrong-signer"]


def test_who_signed_before_the_referral_may_have_been_a_year_younger_than_it_tells():
    before = {"signed_on": date(2026, 2, 1)}
    assert of_age(13, signed(**before)).reasons == ["wrong-signer"]
    assert of_age(18, signed(signed_by="representative", **before)).reasons == ["wrong-signer"]
    assert of_age(18, signed(**before)).in_force
    two_years = {"kind": "hub_handoff", "signed_on": date(2024, 1, 15), "members_version": None, "statements": ()}
    assert of_age(14, signed(**two_years)).reasons == ["wrong-signer"]
    assert of_age(14, signed(signed_by=BOTH, **two_years)).in_force
    assert of_age(16, signed(**two_years)).in_force


def test_who_signed_the_day_before_the_referral_was_as_old_as_it_tells():
    assert of_age(13, signed(signed_on=SUNDAY)).in_force


def test_a_later_referral_of_an_older_person_ends_nothing():
    years = 2 * 366 * 24.0
    later = referral_received(years, age=(14, 14), referral_id=OTHER_REFERRAL, referred_at=hours(years))
    stage = of_age(12, signed(signed_by=BOTH)).when(later)
    assert len(stage.in_force) == 1
    both = signed(at=years + 1, signed_by=BOTH, form_reference="ROI-1", signed_on=hours(years).date())
    assert stage.when(both).reasons == ["wrong-signer"]


def test_a_hand_over_that_does_not_say_who_signed_counts_as_signed_by_the_person():
    assert of_age(36, own_care(signed_by=None)).in_force
    assert of_age(15, own_care(signed_by=None)).in_force
    assert of_age(12, own_care(signed_by=None)).reasons == ["wrong-signer"]


def test_the_refusal_says_the_whole_rule_and_so_not_the_age():
    young, old = (of_age(age, signed(signed_by="guardian")).said[0].refusal.problems for age in (9, 40))
    assert young == old
    (problem,) = young
    assert problem.field == "signed_by"
    assert "42 CFR 2.14; RCW 71.34.530" in problem.rule
    assert "42 CFR 2.15" in problem.rule
    assert "where no age is known, person" in problem.rule
    assert len(problem.rule) < 600


def test_a_consent_waits_until_a_referral_tells_who_it_is_about():
    stage = Stage(unheard=True).given(accepted(), signed())
    assert stage.names == []
    assert stage.when(referral_received(at=-3.0, age=(36, 36))).names == ["consent.granted"]
    waiting = Stage(unheard=True).given(accepted(), signed())
    assert waiting.when(referral_received(at=-3.0, age=(10, 10))).reasons == ["wrong-signer"]


def test_a_consent_of_somebody_who_was_never_referred_is_refused_when_the_wait_is_over():
    form = signed()
    assert Stage(unheard=True).given(accepted(), form, relation_due(form)).reasons == ["no-relation"]


def test_a_correction_of_the_age_ends_a_consent_that_the_wrong_one_signed():
    stage = of_age(36, signed()).when(corrected(age=(12, 12)))
    assert stage.names == ["consent.granted", "consent.withdrawn"]
    assert (stage.said[1].how, stage.in_force) == ("deficient", set())


def test_a_correction_of_the_age_lets_a_consent_count_that_the_right_one_signed():
    stage = of_age(12, signed()).when(corrected(age=(36, 36)))
    assert stage.names == ["consent.refused", "consent.granted"]
    assert len(stage.in_force) == 1


def test_a_form_refused_for_its_signer_may_be_signed_again_under_its_number():
    stage = of_age(12, signed()).when(signed(at=1.0, signed_by=BOTH))
    assert stage.names == ["consent.refused", "consent.granted"]


def test_a_correction_that_tells_no_age_changes_nothing():
    assert len(of_age(36, signed()).when(corrected(age=None)).in_force) == 1
    assert of_age(12, signed()).when(corrected(age=None)).in_force == set()


def test_what_version_1_granted_stays_granted():
    form = signed_v1()
    stage = of_age(12, v1_granted(form), form).when(corrected(age=(11, 11)))
    assert (stage.names, len(stage.in_force)) == ([], 1)


def test_the_newest_revision_counts_in_whatever_order_the_referral_is_heard():
    facts = [referral_received(age=(12, 12)), corrected(0.5, (30, 30), 1), corrected(0.6, (36, 36), 2)]
    ends = set()
    for order in permutations(facts):
        register = Register()
        for fact in order:
            register = evolve(register, fact)
        ends.add(register.model_dump_json())
    assert len(ends) == 1
    assert '"from_years":36' in ends.pop()


IN_ERROR = {"at": -0.5, "referral_id": OTHER_REFERRAL}
"""Another record of the person, newer than the first, that its source withdraws later."""
GOING = [[retracted(referral=OTHER_REFERRAL)], [erased(referral=OTHER_REFERRAL)]]
GONE = ["withdrawn", "erased"]


@pytest.mark.parametrize("goes", [*GOING, [*GOING[0], *GOING[1]]], ids=[*GONE, "withdrawn and erased"])
def test_an_age_that_a_record_told_counts_no_more_once_the_record_is_gone(goes):
    in_error = referral_received(age=(30, 30), **IN_ERROR)
    stage = of_age(12, in_error, signed()).when(*goes)
    assert (stage.names, stage.in_force) == (["consent.granted", "consent.withdrawn"], set())
    assert stage.said[1].how == "deficient"
    assert of_age(12, in_error, *goes, signed(at=4.0)).reasons == ["wrong-signer"]
    assert list(stage.register.ages) == [REFERRAL]


@pytest.mark.parametrize("goes", GOING, ids=GONE)
def test_what_the_right_one_signed_counts_after_all_once_the_record_with_a_wrong_age_is_gone(goes):
    stage = of_age(36, referral_received(age=(12, 12), **IN_ERROR), signed()).when(*goes)
    assert stage.names == ["consent.refused", "consent.granted"]


def test_nothing_that_is_said_of_a_record_later_brings_its_age_back_in_whatever_order_it_is_heard():
    facts = [
        referral_received(age=(30, 30), **IN_ERROR),
        corrected(0.5, (31, 31), 1, referral_id=OTHER_REFERRAL),
        retracted(referral=OTHER_REFERRAL),
        erased(referral=OTHER_REFERRAL),
    ]
    ends = set()
    for order in permutations(facts):
        register = Register()
        for fact in order:
            register = evolve(register, fact)
        ends.add(register.model_dump_json())
    assert len(ends) == 1
    register = Register.model_validate_json(ends.pop())
    assert (register.ages, register.gone) == ({}, {OTHER_REFERRAL})
    assert register.referred(hours(0)), "that the person was referred stays so"


@pytest.mark.parametrize("goes", [retracted(), erased()], ids=GONE)
@pytest.mark.parametrize(("age", "signer"), [(12, BOTH), (40, "representative"), (40, "person")])
def test_what_counts_goes_on_counting_when_no_age_is_known_any_more(age, signer, goes):
    stage = of_age(age, signed(signed_by=signer)).when(goes)
    assert (stage.names, len(stage.in_force)) == (["consent.granted"], 1)


@pytest.mark.parametrize("goes", [retracted(), erased()], ids=GONE)
def test_what_a_child_signed_alone_does_not_count_for_lack_of_an_age(goes):
    stage = of_age(12, signed()).when(goes)
    assert (stage.names, stage.in_force) == (["consent.refused"], set())
