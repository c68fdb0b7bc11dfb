"""Policies as data: what is wrong is found when they are read, and an operator can read why."""

import pytest

from contracts.catalogue import ScreeningDetermined
from services.eligibility.domain import CompiledPolicy, Desk, PolicyUnusable, Rules, explained, listed
from tests.eligibility.examples import (
    ASSAULT,
    LIMITED,
    LIMITED_RULES,
    MISCHIEF,
    NOT_WEIGHED,
    POSSESSION,
    WHATCOM,
    Stage,
    arrest,
    cannabis,
    community,
    found,
    referral,
)

POLICY = WHATCOM.policies[-1]


def with_clause(**changes):
    return POLICY.model_copy(update={"clauses": (POLICY.clauses[0].model_copy(update=changes),)})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expression": '"pass'}, "who-refers.expression: ERROR"),
        ({"expression": "prior_diversions > 2 ? 'fail' : 'pass'"}, "undeclared reference to 'prior_diversions'"),
        ({"expression": "size(drugs) == 0"}, "It gives BOOL, not STRING."),
        ({"expression": "'maybe'"}, 'It gives "pass", "fail" or "unknown", not "maybe".'),
        ({"expression": "offences[0].nibrs == '290' ? 'pass' : 'fail'"}, "It fails on a referral that may come"),
        ({"expression": "drugs.all(d, d.gramms < 3.0) ? 'pass' : 'fail'"}, "It fails on a referral that may come"),
        ({"applies": "'yes'"}, "who-refers.applies: It gives STRING, not BOOL."),
        ({"applies": "door == 3"}, "who-refers.applies: ERROR"),
    ],
)
def test_a_clause_that_is_wrong_is_named_with_its_file_and_line(changes, said):
    with pytest.raises(PolicyUnusable) as wrong:
        CompiledPolicy(with_clause(**changes))
    assert str(wrong.value).startswith("policies/2026-01.toml:17: who-refers")
    assert said in str(wrong.value)


def test_every_wrong_clause_is_named_at_once():
    broken = tuple(clause.model_copy(update={"expression": "nothing"}) for clause in POLICY.clauses)
    with pytest.raises(PolicyUnusable) as wrong:
        CompiledPolicy(POLICY.model_copy(update={"clauses": broken}))
    assert len(wrong.value.problems) == len(broken)


def test_a_clause_that_fails_in_life_is_unknown_and_the_others_still_answer():
    inputs = found(arrest(MISCHIEF)).inputs | {"drugs": [{"kind": "L"}]}
    results = {one.clause: one.result for one in CompiledPolicy(POLICY).conclude(inputs).outcomes}
    assert (results["drug-amount"], results["offence-named-by-county"]) == ("unknown", "pass")


def test_a_clause_that_the_county_has_not_published_never_passes():
    policy = with_clause(published=False, applies="true", expression="'pass'")
    rules = Rules(WHATCOM.model_copy(update={"policies": (policy,)}))
    assert rules.find(referral(community())).open_clauses == ("who-refers",)


def test_where_no_clause_applies_a_person_decides():
    rules = Rules(WHATCOM.model_copy(update={"policies": (with_clause(applies="false"),)}))
    assert rules.find(referral(community())).verdict == "needs_review"


def test_the_policies_are_listed_with_their_time_in_force():
    earlier, current = listed(WHATCOM)
    assert (earlier.version, current.version) == ("2025-01", "2026-01")
    assert earlier.in_force_until == current.in_force_from
    assert current.in_force_until is None
    assert "attested-exclusion" in current.not_published


def test_a_verdict_is_explained_by_what_decided_it_fails_first():
    stage = Stage(Desk(LIMITED_RULES)).when(arrest(POSSESSION, ASSAULT, drugs=(cannabis("60"), NOT_WEIGHED)))
    why = explained(LIMITED, stage.the(ScreeningDetermined))
    assert [one.clause for one in why.decided_by] == ["drug-amount", "offence-named-by-county", "crime-against-person"]
    assert "drug-possession-or-use" in [one.clause for one in why.met]
    assert [one.clause for one in why.not_applicable] == ["attested-exclusion"]
    assert why.words_are_still_the_same
    assert all(one.words.citation for one in (*why.decided_by, *why.met, *why.not_applicable))


def test_an_explanation_says_when_the_policy_has_other_words_by_now():
    screening = Stage().when(arrest(MISCHIEF)).the(ScreeningDetermined)
    why = explained(WHATCOM, screening.model_copy(update={"policy_hash": "0" * 64}))
    assert not why.words_are_still_the_same
    assert next((one.clause, one.words) for one in why.met) == ("who-refers", None)
