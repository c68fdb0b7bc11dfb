"""What a screening costs on one core: the policy in CEL, against the same clauses written in Python."""

from __future__ import annotations

import itertools
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.parts import AgeFact, Drug, Offence, Particulars
from contracts.words import Activity, Agreement, Door, DrugUnit, SourceKind
from services.eligibility.domain.clauses import CompiledPolicy
from services.eligibility.domain.inputs import inputs_of
from services.eligibility.domain.kept import Referral
from services.sites import load_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 7
_COMMUNITY = frozenset(set(SourceKind) - {SourceKind.NEIGHBOUR, SourceKind.OTHER})
_NAMED = frozenset({"290", "90C", "35A", "35B"})
_MOST_CANNABIS = 40.0


def _referrals() -> list[Referral]:
    """Return referrals that ask different questions, as they come in life: arrests and community referrals."""
    found = []
    codes, ages = ("35A", "290", "23C", "90C", "13B"), range(16, 36)
    for number, (code, age, arrest) in enumerate(itertools.product(codes, ages, (True, False))):
        seized = Drug(kind="L", quantity=f"{number}.5", unit=DrugUnit.GRAM)
        found.append(
            Referral(
                f"ref-{number:032x}", 0, Door.ARREST_DIVERSION if arrest else Door.COMMUNITY,
                SourceKind.LAW_ENFORCEMENT if arrest else SourceKind.FAMILY, Agreement.AGREED, arrest,
                datetime(2026, 6, 1, number % 24, tzinfo=UTC),
                Particulars(
                    age=AgeFact(from_years=age, to_years=age),
                    area="bellingham",
                    offences=(Offence(nibrs=code, activity=Activity.POSSESS),) if arrest else (),
                    drugs=(seized,) if code == "35A" and arrest else (),
                ),
                False,
            )
        )  # fmt: skip
    return found


def _bare(asked: dict[str, Any]) -> list[str]:
    """Whatcom's clauses of 2026-01 as a Python programmer would write them, over the same inputs."""
    offences, drugs, arrest = asked["offences"], asked["drugs"], asked["door"] == "arrest_diversion"
    drug_offences = [one for one in offences if one["nibrs"] == "35A"]
    who = (
        asked["source_kind"] in _COMMUNITY
        if asked["door"] == "community"
        else asked["source_kind"] == "law_enforcement"
    )
    none, cannabis = "not_applicable", asked["cannabis"]
    weighed = drugs and all(one["known"] for one in drugs) and cannabis["weighed"]
    return [
        "pass" if who else "unknown",
        "pass",
        none if not (arrest or offences)
        else "pass" if offences and all(one["nibrs"] in _NAMED for one in offences) else "unknown",
        none if not drug_offences
        else "pass" if all(one["activity"] in {"P", "U"} for one in drug_offences) else "unknown",
        none if not (drugs or drug_offences)
        else "pass" if weighed and cannabis["most_grams"] <= _MOST_CANNABIS else "unknown",
        "unknown" if any(one["against"] == "person" for one in offences) else none,
        "unknown" if any(one["result"] in {"fail", "unknown"} for one in asked["attestations"]) else none,
    ]  # fmt: skip


def screening(quick: bool) -> dict[str, Any]:
    """Return screenings a second of Whatcom's policy: evaluation alone, with inputs made, and remembered."""
    site = load_site("whatcom")
    policy = CompiledPolicy(site.policies[-1])
    referrals = _referrals()
    asked = [inputs_of(one, one.particulars, site) for one in referrals]
    for inputs in asked:
        assert [one.result for one in policy.conclude(inputs).outcomes] == _bare(inputs)
    rounds = 2 if quick else ROUNDS
    evaluated = _seconds(policy.evaluated, asked, rounds)
    bare = _seconds(_bare, asked, rounds)
    remembered = _seconds(policy.conclude, asked, rounds)
    whole = _seconds(lambda one: policy.conclude(inputs_of(one, one.particulars, site)), referrals, rounds)
    return {
        "screenings_per_second": round(1 / evaluated),
        "screening_to_bare": round(evaluated / bare, 1),
        "screenings_remembered_per_second": round(1 / remembered),
        "screenings_with_inputs_per_second": round(1 / whole),
    }


def _seconds(ask: Callable[[Any], object], over: Sequence[Any], rounds: int) -> float:
    """Return the median seconds that one takes, over some rounds of all."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(5):
            for one in over:
                ask(one)
        taken.append((time.perf_counter() - began) / 5 / len(over))
    return statistics.median(taken)
