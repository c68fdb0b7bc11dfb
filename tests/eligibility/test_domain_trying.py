"""A policy's own table of cases, and what is found wrong with a policy before anybody waits for it."""

import shutil

import pytest

from contracts.words import RuleResult, Verdict
from services.eligibility.domain import linted, not_shown, ready, tried
from services.eligibility.domain.trying import can_find
from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES
from tests.eligibility.examples import WHATCOM

POLICY = WHATCOM.policies[-1]


def with_clause(place=0, **changes):
    clauses = list(POLICY.clauses)
    clauses[place] = clauses[place].model_copy(update=changes)
    return POLICY.model_copy(update={"clauses": tuple(clauses)})


@pytest.mark.parametrize("policy", WHATCOM.policies, ids=lambda policy: policy.version)
def test_each_case_of_each_policy_finds_what_it_was_to_find(policy):
    assert [(one.case.name, one.differences) for one in tried(policy, WHATCOM) if one.differences] == []
    assert not_shown(policy) == ()
    assert linted(WHATCOM, policy) == ()


def test_a_case_that_finds_something_else_says_what_and_what_was_expected():
    case = POLICY.cases[0].model_copy(update={"finds": {"drug-amount": RuleResult.FAIL}, "verdict": "needs_review"})
    (one,) = tried(POLICY.model_copy(update={"cases": (case,)}), WHATCOM)
    assert [(each.clause, each.expected, each.found) for each in one.differences] == [
        ("drug-amount", "fail", "pass"), (None, "needs_review", "eligible"),
    ]  # fmt: skip
    assert one.verdict is Verdict.ELIGIBLE


def test_a_result_that_no_case_shows_is_named():
    cases = tuple(case for case in POLICY.cases if "attested-exclusion" not in case.finds)
    assert ("attested-exclusion", RuleResult.UNKNOWN) in not_shown(POLICY.model_copy(update={"cases": cases}))


def test_a_clause_finds_what_its_words_say_and_passes_only_where_it_is_published():
    clause = POLICY.clauses[0].model_copy(update={"applies": "true", "expression": 'door == "x" ? "pass" : "fail"'})
    assert can_find(clause) == {RuleResult.PASS, RuleResult.FAIL}
    assert can_find(clause.model_copy(update={"published": False})) == {RuleResult.UNKNOWN, RuleResult.FAIL}
    assert RuleResult.NOT_APPLICABLE in can_find(clause.model_copy(update={"applies": 'door == "x"'}))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (with_clause(citation="Not published."), "who-refers.citation: A published clause names its source"),
        (with_clause(published=False), "who-refers.citation: A clause that is not published says so first"),
        (with_clause(published=False, citation="not published"), "who-refers.expression: It is not published, so"),
        (with_clause(applies='door == "window"'), "who-refers.applies: No referral reaches it"),
        (with_clause(expression="door == 3 ? 'pass' : 'fail'"), "who-refers.expression: ERROR"),
        (with_clause(expression="prior_diversions > 1 ? 'fail' : 'pass'"), "undeclared reference"),
        (with_clause(expression='door == "x" ? "fail" : "pass"'), "who-refers: No case shows that it finds fail"),
        (POLICY.model_copy(update={"cases": ()}), "policies/cases/2026-01.toml: file: A policy has a table of cases"),
    ],
    ids=["no source", "published by nobody", "passes unpublished", "unreachable", "does not compile", "unknown input",
         "a result without a case", "no cases"],
)  # fmt: skip
def test_what_is_wrong_with_a_policy_is_named_with_its_file_and_clause(policy, said):
    assert [line for line in linted(WHATCOM, policy) if said in line]


def test_the_cases_are_no_part_of_the_words_on_which_decisions_stand():
    assert ready(POLICY.model_copy(update={"cases": ()})) is ready(POLICY)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[[case]]\nname = "x"\nsource_kind = "self"\nverdict = "eligible"\n[case.finds]\nnobody = "pass"\n',
         "policies/cases/2026-01.toml: x: The policy has no such clause: nobody."),
        ('[[case]]\nname = "x"\nsource_kind = "self"\nfacts.weight = 3\nverdict = "eligible"\nfinds = {}\n',
         "A referral has no such fact: weight."),
        ('[[case]]\nname = "x"\nsource_kind = "moon"\nverdict = "eligible"\nfinds = {}\n',
         "policies/cases/2026-01.toml: case.0.source_kind: "),
    ],
    ids=["a clause that is not there", "a fact that is none", "a kind that is none"],
)  # fmt: skip
def test_a_case_that_cannot_be_read_is_named_with_its_file(tmp_path, line, said):
    shutil.copytree(SITES / "whatcom", tmp_path / "whatcom")
    (tmp_path / "whatcom" / "policies" / "cases" / "2026-01.toml").write_text(line)
    with pytest.raises(SiteUnreadable) as wrong:
        load_site("whatcom", tmp_path)
    assert said in str(wrong.value)
