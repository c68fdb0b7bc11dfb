"""What is wrong with a policy, or will be: found when it is written, not when a person waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import RuleResult
from services.eligibility.domain.clauses import PolicyUnusable, ready
from services.eligibility.domain.probes import PROBES
from services.eligibility.domain.trying import not_shown, tried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.eligibility.domain.clauses import CompiledPolicy
    from services.eligibility.domain.trying import Tried
    from services.sites import Policy, Site

NOT_PUBLISHED: Final = "not published"


def linted(site: Site, policy: Policy) -> tuple[str, ...]:
    """Return everything that is wrong, each as `file: clause: what`; empty for a sound policy.

    A clause that does not compile or asks for what no referral has, one without its source, one that is never reached,
    one that passes though nothing is published; and each result that the table of cases does not show.
    """
    try:
        compiled = ready(policy)
    except PolicyUnusable as wrong:
        return (*wrong.problems, *_sources(policy))
    cases = tried(policy, site)
    return (*_sources(policy), *_unreached(compiled, cases), *_cases(policy))


def _sources(policy: Policy) -> Iterator[str]:
    for clause in policy.clauses:
        here = f"{clause.where(policy.file)}: {clause.id}"
        if clause.published and clause.citation.strip().lower().startswith(NOT_PUBLISHED):
            yield f"{here}.citation: A published clause names its source; one without a source is published = false."
        if not clause.published and not clause.citation.strip().lower().startswith(NOT_PUBLISHED):
            yield f'{here}.citation: A clause that is not published says so first: "{NOT_PUBLISHED}".'
        if not clause.published and f'"{RuleResult.PASS}"' in clause.expression:
            yield f'{here}.expression: It is not published, so that "pass" never counts; let it be "unknown".'


def _unreached(compiled: CompiledPolicy, cases: tuple[Tried, ...]) -> Iterator[str]:
    """A clause that applies to no probe and to no case is one that nobody will ever meet."""
    reached = {
        one.clause
        for probe in PROBES
        for one in compiled.conclude(probe).outcomes
        if one.result is not RuleResult.NOT_APPLICABLE
    }
    reached |= {
        clause for one in cases for clause, result in one.results.items() if result is not RuleResult.NOT_APPLICABLE
    }
    for clause in compiled.policy.clauses:
        if clause.id not in reached:
            here = clause.where(compiled.policy.file)
            yield f"{here}: {clause.id}.applies: No referral reaches it, and no case does."


def _cases(policy: Policy) -> Iterator[str]:
    here = policy.cases_file
    if not policy.cases:
        yield f"{here}: file: A policy has a table of cases."
        return
    for clause, result in not_shown(policy):
        yield f"{here}: {clause}: No case shows that it finds {result}."
