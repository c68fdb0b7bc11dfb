"""Who is less known is never found eligible where who is better known is not: unknown lies between pass and fail."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.parts import AgeFact, Attestation, Drug, Offence, Particulars, PriorInvolvement
from contracts.words import Activity, Answer, Door, DrugUnit, RuleResult, Severity, SourceKind, Verdict
from services.eligibility.domain import ready
from services.eligibility.domain.inputs import inputs_of
from services.sites import Case, load_site
from services.sites.loading import sites_in
from tests.eligibility.examples import LIMITED, WHATCOM

CHECK = re.compile(r'a\.rule == "([a-z0-9-]+)"')
OFFENCES = some.builds(
    Offence,
    nibrs=some.sampled_from(["35A", "35B", "290", "90C", "13B", "23C"]),
    activity=some.none() | some.sampled_from(Activity),
    severity=some.sampled_from(Severity),
)
DRUGS = some.builds(
    Drug,
    kind=some.sampled_from(["E", "H", "L", "U"]),
    quantity=some.none() | some.decimals("0", "2000", places=2),
    unit=some.sampled_from([DrugUnit.GRAM, DrugUnit.OUNCE, DrugUnit.DOSAGE_UNIT, DrugUnit.NOT_REPORTED]),
)
INVOLVED = some.builds(
    PriorInvolvement, verified_by=some.just("records"),
    last_on=some.none() | some.dates(date(2022, 1, 1), date(2026, 6, 1)),
)  # fmt: skip
POLICIES = [
    pytest.param(site, policy, id=f"{site.slug} {policy.version}")
    for site in (load_site(slug) for slug in sites_in())
    for policy in site.policies
]
POLICIES.append(pytest.param(WHATCOM, LIMITED.policies[-1], id="with a limit"))


def facts_for(site, policy):
    """Facts of a referral to this site, with the checks that its policy asks for, mostly passed."""
    asked = {check for clause in policy.clauses for check in CHECK.findall(clause.expression)}
    checks = sorted(asked or {"history", "trafficking"})
    result = some.none() | some.just(RuleResult.PASS) | some.just(RuleResult.PASS) | some.sampled_from(RuleResult)
    areas = some.none() | some.sampled_from(sorted(site.area_codes))
    return some.builds(
        Particulars,
        age=some.sampled_from([AgeFact(), AgeFact(from_years=17, to_years=17), AgeFact(from_years=30, to_years=45)]),
        area=areas,
        residence_area=areas,
        offences=some.lists(OFFENCES, max_size=2).map(tuple),
        drugs=some.lists(DRUGS, max_size=2).map(tuple),
        attestations=some.tuples(*[result] * len(checks)).map(
            lambda results: tuple(
                Attestation(rule=check, result=result) for check, result in zip(checks, results, strict=True) if result
            )
        ),
        prior_involvement=some.none() | INVOLVED,
        under_supervision=some.sampled_from(Answer),
    )


def forgotten(facts, what):
    """The same referral, of which one thing is not known any more."""
    kept = {
        "age": {"age": AgeFact()},
        "area": {"area": None},
        "residence": {"residence_area": None},
        "involvement": {"prior_involvement": None},
        "the checks themselves": {"attestations": ()},
        "amounts": {"drugs": tuple(one.model_copy(update={"quantity": None}) for one in facts.drugs)},
        "activities": {"offences": tuple(one.model_copy(update={"activity": None}) for one in facts.offences)},
        "severities": {
            "offences": tuple(one.model_copy(update={"severity": Severity.UNKNOWN}) for one in facts.offences)
        },
        "checks": {
            "attestations": tuple(one.model_copy(update={"result": RuleResult.UNKNOWN}) for one in facts.attestations)
        },
        "supervision": {"under_supervision": Answer.UNKNOWN},
    }
    return facts.model_copy(update=kept[what])


WHAT = [
    "age", "area", "residence", "involvement", "amounts", "activities", "severities", "checks", "supervision",
    "the checks themselves",
]  # fmt: skip


def verdict(site, policy, facts, door):
    kind = SourceKind.FAMILY if door is Door.COMMUNITY else SourceKind.LAW_ENFORCEMENT
    asked = Case(name="x", door=door, source_kind=kind, finds={}, verdict=Verdict.ELIGIBLE)
    return ready(policy).conclude(inputs_of(asked, facts, site)).verdict


@pytest.mark.parametrize(("site", "policy"), POLICIES)
def test_nobody_becomes_eligible_by_being_known_less(site, policy):
    # Whatcom's policy, which has published no exclusion, looks at a check only where one was made.
    what_may_be = [one for one in WHAT if site.slug != "whatcom" or one != WHAT[-1]]

    @settings(max_examples=60, deadline=None)
    @given(facts_for(site, policy), some.sampled_from(what_may_be), some.sampled_from(Door))
    def holds(facts, what, door):
        if verdict(site, policy, forgotten(facts, what), door) is Verdict.ELIGIBLE:
            assert verdict(site, policy, facts, door) is Verdict.ELIGIBLE

    holds()
