"""Who is less known is never found eligible where who is better known is not: unknown lies between pass and fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.parts import AgeFact, Attestation, Drug, Offence, Particulars
from contracts.words import Activity, Answer, Door, DrugUnit, RuleResult, Severity, SourceKind, Verdict
from services.eligibility.domain import ready
from services.eligibility.domain.inputs import inputs_of
from services.sites import Case
from tests.eligibility.examples import LIMITED, WHATCOM

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
CHECKS = some.builds(
    Attestation, rule=some.sampled_from(["history", "trafficking"]), result=some.sampled_from(RuleResult)
)
FACTS = some.builds(
    Particulars,
    age=some.sampled_from([AgeFact(), AgeFact(from_years=17, to_years=17), AgeFact(from_years=30, to_years=45)]),
    area=some.none() | some.sampled_from(["bellingham", "lynden"]),
    offences=some.lists(OFFENCES, max_size=2).map(tuple),
    drugs=some.lists(DRUGS, max_size=2).map(tuple),
    attestations=some.lists(CHECKS, max_size=2).map(tuple),
    under_supervision=some.sampled_from(Answer),
)
POLICIES = [*WHATCOM.policies, LIMITED.policies[-1]]


def forgotten(facts, what):
    """The same referral, of which one thing is not known any more."""
    kept = {
        "age": {"age": AgeFact()},
        "area": {"area": None},
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


WHAT = ["age", "area", "amounts", "activities", "severities", "checks", "supervision"]


def verdict(policy, facts, door):
    kind = SourceKind.FAMILY if door is Door.COMMUNITY else SourceKind.LAW_ENFORCEMENT
    asked = Case(name="x", door=door, source_kind=kind, finds={}, verdict=Verdict.ELIGIBLE)
    return ready(policy).conclude(inputs_of(asked, facts, WHATCOM)).verdict


@pytest.mark.parametrize("policy", POLICIES, ids=["2025-01", "2026-01", "with a limit"])
def test_nobody_becomes_eligible_by_being_known_less(policy):
    @settings(max_examples=150, deadline=None)
    @given(FACTS, some.sampled_from(WHAT), some.sampled_from([Door.ARREST_DIVERSION, Door.COMMUNITY]))
    def holds(facts, what, door):
        if verdict(policy, forgotten(facts, what), door) is Verdict.ELIGIBLE:
            assert verdict(policy, facts, door) is Verdict.ELIGIBLE

    holds()
