"""From clauses to a verdict: what a referral ends as under Whatcom's policies, then and now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.parts import AgeFact, Attestation, Drug, Offence, Particulars
from contracts.words import Activity, Agreement, Door, DrugUnit, RuleResult, SourceKind, Verdict
from services.eligibility.domain.concluding import verdict_of
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    ARREST,
    ASSAULT,
    BEGIN,
    DEALING,
    DISORDER,
    LIMITED_RULES,
    MISCHIEF,
    NOT_WEIGHED,
    POSSESSION,
    ROBBERY,
    RULES,
    USE,
    WHATCOM,
    ReferralReceived,
    Rules,
    arrest,
    attested,
    cannabis,
    community,
    found,
    particulars,
    referral,
    with_a_limit,
)

ELIGIBLE, REVIEW, INELIGIBLE = Verdict.ELIGIBLE, Verdict.NEEDS_REVIEW, Verdict.PRESUMPTIVELY_INELIGIBLE


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        (arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,)), ELIGIBLE),
        (arrest(USE, drugs=(A_GRAM_AND_A_HALF,)), ELIGIBLE),
        (arrest(MISCHIEF), ELIGIBLE),
        (arrest(DISORDER), ELIGIBLE),
        (arrest(POSSESSION, drugs=(NOT_WEIGHED,)), REVIEW),
        (arrest(DEALING, drugs=(A_GRAM_AND_A_HALF,)), REVIEW),
        (arrest(ASSAULT), REVIEW),
        (arrest(ROBBERY), REVIEW),
        (arrest(Offence(nibrs="64A")), REVIEW),
        (arrest(Offence(nibrs="40B")), REVIEW),
        (arrest(MISCHIEF, attestations=(attested("history-violent", "fail"),)), REVIEW),
        (arrest(POSSESSION, drugs=(cannabis("60"),)), REVIEW),
        (arrest(POSSESSION, drugs=(cannabis("0"),)), REVIEW),
        (community(SourceKind.HARM_REDUCTION), ELIGIBLE),
        (community(SourceKind.OTHER), REVIEW),
        (community(SourceKind.FAMILY, particulars=Particulars()), ELIGIBLE),
    ],
)
def test_what_a_referral_ends_as(event, verdict):
    assert found(event).verdict is verdict


def test_a_published_exclusion_decides_whatever_else_is_open():
    assert found(arrest(POSSESSION, drugs=(cannabis("60"),)), LIMITED_RULES).verdict is INELIGIBLE
    assert found(arrest(POSSESSION, ASSAULT, drugs=(cannabis("60"),)), LIMITED_RULES).verdict is INELIGIBLE


def test_police_hear_a_verdict_that_rests_on_their_own_data():
    assert found(arrest(MISCHIEF)).police_verdict is ELIGIBLE
    assert found(arrest(POSSESSION, drugs=(cannabis("60"),)), LIMITED_RULES).police_verdict is INELIGIBLE


def test_a_clause_that_rests_on_other_data_asks_a_person_and_police_do_not_hear_of_it():
    rules = Rules(with_a_limit(police_only=False))
    finding = found(arrest(POSSESSION, drugs=(cannabis("60"),)), rules)
    assert (finding.verdict, finding.police_verdict) == (REVIEW, ELIGIBLE)
    assert finding.open_clauses == ("drug-amount",)


def test_the_policy_of_the_day_of_the_referral_decides():
    seized = {"drugs": (A_GRAM_AND_A_HALF,)}
    last_year = BEGIN - timedelta(days=300)
    assert found(arrest(POSSESSION, **seized)).policy.version == "2026-01"
    assert found(arrest(POSSESSION, **seized, referred_at=last_year)).policy.version == "2025-01"
    assert found(arrest(POSSESSION, **seized, referred_at=last_year)).verdict is REVIEW


def test_a_policy_begins_at_midnight_of_the_county():
    new_year = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
    assert found(arrest(MISCHIEF, referred_at=new_year)).policy.version == "2026-01"
    assert found(arrest(MISCHIEF, referred_at=new_year - timedelta(seconds=1))).policy.version == "2025-01"


def test_before_all_policies_a_person_decides():
    finding = found(arrest(POSSESSION, drugs=(cannabis("60"),), referred_at=datetime(2024, 5, 1, tzinfo=UTC)))
    assert finding.verdict is REVIEW
    assert finding.police_verdict is REVIEW
    assert "policy-in-force" in finding.open_clauses


def test_history_can_be_asked_again_under_another_version():
    last_year = arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,), referred_at=BEGIN - timedelta(days=300))
    assert RULES.find_under(RULES.version("2026-01"), referral(last_year)).verdict is ELIGIBLE


def test_earlier_diversions_and_room_are_no_grounds():
    words = " ".join(clause.expression + clause.applies for policy in WHATCOM.policies for clause in policy.clauses)
    assert "prior_diversion" not in words
    assert "capacity" not in words
    assert "places" not in words


results = some.lists(some.sampled_from(list(RuleResult)), max_size=8)


@given(results)
def test_unknown_sits_between_pass_and_fail(others):
    order = [ELIGIBLE, REVIEW, INELIGIBLE]
    ranks = [order.index(verdict_of([*others, one])) for one in (RuleResult.PASS, RuleResult.UNKNOWN, RuleResult.FAIL)]
    assert ranks == sorted(ranks)


codes = some.sampled_from([*WHATCOM.offences, "99Z"])
offences = some.lists(
    some.builds(Offence, nibrs=codes, activity=some.none() | some.sampled_from(Activity)), max_size=4
).map(tuple)
drugs = some.lists(
    some.builds(
        Drug,
        kind=some.sampled_from("ABCEHLUX"),
        quantity=some.none() | some.decimals(0, 90, places=2),
        unit=some.sampled_from(DrugUnit),
    ),
    max_size=3,
).map(tuple)
checks = some.lists(
    some.builds(Attestation, rule=some.just("history-violent"), result=some.sampled_from(RuleResult)), max_size=2
).map(tuple)
ages = some.sampled_from([AgeFact(), AgeFact(from_years=16, to_years=16), AgeFact(from_years=20, to_years=40)])
referrals = some.builds(
    lambda door, source, agreement, facts: ReferralReceived(
        **ARREST | {"door": door, "source_kind": source, "agreement": agreement, "particulars": facts}
    ),
    some.sampled_from(Door),
    some.sampled_from(SourceKind),
    some.sampled_from(Agreement),
    some.builds(particulars, offences=offences, drugs=drugs, attestations=checks, age=ages),
)


def with_less(drawn, event):
    """The same referral with some of what is known of it not known."""
    forgets = drawn(some.lists(some.booleans(), min_size=12, max_size=12))
    facts = event.particulars
    changes = {
        "offences": tuple(
            one.model_copy(update={"activity": None}) if forgotten else one
            for one, forgotten in zip(facts.offences, forgets[:4], strict=False)
        ),
        "drugs": tuple(
            one.model_copy(update=drawn(some.sampled_from([{"quantity": None}, {"unit": DrugUnit.NOT_REPORTED}])))
            if forgotten
            else one
            for one, forgotten in zip(facts.drugs, forgets[4:8], strict=False)
        ),
        "attestations": tuple(
            one.model_copy(update={"result": RuleResult.UNKNOWN}) if forgotten else one
            for one, forgotten in zip(facts.attestations, forgets[8:10], strict=False)
        ),
    }
    changes |= {"age": AgeFact()} if forgets[10] else {}
    changes |= {"offences": ()} if forgets[11] and event.door is Door.ARREST_DIVERSION else {}
    return event.model_copy(update={"particulars": facts.model_copy(update=changes)})


@pytest.mark.parametrize("rules", [RULES, LIMITED_RULES], ids=["Whatcom", "a county with a limit"])
@settings(max_examples=300)
@given(referrals, some.data())
def test_knowing_less_never_makes_anybody_eligible_and_never_excludes_anybody(rules, event, data):
    more, less = found(event, rules).verdict, found(with_less(data.draw, event), rules).verdict
    assert less in {more, REVIEW}


@settings(max_examples=200)
@given(referrals)
def test_no_clause_of_whatcom_excludes_anybody_for_no_exclusion_is_published(event):
    assert found(event).verdict is not INELIGIBLE


@settings(max_examples=200)
@given(referrals)
def test_every_referral_gets_a_verdict_with_reasons_and_repeats_it_from_its_inputs(event):
    finding = found(event)
    assert len(finding.outcomes) == len(finding.policy.clauses)
    assert bool(finding.open_clauses) == (RuleResult.UNKNOWN in {one.result for one in finding.outcomes})
    assert RULES.version(finding.policy.version).conclude(finding.inputs).outcomes == finding.outcomes


@settings(max_examples=200)
@given(referrals)
def test_what_the_county_has_not_published_never_passes(event):
    finding = found(event)
    published = {clause.id for clause in finding.policy.clauses if clause.published}
    assert {one.clause for one in finding.outcomes if one.result is RuleResult.PASS} <= published
