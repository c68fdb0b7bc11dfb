"""screening.determined: what the policy in force says of a referral, clause by clause.

1  first published
2  the words and the source of each clause are left to the policy, which is named by id, version and hash
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.parts import ClauseResult, RuleOutcome
from contracts.words import Code, ReferralId, Slug, Verdict


@published("screening.determined", version=1, on=topics.SCREENINGS)
class ScreeningDeterminedV1(Event):
    """What the policy in force says of a referral, clause by clause."""

    referral_id: ReferralId
    revision: int = 0
    """The referral's revision that was screened."""
    verdict: Verdict
    police_verdict: Verdict
    """The verdict from the sender's own data alone; all that police may ever hear."""
    rules: tuple[RuleOutcome, ...]
    policy: Slug
    policy_version: Code
    policy_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    inputs: dict[str, Any]
    """Exactly what the clauses were given, so that the same decision can be made again years later."""


@published("screening.determined", version=2, on=topics.SCREENINGS)
class ScreeningDeterminedV2(Event):
    """What the policy in force says of a referral, clause by clause."""

    referral_id: ReferralId
    revision: int = 0
    """The referral's revision that was screened."""
    verdict: Verdict
    police_verdict: Verdict
    """The verdict from the sender's own data alone; all that police may ever hear."""
    rules: tuple[ClauseResult, ...]
    policy: Slug
    policy_version: Code
    policy_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """With id and version it names the very words on which the verdict stands."""
    inputs: dict[str, Any]
    """Exactly what the clauses were given, so that the same decision can be made again years later."""

    @classmethod
    def upcast(cls, old: ScreeningDeterminedV1) -> Self:
        """Return the screening in this form, without the words of the clauses."""
        return cls(
            referral_id=old.referral_id,
            revision=old.revision,
            verdict=old.verdict,
            police_verdict=old.police_verdict,
            rules=tuple(ClauseResult(clause=one.clause, result=one.result) for one in old.rules),
            policy=old.policy,
            policy_version=old.policy_version,
            policy_hash=old.policy_hash,
            inputs=old.inputs,
        )


ScreeningDetermined = ScreeningDeterminedV2
