"""Whatcom's policy in force, clause by clause: met, failed, unknown, or not about this referral."""

import pytest

from contracts.parts import AgeFact, Drug, Offence
from contracts.words import Answer, Door, DrugUnit, SourceKind, Verdict
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    ASSAULT,
    DEALING,
    DISORDER,
    MISCHIEF,
    NOT_WEIGHED,
    POSSESSION,
    ROBBERY,
    USE,
    arrest,
    attested,
    cannabis,
    community,
    found,
    particulars,
)


def result(event, clause):
    (outcome,) = [one for one in found(event).outcomes if one.clause == clause]
    return outcome.result.value


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (arrest(MISCHIEF), "pass"),
        (arrest(MISCHIEF, source_kind=SourceKind.BUSINESS), "unknown"),
        (arrest(door=Door.SOCIAL_CONTACT), "pass"),
        (community(SourceKind.FAMILY), "pass"),
        (community(SourceKind.SELF), "pass"),
        (community(SourceKind.EMERGENCY_DEPARTMENT), "pass"),
        (community(SourceKind.PROSECUTOR), "pass"),
        (community(SourceKind.OTHER), "unknown"),
    ],
)
def test_who_may_refer_through_each_door(event, expected):
    assert result(event, "who-refers") == expected


@pytest.mark.parametrize("age", [AgeFact(from_years=16, to_years=16), AgeFact(from_years=70, to_years=80), AgeFact()])
def test_washington_has_no_lowest_age(age):
    event = community(SourceKind.FAMILY, particulars=particulars(age=age))
    assert result(event, "youth-and-adults") == "pass"
    assert found(event).verdict is Verdict.ELIGIBLE


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (arrest(MISCHIEF), "pass"),
        (arrest(DISORDER), "pass"),
        (arrest(POSSESSION), "pass"),
        (arrest(Offence(nibrs="35B")), "pass"),
        (arrest(MISCHIEF, DISORDER), "pass"),
        (arrest(MISCHIEF, Offence(nibrs="23C")), "unknown"),
        (arrest(Offence(nibrs="90J")), "unknown"),
        (arrest(ROBBERY), "unknown"),
        (arrest(Offence(nibrs="40B")), "unknown"),
        (arrest(Offence(nibrs="99Z")), "unknown"),
        (arrest(), "unknown"),
        (arrest(door=Door.SOCIAL_CONTACT), "not_applicable"),
        (arrest(ROBBERY, door=Door.SOCIAL_CONTACT), "unknown"),
        (community(), "not_applicable"),
    ],
)
def test_the_county_has_named_three_kinds_of_offence_and_the_rest_is_for_a_person(event, expected):
    assert result(event, "offence-named-by-county") == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (arrest(POSSESSION), "pass"),
        (arrest(USE), "pass"),
        (arrest(POSSESSION, USE), "pass"),
        (arrest(DEALING), "unknown"),
        (arrest(POSSESSION, DEALING), "unknown"),
        (arrest(Offence(nibrs="35A")), "unknown"),
        (arrest(MISCHIEF), "not_applicable"),
    ],
)
def test_a_drug_offence_is_possession_or_use_or_else_for_a_person(event, expected):
    assert result(event, "drug-possession-or-use") == expected


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [
        ((A_GRAM_AND_A_HALF,), "pass"),
        ((Drug(kind="L", quantity="12", unit=DrugUnit.DOSAGE_UNIT),), "pass"),
        ((Drug(kind="L", quantity="0", unit="GM"),), "unknown"),
        ((cannabis("0"),), "unknown"),
        ((cannabis("0"), cannabis("10")), "unknown"),
        ((cannabis("40"),), "pass"),
        ((cannabis("40.01"),), "unknown"),
        ((cannabis("25"), cannabis("15.5")), "unknown"),
        ((cannabis("25"), A_GRAM_AND_A_HALF), "pass"),
        ((Drug(kind="E", quantity="1.5", unit=DrugUnit.OUNCE),), "unknown"),
        ((Drug(kind="E", quantity="1", unit=DrugUnit.OUNCE),), "pass"),
        ((Drug(kind="E", quantity="0.05", unit=DrugUnit.KILOGRAM),), "unknown"),
        ((Drug(kind="E", quantity="0.1", unit=DrugUnit.POUND),), "unknown"),
        ((Drug(kind="E", quantity="3", unit=DrugUnit.PLANT),), "unknown"),
        ((Drug(kind="E", quantity="3", unit=DrugUnit.NOT_REPORTED),), "unknown"),
        ((cannabis("41"), Drug(kind="E")), "unknown"),
        ((cannabis("39"), Drug(kind="E")), "unknown"),
        ((Drug(kind="U", quantity="50", unit="GM"),), "unknown"),
        ((Drug(kind="U", quantity="5", unit="GM"),), "pass"),
        ((Drug(kind="C", quantity="50", unit="GM"),), "unknown"),
        ((NOT_WEIGHED,), "unknown"),
        ((Drug(kind="L", unit="GM"),), "unknown"),
        ((Drug(kind="L", quantity="3"),), "unknown"),
        ((A_GRAM_AND_A_HALF, NOT_WEIGHED), "unknown"),
        ((), "unknown"),
    ],
)
def test_an_amount_that_is_not_reported_is_unknown_and_never_zero(drugs, expected):
    assert result(arrest(POSSESSION, drugs=drugs), "drug-amount") == expected


def test_an_amount_is_not_asked_where_no_drug_is_involved():
    assert result(arrest(MISCHIEF), "drug-amount") == "not_applicable"
    assert result(community(), "drug-amount") == "not_applicable"


def test_a_drug_that_was_seized_beside_another_offence_is_measured_too():
    assert result(arrest(MISCHIEF, drugs=(NOT_WEIGHED,)), "drug-amount") == "unknown"


@pytest.mark.parametrize(("event", "expected"), [(arrest(ASSAULT), "unknown"), (arrest(MISCHIEF), "not_applicable")])
def test_a_crime_against_a_person_is_for_a_person_to_decide(event, expected):
    assert result(event, "crime-against-person") == expected


@pytest.mark.parametrize(
    ("attestations", "expected"),
    [
        ((), "not_applicable"),
        ((attested("history-violent", "pass"),), "not_applicable"),
        ((attested("history-violent", "not_applicable"),), "not_applicable"),
        ((attested("history-violent", "fail"),), "unknown"),
        ((attested("exploits-minors", "unknown"),), "unknown"),
        ((attested("history-violent", "pass"), attested("trafficking", "fail")), "unknown"),
    ],
)
def test_a_failed_check_is_for_a_person_because_the_county_has_published_no_exclusion(attestations, expected):
    event = arrest(MISCHIEF, attestations=attestations)
    assert result(event, "attested-exclusion") == expected


@pytest.mark.parametrize("supervised", list(Answer))
def test_supervision_excludes_nobody_in_washington(supervised):
    facts = particulars(offences=(MISCHIEF,), under_supervision=supervised)
    assert found(arrest(particulars=facts)).verdict is Verdict.ELIGIBLE
