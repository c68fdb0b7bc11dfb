"""A site's policies, asked about a referral: the one in force on its day, clause by clause, and the verdict of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contracts.parts import RuleOutcome
from contracts.words import RuleResult, Verdict
from services.eligibility.domain.clauses import CompiledPolicy
from services.eligibility.domain.inputs import Inputs, inputs_of
from services.sites import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.eligibility.domain.file import Referral
    from services.sites import Site

_BEFORE_ALL_POLICIES: Final = RuleOutcome(
    clause="policy-in-force",
    result=RuleResult.UNKNOWN,
    text="No policy was in force on the day of this referral; the earliest was asked, and a person decides.",
    citation="not published",
    published=False,
)
_MOST_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """What a policy finds of a referral."""

    policy: Policy
    inputs: Inputs
    outcomes: tuple[RuleOutcome, ...]
    verdict: Verdict
    police_verdict: Verdict
    """From the clauses alone that rest on the sender's own data."""

    @property
    def open_clauses(self) -> tuple[str, ...]:
        """The clauses that a person has to answer, in the policy's order."""
        return tuple(one.clause for one in self.outcomes if one.result is RuleResult.UNKNOWN)


class Rules:
    """A site's eligibility policies, compiled once; asking is pure."""

    def __init__(self, site: Site) -> None:
        """Compile all policies of the site.

        Raises:
            PolicyUnusable: a clause of one of them is wrong.
        """
        self.site = site
        self._compiled = tuple(CompiledPolicy(policy) for policy in site.policies)
        self._remembered: dict[tuple[str, tuple[RuleResult, ...]], _Conclusion] = {}

    def find(self, referral: Referral) -> Found:
        """Ask the policy in force when the referral was made; before all policies, a person decides."""
        begun = [one for one in self._compiled if one.policy.in_force_from <= referral.referred_at]
        if begun:
            return self.find_under(begun[-1], referral)
        found = self.find_under(self._compiled[0], referral)
        return replace(
            found,
            outcomes=(_BEFORE_ALL_POLICIES, *found.outcomes),
            verdict=Verdict.NEEDS_REVIEW,
            police_verdict=Verdict.NEEDS_REVIEW,
        )

    def find_under(self, compiled: CompiledPolicy, referral: Referral) -> Found:
        """Ask one policy, whichever date it has: for screening history again under another version."""
        inputs = inputs_of(referral, self.site.offences, self.site.drugs)
        said = self._conclusion(compiled.policy, compiled.results(inputs))
        return Found(compiled.policy, inputs, said.outcomes, said.verdict, said.police_verdict)

    def version(self, version: str) -> CompiledPolicy | None:
        """Return the policy of that version, or None."""
        return next((one for one in self._compiled if one.policy.version == version), None)

    def _conclusion(self, policy: Policy, results: tuple[RuleResult, ...]) -> _Conclusion:
        """Few combinations of results come again and again, so each is put into words once."""
        known = self._remembered.get((policy.version, results))
        if known is None:
            known = _concluded(policy, results)
            if len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[policy.version, results] = known
        return known


@dataclass(frozen=True, slots=True)
class _Conclusion:
    outcomes: tuple[RuleOutcome, ...]
    verdict: Verdict
    police_verdict: Verdict


def verdict_of(results: Iterable[RuleResult]) -> Verdict:
    """A fail is presumptively ineligible; else an unknown, or nothing that applied, needs a review; else eligible."""
    found = set(results) - {RuleResult.NOT_APPLICABLE}
    if RuleResult.FAIL in found:
        return Verdict.PRESUMPTIVELY_INELIGIBLE
    if RuleResult.UNKNOWN in found or not found:
        return Verdict.NEEDS_REVIEW
    return Verdict.ELIGIBLE


def _concluded(policy: Policy, results: tuple[RuleResult, ...]) -> _Conclusion:
    paired = list(zip(policy.clauses, results, strict=True))
    return _Conclusion(
        tuple(
            RuleOutcome(
                clause=clause.id,
                result=result,
                text=clause.text,
                citation=clause.citation,
                published=clause.published,
            )
            for clause, result in paired
        ),
        verdict_of(results),
        verdict_of(result for clause, result in paired if clause.police_only),
    )
