"""A policy's table of cases, tried: what each case was to find, what it finds, and what no case shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.words import RuleResult, Verdict
from services.eligibility.domain.clauses import ready
from services.eligibility.domain.inputs import inputs_of
from services.sites import Case

if TYPE_CHECKING:
    from services.eligibility.domain.clauses import CompiledPolicy
    from services.sites import Clause, Policy, Site

_SAID: Final = re.compile(r"""(["'])(pass|fail|unknown)\1""")
_ALWAYS: Final = "true"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a case does not find what it was to find; `clause` is None for the verdict."""

    clause: str | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One case, tried."""

    case: Case
    results: Mapping[str, RuleResult]
    """What every clause of the policy finds of it."""
    verdict: Verdict
    differences: tuple[Difference, ...]


def tried(policy: Policy, site: Site) -> tuple[Tried, ...]:
    """Ask the policy about each of its cases.

    Raises:
        PolicyUnusable: a clause is wrong.
    """
    compiled = ready(policy)
    return tuple(_tried(compiled, case, site) for case in policy.cases)


def _tried(compiled: CompiledPolicy, case: Case, site: Site) -> Tried:
    found = compiled.conclude(inputs_of(case, case.facts, site, case.earlier_diversions))
    results = {one.clause: one.result for one in found.outcomes}
    wrong = [
        Difference(clause, expected, results[clause])
        for clause, expected in case.finds.items()
        if results[clause] is not expected
    ]
    if found.verdict is not case.verdict:
        wrong.append(Difference(None, case.verdict, found.verdict))
    return Tried(case, results, found.verdict, tuple(wrong))


def can_find(clause: Clause) -> frozenset[RuleResult]:
    """Return what a clause may find by its own words; one that is not published never passes."""
    said = {RuleResult(found) for _, found in _SAID.findall(clause.expression)}
    if not clause.published and RuleResult.PASS in said:
        said = said - {RuleResult.PASS} | {RuleResult.UNKNOWN}
    return frozenset(said if clause.applies.strip() == _ALWAYS else said | {RuleResult.NOT_APPLICABLE})


def not_shown(policy: Policy) -> tuple[tuple[str, RuleResult], ...]:
    """Return each result that a clause may find and that no case expects of it, in the policy's order."""
    shown = {(clause, found) for case in policy.cases for clause, found in case.finds.items()}
    return tuple(
        (clause.id, result)
        for clause in policy.clauses
        for result in RuleResult
        if result in can_find(clause) and (clause.id, result) not in shown
    )
