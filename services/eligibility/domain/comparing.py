"""Two versions of a policy side by side: in words, and by what each says of referrals that were screened before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.eligibility.domain.probes import NOTHING_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.words import Verdict
    from services.eligibility.domain.clauses import CompiledPolicy
    from services.eligibility.domain.inputs import Inputs
    from services.sites import Policy

_PARTS: Final = ("text", "citation", "published", "police_only", "applies", "expression")


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in one clause. `part` is None where the clause is in one version alone."""

    clause: str
    part: str | None
    before: str | None
    after: str | None


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Return what the later version says otherwise, clause by clause; what it no longer has comes last."""
    old = {clause.id: clause for clause in before.clauses}
    found: list[Change] = []
    for clause in after.clauses:
        was = old.pop(clause.id, None)
        if was is None:
            found.append(Change(clause.id, None, None, clause.text))
            continue
        found += [
            Change(clause.id, part, _words(getattr(was, part)), _words(getattr(clause, part)))
            for part in _PARTS
            if _words(getattr(was, part)) != _words(getattr(clause, part))
        ]
    return (*found, *(Change(clause.id, None, clause.text, None) for clause in old.values()))


def verdicts(
    before: CompiledPolicy, after: CompiledPolicy, asked: Iterable[Inputs]
) -> Counter[tuple[Verdict, Verdict]]:
    """Count what the two versions say of the same inputs, as pairs: before, after.

    What was recorded before an input existed is asked with that input unknown.
    """
    return Counter(
        (before.conclude(whole).verdict, after.conclude(whole).verdict)
        for whole in (NOTHING_KNOWN | dict(inputs) for inputs in asked)
    )


def _words(value: object) -> str:
    return " ".join(str(value).split())
