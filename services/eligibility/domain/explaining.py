"""What an operator reads: the policies of a site, and why a screening ended as it did, in the policy's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.words import RuleResult, Verdict
from services.sites import Words

if TYPE_CHECKING:
    from contracts.screenings.screening_determined import ScreeningDetermined
    from services.sites import Policy, Site


class Stage(StrEnum):
    """Where a policy is in its life; whether its day has come, its dates say."""

    DRAFT = "draft"
    APPROVED = "approved"
    FOLLOWED = "followed by another"


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One dated policy, for a list. `in_force_until` is None for the newest, and for a draft."""

    policy: str
    version: str
    stage: Stage
    approved_by: str | None
    in_force_from: datetime
    in_force_until: datetime | None
    hash: str
    clauses: int
    not_published: tuple[str, ...]
    """The clauses that the county has not published; each of them only asks for a review."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What one clause found, with its words and source; without them, where the policy has others by now."""

    clause: str
    result: RuleResult
    words: Words | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a screening ended as it did: what decided it, what supports it, and what did not apply."""

    verdict: Verdict
    policy: str
    version: str
    words_are_still_the_same: bool
    """Whether the site's policy of that version still has the very words that the decision stands on."""
    decided_by: tuple[Ground, ...]
    met: tuple[Ground, ...]
    not_applicable: tuple[Ground, ...]


def listed(site: Site, drafts: tuple[Policy, ...] = ()) -> tuple[PolicyLine, ...]:
    """Return the site's policies, oldest first, and after them those that nobody has approved."""
    ends = [policy.in_force_from for policy in site.policies[1:]]
    dated = zip(site.policies, [*ends, None], strict=True)
    return (*(_line(policy, end) for policy, end in dated), *(_line(policy, None) for policy in drafts))


def _line(policy: Policy, end: datetime | None) -> PolicyLine:
    return PolicyLine(
        policy=policy.id,
        version=policy.version,
        stage=Stage.DRAFT if policy.approval is None else Stage.APPROVED if end is None else Stage.FOLLOWED,
        approved_by=None if policy.approval is None else policy.approval.by,
        in_force_from=policy.in_force_from,
        in_force_until=end,
        hash=policy.hash,
        clauses=len(policy.clauses),
        not_published=tuple(clause.id for clause in policy.clauses if not clause.published),
    )


def explained(site: Site, screening: ScreeningDetermined) -> Explained:
    """Put a screening into the order in which a person reads it: the fails before what stayed unknown."""
    words = site.words_of(screening.policy, screening.policy_version, screening.policy_hash)
    by_result: dict[RuleResult, list[Ground]] = {result: [] for result in RuleResult}
    for outcome in screening.rules:
        by_result[outcome.result].append(Ground(outcome.clause, outcome.result, words.get(outcome.clause)))
    return Explained(
        verdict=screening.verdict,
        policy=screening.policy,
        version=screening.policy_version,
        words_are_still_the_same=bool(words),
        decided_by=(*by_result[RuleResult.FAIL], *by_result[RuleResult.UNKNOWN]),
        met=tuple(by_result[RuleResult.PASS]),
        not_applicable=tuple(by_result[RuleResult.NOT_APPLICABLE]),
    )
