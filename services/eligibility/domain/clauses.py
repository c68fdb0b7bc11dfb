"""A policy's clauses in CEL, compiled once and checked: each finds pass, fail, unknown, or that it does not apply.

A clause that is wrong is found at the start, with its file and name, not when a person waits.
"""

from __future__ import annotations

import marshal
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cel_expr_python import cel

from contracts.words import RuleResult
from services.eligibility.domain.concluding import concluded
from services.eligibility.domain.probes import PROBES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.eligibility.domain.concluding import Conclusion
    from services.eligibility.domain.inputs import Inputs
    from services.sites import Clause, Policy

_TEXT: Final = cel.Type.STRING
_ROW: Final = cel.Type.Map(_TEXT, cel.Type.DYN)
VARIABLES: Final = {
    "door": _TEXT,
    "source_kind": _TEXT,
    "agreement": _TEXT,
    "age": _ROW,
    "area": _TEXT,
    "residence_area": _TEXT,
    "offences": cel.Type.List(_ROW),
    "drugs": cel.Type.List(_ROW),
    "cannabis": _ROW,
    "all_weighed_grams": cel.Type.DOUBLE,
    "attestations": cel.Type.List(_ROW),
    "under_supervision": _TEXT,
    "prior_involvement": _ROW,
    "earlier_diversions": cel.Type.INT,
    "local": _ROW,
}
"""What a clause may speak of. In Washington none counts earlier diversions: 2023 sp.s. c 1 repealed RCW 10.31.115."""
_ENVIRONMENT: Final = cel.NewEnv(variables=VARIABLES)
_WORD: Final = re.compile(r"[a-z_]+")
_MOST_REMEMBERED: Final = 4096
_PLAIN: Final = 2
"""The form of `marshal` in which the same values are always the same bytes; they never leave the process."""
_RESULTS: Final = {result.value: result for result in RuleResult}


class PolicyUnusable(ValueError):
    """A policy cannot be used. The message names the file, the clause and what is wrong, one problem a line."""

    def __init__(self, *problems: str) -> None:
        """Keep every problem, each as `file: clause: what is wrong`."""
        super().__init__("\n".join(problems))
        self.problems = problems


class CompiledPolicy:
    """One dated policy, ready to be asked."""

    def __init__(self, policy: Policy) -> None:
        """Compile every clause.

        Raises:
            PolicyUnusable: a clause does not compile, has the wrong type, or fails on what a referral may bring.
        """
        self.policy = policy
        compiled = [_compiled(policy.file, clause) for clause in policy.clauses]
        problems = [one for one in compiled if isinstance(one, str)]
        if problems:
            raise PolicyUnusable(*problems)
        self._each: Sequence[Any] = compiled
        self._whole = _ENVIRONMENT.compile("[" + ", ".join(_whole(clause) for clause in policy.clauses) + "]")
        self._published = tuple(clause.published for clause in policy.clauses)
        self._asked_for = {clause.id: _asked_for(clause) for clause in policy.clauses}
        self._asked = self.asked_by(self._asked_for)
        self._remembered: dict[bytes, Conclusion] = {}

    def conclude(self, inputs: Inputs) -> Conclusion:
        """Return what each clause finds, and the verdict.

        A clause that cannot be answered finds `unknown`; one that the county has not published never finds `pass`.
        The same question is answered once: it consists of those inputs alone that some clause speaks of.
        """
        question = marshal.dumps([inputs[name] for name in self._asked], _PLAIN)
        known = self._remembered.get(question)
        if known is None:
            known = concluded(self.policy, self.evaluated(inputs))
            if len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[question] = known
        return known

    def asked_by(self, clauses: Iterable[str]) -> tuple[str, ...]:
        """Return the inputs that these clauses ask for; all of them, where one is no clause of this policy."""
        words = {name for clause in clauses for name in self._asked_for.get(clause, VARIABLES)}
        return tuple(name for name in VARIABLES if name in words)

    def evaluated(self, inputs: Inputs) -> tuple[RuleResult, ...]:
        """Return what each clause finds, asked anew, in the policy's order."""
        found = self._whole.eval(data=inputs)
        said = found.plain_value() if found.type() != cel.Type.ERROR else self._one_by_one(inputs)
        return tuple(map(_read, said, self._published))

    def _one_by_one(self, inputs: Inputs) -> list[str]:
        """One clause failed: ask each alone, so that the others are still answered."""
        return [_alone(clause, inputs) for clause in self._each]


def ready(policy: Policy) -> CompiledPolicy:
    """Return the policy without its cases, compiled once in a process.

    Raises:
        PolicyUnusable: as `CompiledPolicy` does.
    """
    return _ready(policy.model_copy(update={"cases": ()}))


@cache
def _ready(policy: Policy) -> CompiledPolicy:
    return CompiledPolicy(policy)


def _asked_for(clause: Clause) -> frozenset[str]:
    """The variables whose names are in the clause; a name inside a text is one too many, and harmless."""
    return frozenset(_WORD.findall(f"{clause.applies} {clause.expression}")) & VARIABLES.keys()


def _read(said: str, published: bool) -> RuleResult:  # noqa: FBT001  # mapped over two columns
    result = _RESULTS.get(said, RuleResult.UNKNOWN)
    return RuleResult.UNKNOWN if result is RuleResult.PASS and not published else result


def _whole(clause: Clause) -> str:
    return f'(({clause.applies}) ? ({clause.expression}) : "not_applicable")'


def _alone(compiled: Any, inputs: Inputs) -> str:
    found = compiled.eval(data=inputs)
    return RuleResult.UNKNOWN.value if found.type() == cel.Type.ERROR else str(found.value())


def _compiled(file: str, clause: Clause) -> Any:
    """Return the compiled clause, or a line that says what is wrong with it."""
    here = clause.where(file)
    for part, expected in (("applies", cel.Type.BOOL), ("expression", cel.Type.STRING)):
        try:
            expression = _ENVIRONMENT.compile(getattr(clause, part))
        except RuntimeError as error:
            return f"{here}: {clause.id}.{part}: {_first_line(error)}"
        if expression.return_type() != expected:
            return f"{here}: {clause.id}.{part}: It gives {expression.return_type().name()}, not {expected.name()}."
    whole = _ENVIRONMENT.compile(_whole(clause))
    problem = _fails(whole)
    return f"{here}: {clause.id}: {problem}" if problem else whole


def _fails(whole: Any) -> str | None:
    """Ask the clause about made-up referrals: it answers every one of them, in the words of the field."""
    for probe in PROBES:
        found = whole.eval(data=probe)
        if found.type() == cel.Type.ERROR:
            return f"It fails on a referral that may come: {found.plain_value()}"
        if found.value() not in _RESULTS:
            return f'It gives "pass", "fail" or "unknown", not "{found.value()}".'
    return None


def _first_line(error: RuntimeError) -> str:
    return str(error).splitlines()[0].removeprefix("INVALID_ARGUMENT: ")
