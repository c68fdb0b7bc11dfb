"""Which one missing fact would settle a clause that stayed unknown: each is tried, with the values that it may have."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.words import Activity, Agreement, Answer, RuleResult, Severity
from services.eligibility.domain.inputs import cannabis_in_all, grams_in_all
from services.eligibility.domain.probes import NOTHING_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.eligibility.domain.clauses import CompiledPolicy
    from services.eligibility.domain.inputs import Inputs
    from services.sites import Site

_AGES: Final = (*range(10, 31), 65)
_GRAMS: Final = (0.1, 1000.0)
_LONG_AGO: Final = 1200
_CHECK: Final = re.compile(r'a\.rule == "([a-z0-9-]+)"')
"""How a clause asks for a check of the sender's, by its id."""
_SETTLED: Final = frozenset({RuleResult.PASS, RuleResult.FAIL, RuleResult.NOT_APPLICABLE})


class Missing(NamedTuple):
    """A fact that is not known, and what the clause would find if it were."""

    fact: str
    would_find: tuple[RuleResult, ...]


def settled_by(compiled: CompiledPolicy, clause: str, inputs: Inputs, site: Site) -> tuple[Missing, ...]:
    """Return the facts that would settle the clause, each alone; empty: none does, and a person decides.

    `inputs` are those that were recorded with the decision; what was no input yet is not known.
    """
    inputs = NOTHING_KNOWN | inputs
    found: dict[str, set[RuleResult]] = {}
    words = next(one.expression for one in compiled.policy.clauses if one.id == clause)
    checks = frozenset(_CHECK.findall(words))
    for fact, changed in _known_by_and_by(inputs, site, checks):
        outcome = next(one.result for one in compiled.conclude(changed).outcomes if one.clause == clause)
        if outcome in _SETTLED:
            found.setdefault(fact, set()).add(outcome)
    return tuple(Missing(fact, tuple(sorted(results))) for fact, results in found.items())


def _known_by_and_by(inputs: Inputs, site: Site, checks: frozenset[str]) -> Iterator[tuple[str, Inputs]]:
    """Yield each unknown fact with inputs in which it is known, value by value; `checks` are those asked for."""
    yield from _person(inputs)
    yield from _places(inputs, site)
    yield from _offences(inputs)
    yield from _drugs(inputs)
    yield from _attestations(inputs, checks)


def _person(inputs: Inputs) -> Iterator[tuple[str, Inputs]]:
    if not inputs["age"]["known"]:
        for years in _AGES:
            yield "the person's age", inputs | {"age": {"known": True, "from_years": years, "to_years": years}}
    if inputs["agreement"] in {Agreement.NOT_ASKED, Agreement.UNDECIDED}:
        for answer in (Agreement.AGREED, Agreement.DECLINED):
            yield "whether the person agrees", inputs | {"agreement": answer.value}
    if inputs["under_supervision"] == Answer.UNKNOWN:
        for said in (Answer.YES, Answer.NO):
            yield "whether the person is under supervision", inputs | {"under_supervision": said.value}
    if inputs["prior_involvement"].get("months", -1) < 0:
        for months in (0, _LONG_AGO):
            known = {"known": True, "verified_by": "records", "last_on": "known", "months": months}
            yield "the day of the last involvement", inputs | {"prior_involvement": known}


def _places(inputs: Inputs, site: Site) -> Iterator[tuple[str, Inputs]]:
    for name, words in (("area", "the area"), ("residence_area", "the area where the person lives")):
        if not inputs[name]:
            for area in sorted(site.area_codes):
                yield words, inputs | {name: area}


def _offences(inputs: Inputs) -> Iterator[tuple[str, Inputs]]:
    for place, offence in enumerate(inputs["offences"]):
        for name, values in (("activity", Activity), ("severity", Severity)):
            if offence[name] == "unknown":
                for value in values:
                    yield (
                        f"the {name} of {offence['nibrs']}",
                        inputs | {"offences": _with(inputs["offences"], place, {name: value.value})},
                    )


def _drugs(inputs: Inputs) -> Iterator[tuple[str, Inputs]]:
    for place, drug in enumerate(inputs["drugs"]):
        if drug["known"]:
            continue
        for grams in _GRAMS:
            weighed = {"known": True, "unit": "GM", "weighed": True, "quantity": grams, "grams": grams}
            drugs = _with(inputs["drugs"], place, weighed)
            weights = [(_grams(one), one["cannabis"]) for one in drugs]
            yield (
                f"how much of {drug['kind']} there is",
                inputs | {
                    "drugs": drugs, "cannabis": cannabis_in_all(weights),
                    "all_weighed_grams": grams_in_all([grams for grams, _ in weights]),
                },
            )  # fmt: skip


def _grams(drug: dict[str, Any]) -> Decimal | None:
    return Decimal(str(drug["grams"])) if drug["weighed"] else None


def _attestations(inputs: Inputs, checks: frozenset[str]) -> Iterator[tuple[str, Inputs]]:
    made = inputs["attestations"]
    for check in sorted(checks - {one["rule"] for one in made}):
        for result in (RuleResult.PASS, RuleResult.FAIL):
            checked = [*made, {"rule": check, "result": result.value}]
            yield f"the sender's check {check}", inputs | {"attestations": checked}
    for place, check in enumerate(made):
        if check["result"] == RuleResult.UNKNOWN:
            for result in (RuleResult.PASS, RuleResult.FAIL):
                yield (
                    f"the sender's check {check['rule']}",
                    inputs | {"attestations": _with(made, place, {"result": result.value})},
                )


def _with(rows: list[dict[str, Any]], place: int, changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [*rows[:place], rows[place] | changes, *rows[place + 1 :]]
