"""screening.determined: what the policy in force says of a referral, clause by clause.

1  first published
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.parts import RuleOutcome
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


ScreeningDetermined = ScreeningDeterminedV1
