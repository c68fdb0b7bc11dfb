"""A site's policies, asked about a referral: the one in force on its day, clause by clause, and the verdict of all."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contracts.parts import ClauseResult
from contracts.words import Door, RuleResult, Verdict
from services.eligibility.domain.clauses import VARIABLES, CompiledPolicy, ready
from services.eligibility.domain.file import diverted_before, is_kept_away
from services.eligibility.domain.inputs import Inputs, inputs_of
from services.sites import APPROVAL, BEFORE_ALL_POLICIES, NO_CONTACT, Policy, rule_at

if TYPE_CHECKING:
    from contracts.parts import Attestation, Particulars
    from services.eligibility.domain.file import PersonFile
    from services.eligibility.domain.kept import Referral
    from services.sites import Site

_BEST_FIRST: Final = (Verdict.ELIGIBLE, Verdict.NEEDS_REVIEW, Verdict.PRESUMPTIVELY_INELIGIBLE)
_NOT_APPROVED_YET: Final = ClauseResult(clause=APPROVAL, result=RuleResult.UNKNOWN)
_KEPT_AWAY: Final = ClauseResult(clause=NO_CONTACT, result=RuleResult.UNKNOWN)
_NO_POLICY_YET: Final = ClauseResult(clause=BEFORE_ALL_POLICIES, result=RuleResult.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Found:
    """What a policy finds of a referral."""

    compiled: CompiledPolicy
    inputs: Inputs
    outcomes: tuple[ClauseResult, ...]
    verdict: Verdict
    police_verdict: Verdict
    """From the clauses alone that rest on the sender's own data."""

    @property
    def policy(self) -> Policy:
        """The policy that was asked."""
        return self.compiled.policy

    @property
    def open_clauses(self) -> tuple[str, ...]:
        """The clauses that a person has to answer, in the policy's order."""
        return tuple(one.clause for one in self.outcomes if self.compiled.policy.asks_a_person(one))

    @property
    def asked(self) -> tuple[str, ...]:
        """The inputs on which a person's answer rests: those of the open clauses; all, where nothing applied."""
        still_open = self.open_clauses
        return self.compiled.asked_by(still_open) if still_open else tuple(VARIABLES)


class Rules:
    """A site's eligibility policies, compiled once; asking is pure."""

    def __init__(self, site: Site) -> None:
        """Compile all policies of the site.

        Raises:
            PolicyUnusable: a clause of one of them is wrong.
        """
        self.site = site
        self._compiled = tuple(map(ready, site.policies))
        self._begin = [policy.in_force_from.timestamp() for policy in site.policies]

    def find(self, referral: Referral, file: PersonFile | None = None) -> Found:
        """Ask the policy in force when the referral was made; before all policies, a person decides.

        `file` is what is kept of the person, for what no sender tells.
        """
        if file is None:
            return self._with_approval(self._found(referral, 0), referral)
        found = self._found(_without_vacated(referral, file.vacated), diverted_before(file, referral))
        if is_kept_away(file, referral):
            found = _for_a_person_kept_away(found)
        return self._with_approval(found, referral)

    def _found(self, referral: Referral, earlier: int) -> Found:
        begun = bisect_right(self._begin, referral.referred_at.timestamp())
        if begun:
            return self.find_under(self._compiled[begun - 1], referral, earlier)
        found = self.find_under(self._compiled[0], referral, earlier)
        outcomes = (_NO_POLICY_YET, *found.outcomes)
        return Found(found.compiled, found.inputs, outcomes, Verdict.NEEDS_REVIEW, Verdict.NEEDS_REVIEW)

    def _with_approval(self, found: Found, referral: Referral) -> Found:
        """Where the site asks for approvals, nothing is eligible before they are given; a phoned hand-off is over."""
        asked, attested = rule_at(self.site.approvals, referral.door), referral.particulars.attestations
        if asked is None or referral.after_the_fact or found.verdict is Verdict.PRESUMPTIVELY_INELIGIBLE:
            return found
        if any((one.rule, one.result) == (asked.unless_attested, RuleResult.PASS) for one in attested):
            return found
        open_for_police = found.police_verdict is Verdict.ELIGIBLE
        return replace(
            found,
            outcomes=(*found.outcomes, _NOT_APPROVED_YET),
            verdict=Verdict.NEEDS_REVIEW,
            police_verdict=Verdict.NEEDS_REVIEW if open_for_police else found.police_verdict,
        )

    def find_under(self, compiled: CompiledPolicy, referral: Referral, earlier: int = 0) -> Found:
        """Ask one policy, whichever date it has: for screening history again under another version.

        What people say of themselves may open a door to them, and never closes one: it counts where it is found better
        than what the sender tells. An arrest is screened on the sender's data alone, for police hear what comes of it.
        """
        found = self._asked(compiled, referral, earlier)
        if referral.own is None or referral.door is Door.ARREST_DIVERSION:
            return found
        own = self._asked(compiled, replace(referral, particulars=referral.own), earlier)
        if _BEST_FIRST.index(own.verdict) >= _BEST_FIRST.index(found.verdict):
            return found
        return replace(own, police_verdict=found.police_verdict)

    def _asked(self, compiled: CompiledPolicy, referral: Referral, earlier: int) -> Found:
        inputs = inputs_of(referral, referral.particulars, self.site, earlier)
        said = compiled.conclude(inputs)
        return Found(compiled, inputs, said.outcomes, said.verdict, said.police_verdict)

    def version(self, version: str) -> CompiledPolicy | None:
        """Return the policy of that version, or None."""
        return next((one for one in self._compiled if one.policy.version == version), None)


def _for_a_person_kept_away(found: Found) -> Found:
    """Where an order keeps the person away from somebody, a person decides: always, whoever the other one is.

    Whether the other one takes part is no input: an answer that came of itself would tell by when it came. What police
    hear rests on their own data, as before.
    """
    ineligible = found.verdict is Verdict.PRESUMPTIVELY_INELIGIBLE
    verdict = found.verdict if ineligible else Verdict.NEEDS_REVIEW
    return replace(found, outcomes=(*found.outcomes, _KEPT_AWAY), verdict=verdict)


def _without_vacated(referral: Referral, vacated: frozenset[str]) -> Referral:
    """A check that failed counts as open once a conviction behind it was vacated: another may stand, or none."""
    if not vacated:
        return referral
    told = referral.particulars.model_copy(update={"attestations": _opened(referral.particulars, vacated)})
    own = referral.own and referral.own.model_copy(update={"attestations": _opened(referral.own, vacated)})
    return replace(referral, particulars=told, own=own)


def _opened(told: Particulars, vacated: frozenset[str]) -> tuple[Attestation, ...]:
    return tuple(
        one.model_copy(update={"result": RuleResult.UNKNOWN})
        if one.rule in vacated and one.result is RuleResult.FAIL
        else one
        for one in told.attestations
    )
