"""From what each clause finds to a verdict: of all clauses, and of those alone that rest on the sender's own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.parts import ClauseResult
from contracts.words import RuleResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.sites import Clause, Policy


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from the results of a policy's clauses. The same few come again and again."""

    outcomes: tuple[ClauseResult, ...]
    """What each clause finds, in the policy's order."""
    verdict: Verdict
    police_verdict: Verdict
    """From the clauses alone that rest on the sender's own data."""


def concluded(policy: Policy, results: Iterable[RuleResult]) -> Conclusion:
    """Return what follows when the policy's clauses find this."""
    paired = list(zip(policy.clauses, results, strict=True))
    return Conclusion(
        tuple(ClauseResult(clause=clause.id, result=result) for clause, result in paired),
        verdict_of(_counts_as(clause, result) for clause, result in paired),
        verdict_of(result for clause, result in paired if clause.police_only),
    )


def _counts_as(clause: Clause, result: RuleResult) -> RuleResult:
    """Return what a result counts for: what the sender cannot know excludes nobody by itself, but asks a person.

    Whether somebody is enrolled, was diverted before or has a case in a court could be read from the answer.
    """
    return RuleResult.UNKNOWN if result is RuleResult.FAIL and not clause.police_only else result


def verdict_of(results: Iterable[RuleResult]) -> Verdict:
    """A fail is presumptively ineligible; else an unknown, or nothing that applied, needs a review; else eligible."""
    found = set(results) - {RuleResult.NOT_APPLICABLE}
    if RuleResult.FAIL in found:
        return Verdict.PRESUMPTIVELY_INELIGIBLE
    if RuleResult.UNKNOWN in found or not found:
        return Verdict.NEEDS_REVIEW
    return Verdict.ELIGIBLE
