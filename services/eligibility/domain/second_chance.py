"""History screened again under another version of a policy: who would be judged otherwise. Nothing is decided anew.

Each referral's newest screening is asked again with exactly the inputs that were recorded with it. What screening adds
beside the policy (an order that keeps the person away, an approval that is asked for) is added again.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.replaying import HistoryFound
from contracts.words import Verdict
from services.eligibility.domain.clauses import ready
from services.eligibility.domain.probes import NOTHING_KNOWN
from services.sites import APPROVAL, BEFORE_ALL_POLICIES, NO_CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contracts.screenings.screening_determined import ScreeningDetermined
    from services.eligibility.domain.clauses import CompiledPolicy
    from services.eligibility.domain.past import Past
    from services.sites import Policy

_BESIDE: Final = frozenset({APPROVAL, NO_CONTACT, BEFORE_ALL_POLICIES})
_NO: Final = Verdict.PRESUMPTIVELY_INELIGIBLE


class Change(StrEnum):
    """What would be otherwise; the words of `HistoryFound`."""

    ALIKE = "alike"
    NEWLY_ELIGIBLE = "newly_eligible"
    NEWLY_OPEN = "newly_open"
    NEWLY_INELIGIBLE = "newly_ineligible"
    OTHERWISE = "otherwise"


_CHANCES: Final = frozenset({Change.NEWLY_ELIGIBLE, Change.NEWLY_OPEN})


class Judged(NamedTuple):
    """One referral, by its own version and by the other one."""

    person: str
    referral_id: str
    revision: int
    own_version: str
    recorded: Verdict
    stood: Verdict
    """With what a person, or the clock, decided."""
    decided_by: str
    under: Verdict
    change: Change
    not_reproduced: str
    """Why its own version does not find it as it was recorded; empty where it does."""
    left_out: str
    """Why it is not to be offered again; empty where it may be."""

    @property
    def is_a_second_chance(self) -> bool:
        """Whether a person may look at it, to offer it again."""
        return self.change in _CHANCES and not self.left_out


def judged(past: Past, policies: Iterable[Policy], other: Policy) -> tuple[Judged, ...]:
    """Return each referral of that time, in the order of its id."""
    by_hash = {one.hash: ready(one) for one in policies}
    asked = ready(other)
    return tuple(_judged(past, name, by_hash, asked) for name in sorted(past.within()))


def found_of(every: Sequence[Judged], other: Policy) -> HistoryFound:
    """Return the numbers, and the hash of the judgements: of the same history it is the same."""
    digest = hashlib.sha256()
    for one in every:
        line = [one.referral_id, one.revision, one.recorded, one.stood, one.under, one.not_reproduced]
        digest.update(json.dumps(line, separators=(",", ":")).encode() + b"\n")
    counted = {change.value: sum(one.change is change for one in every) for change in Change}
    return HistoryFound(
        policy_hash=other.hash, judgements_hash=digest.hexdigest(), persons=len({one.person for one in every}),
        screened=len(every), left_out=sum(bool(one.left_out) for one in every),
        not_reproduced=sum(bool(one.not_reproduced) for one in every), **counted,
    )  # fmt: skip


def _judged(past: Past, name: str, by_hash: Mapping[str, CompiledPolicy], asked: CompiledPolicy) -> Judged:
    screening = past.screening(name)
    stood, by = past.stood(name)
    under = _asked(asked, screening, beside={APPROVAL, NO_CONTACT})[0]
    change = _change(screening.verdict, stood, under)
    return Judged(
        past.person(name), name, screening.revision, screening.policy_version, screening.verdict, stood, by, under,
        change, _not_reproduced(by_hash.get(screening.policy_hash), screening),
        past.left_out(name) if change in _CHANCES else "",
    )  # fmt: skip


def _change(recorded: Verdict, stood: Verdict, under: Verdict) -> Change:
    if recorded is under:
        return Change.ALIKE
    match stood, under:
        case (Verdict.PRESUMPTIVELY_INELIGIBLE, Verdict.ELIGIBLE):
            return Change.NEWLY_ELIGIBLE
        case (Verdict.PRESUMPTIVELY_INELIGIBLE, Verdict.NEEDS_REVIEW):
            return Change.NEWLY_OPEN
        case (Verdict.ELIGIBLE, Verdict.PRESUMPTIVELY_INELIGIBLE):
            return Change.NEWLY_INELIGIBLE
        case _:
            return Change.ALIKE if stood is under else Change.OTHERWISE


def _not_reproduced(own: CompiledPolicy | None, screening: ScreeningDetermined) -> str:
    if own is None:
        return "the site has not the very words any more"
    verdict, outcomes = _asked(own, screening, beside=_BESIDE)
    recorded = tuple(one for one in screening.rules if one.clause not in _BESIDE)
    if outcomes != recorded:
        was = {one.clause: one.result for one in recorded}
        other = sorted(one.clause for one in outcomes if was.get(one.clause) is not one.result)
        return f"clauses: {' '.join(other) or 'others'}"
    return "" if verdict is screening.verdict else f"verdict: {verdict.value}"


def _asked(policy: CompiledPolicy, screening: ScreeningDetermined, *, beside: Iterable[str]) -> tuple[Verdict, Any]:
    """Return the verdict and each clause's result, by what was known on the day."""
    said = policy.conclude(NOTHING_KNOWN | dict(screening.inputs))
    added = {one.clause for one in screening.rules} & set(beside)
    # Before all policies a person decided, whatever the first one finds; else a "no" stays one.
    asks = BEFORE_ALL_POLICIES in added or (added and said.verdict is not _NO)
    return Verdict.NEEDS_REVIEW if asks else said.verdict, said.outcomes
