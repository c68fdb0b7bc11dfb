"""What an operator reads: the policies of a site, and why a screening ended as it did, in the policy's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from contracts.parts import RuleOutcome
from contracts.words import RuleResult, Verdict

if TYPE_CHECKING:
    from contracts.screenings.screening_determined import ScreeningDetermined
    from services.sites import Site


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One dated policy, for a list. `in_force_until` is None for the newest."""

    policy: str
    version: str
    in_force_from: datetime
    in_force_until: datetime | None
    hash: str
    clauses: int
    not_published: tuple[str, ...]
    """The clauses that the county has not published; each of them only asks for a review."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a screening ended as it did: what decided it, what supports it, and what did not apply."""

    verdict: Verdict
    policy: str
    version: str
    words_are_still_the_same: bool
    """Whether the site's policy of that version still has the very words that the decision stands on."""
    decided_by: tuple[RuleOutcome, ...]
    met: tuple[RuleOutcome, ...]
    not_applicable: tuple[RuleOutcome, ...]


def listed(site: Site) -> tuple[PolicyLine, ...]:
    """Return the site's policies, oldest first."""
    ends = [policy.in_force_from for policy in site.policies[1:]]
    return tuple(
        PolicyLine(
            policy=policy.id,
            version=policy.version,
            in_force_from=policy.in_force_from,
            in_force_until=end,
            hash=policy.hash,
            clauses=len(policy.clauses),
            not_published=tuple(clause.id for clause in policy.clauses if not clause.published),
        )
        for policy, end in zip(site.policies, [*ends, None], strict=True)
    )


def explained(site: Site, screening: ScreeningDetermined) -> Explained:
    """Put a screening into the order in which a person reads it: the fails before what stayed unknown."""
    by_result: dict[RuleResult, list[RuleOutcome]] = {result: [] for result in RuleResult}
    for outcome in screening.rules:
        by_result[outcome.result].append(outcome)
    return Explained(
        verdict=screening.verdict,
        policy=screening.policy,
        version=screening.policy_version,
        words_are_still_the_same=any(
            policy.version == screening.policy_version and policy.hash == screening.policy_hash
            for policy in site.policies
        ),
        decided_by=(*by_result[RuleResult.FAIL], *by_result[RuleResult.UNKNOWN]),
        met=tuple(by_result[RuleResult.PASS]),
        not_applicable=tuple(by_result[RuleResult.NOT_APPLICABLE]),
    )
