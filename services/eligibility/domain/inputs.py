"""Exactly what the clauses of a policy are given of a referral: facts without identity, and nothing made up.

What is unknown is left out or says so; it is never zero. The same inputs give the same findings years later.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from contracts.words import Age, DrugUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from contracts.parts import Drug, Offence, Particulars
    from contracts.words import Agreement, Door, SourceKind
    from services.sites import DrugKind, KnownOffence, Site

Inputs = dict[str, Any]
_OLDEST: Final = 125
_GRAMS: Final = {
    DrugUnit.GRAM: Decimal(1),
    DrugUnit.KILOGRAM: Decimal(1000),
    DrugUnit.OUNCE: Decimal("28.349523125"),
    DrugUnit.POUND: Decimal("453.59237"),
}
"""Grams in each unit of weight (NIBRS data element 22); volumes, plants and dosage units are no weights."""


class _Seized(NamedTuple):
    """A seized drug with what is known of its amount: in its own unit, in grams where that is a weight."""

    drug: Drug
    quantity: Decimal | None
    grams: Decimal | None
    cannabis: str


class Asked(Protocol):
    """Of whom the clauses are asked: a referral, or a case of a policy's table."""

    @property
    def door(self) -> Door:
        """Through which it comes."""
        ...

    @property
    def source_kind(self) -> SourceKind:
        """Who refers."""
        ...

    @property
    def agreement(self) -> Agreement:
        """What the person answered."""
        ...

    @property
    def referred_at(self) -> datetime:
        """When."""
        ...


def inputs_of(referral: Asked, facts: Particulars, site: Site, earlier_diversions: int = 0) -> Inputs:
    """Return what the clauses are given, as plain JSON values under the names of `VARIABLES` in `clauses`.

    `earlier_diversions` is how often the person was diverted at an arrest before this one; no sender tells it.
    `local` is the site's weekday (1 is Monday) and hour at which it was referred.
    """
    at = site.local_time(referral.referred_at)
    offences, drugs = site.offences, site.drugs
    seized = [_seized(drug, drugs) for drug in facts.drugs]
    # `_value_` is what `value` returns; every referral comes this way.
    return {
        "door": referral.door._value_,
        "source_kind": referral.source_kind._value_,
        "agreement": referral.agreement._value_,
        "age": _age(facts.age.from_years, facts.age.to_years),
        "area": facts.area or "",
        "residence_area": facts.residence_area or "",
        "offences": [_offence(one, offences) for one in facts.offences],
        "drugs": [_drug(one) for one in seized],
        "cannabis": cannabis_in_all([(one.grams, one.cannabis) for one in seized]),
        "all_weighed_grams": grams_in_all([one.grams for one in seized]),
        "attestations": [{"rule": one.rule, "result": one.result._value_} for one in facts.attestations],
        "under_supervision": facts.under_supervision._value_,
        "prior_involvement": _prior(facts, at.date()),
        "earlier_diversions": earlier_diversions,
        "local": {"weekday": at.isoweekday(), "hour": at.hour},
    }


def _age(youngest: Age | None, oldest: Age | None) -> Inputs:
    known = youngest is not None and oldest is not None
    return {
        "known": known,
        "from_years": 0 if youngest is None else youngest,
        "to_years": _OLDEST if oldest is None else oldest,
    }


def _offence(one: Offence, known: Mapping[str, KnownOffence]) -> Inputs:
    named = known.get(one.nibrs)
    return {
        "nibrs": one.nibrs,
        "name": named.name if named else "unknown",
        "against": named.against if named else "unknown",
        "group": named.group if named else "unknown",
        "statute": one.statute or "unknown",
        "severity": one.severity._value_,
        "activity": one.activity._value_ if one.activity else "unknown",
        "attempted": one.attempted,
    }


def _seized(drug: Drug, kinds: Mapping[str, DrugKind]) -> _Seized:
    kind = kinds.get(drug.kind)
    quantity = drug.quantity if drug.known_quantity else None
    grams = None if quantity is None or drug.unit not in _GRAMS else quantity * _GRAMS[drug.unit]
    return _Seized(drug, quantity, grams, kind.cannabis if kind else "unknown")


def _drug(seized: _Seized) -> Inputs:
    """A seized drug; `quantity` and `grams` are left out where they are not known."""
    drug, quantity, grams, cannabis = seized
    said: Inputs = {
        "kind": drug.kind,
        "cannabis": cannabis,
        "known": quantity is not None,
        "unit": drug.unit._value_,
        "weighed": grams is not None,
    }
    if quantity is not None:
        said["quantity"] = float(quantity)
    if grams is not None:
        said["grams"] = float(grams)
    return said


def cannabis_in_all(seized: Iterable[tuple[Decimal | None, str]]) -> Inputs:
    """Return how much of what was seized is cannabis: at least, and at most (left out where some was not weighed).

    `seized`: of each drug its grams, where they are known, and whether it is cannabis: yes, no, unknown.
    """
    relevant = [(grams, cannabis) for grams, cannabis in seized if cannabis != "no"]
    if not relevant:
        return {"least_grams": 0.0, "weighed": True, "most_grams": 0.0}
    weights = [grams for grams, _ in relevant if grams is not None]
    least = sum((grams for grams, cannabis in relevant if grams is not None and cannabis == "yes"), Decimal(0))
    weighed = len(weights) == len(relevant)
    said: Inputs = {"least_grams": float(least), "weighed": weighed}
    if weighed:
        said["most_grams"] = float(sum(weights, Decimal(0)))
    return said


def grams_in_all(weights: Sequence[Decimal | None]) -> float:
    """Return what all that was weighed weighs together; what was not weighed is in no sum."""
    return float(sum((grams for grams in weights if grams is not None), Decimal(0)))


def _prior(facts: Particulars, today: date) -> Inputs:
    """`months`: full months from the last involvement to the referral's day at the site; -1 where no day is known."""
    prior = facts.prior_involvement
    if prior is None:
        return {"known": False, "verified_by": "unknown", "last_on": "unknown", "months": -1}
    last = prior.last_on
    return {
        "known": True,
        "verified_by": prior.verified_by,
        "last_on": last.isoformat() if last else "unknown",
        "months": full_months(last, today) if last else -1,
    }


def full_months(begin: date, end: date) -> int:
    """Return how many months are over between two days; never less than none."""
    whole = (end.year - begin.year) * 12 + end.month - begin.month
    return max(0, whole - (end.day < begin.day))
