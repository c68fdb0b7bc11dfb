"""What a batch needs of the register, before anything is loaded: who and what its facts may touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.catalogue import LinkAnswered, MessageCorrected, OrderReported, PersonCorrected, ReferralSubmitted
from services.intake.domain.heard import Heard
from services.intake.domain.naming import CASE
from services.intake.domain.register import BY_OPERATORS, PASSED_ON, pair_of, people_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.envelope import Fact


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch needs of the register: computed before anything is loaded.

    Whom a case brings in for the first time is not among the people: nobody has spoken of them yet.
    """

    cases: tuple[str, ...]
    hashes: tuple[str, ...]
    people: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    operators: bool
    correcting: tuple[str, ...] = ()
    """Who says something of themselves: all their cases are needed."""
    orders: tuple[str, ...] = ()
    """The orders that are spoken of."""
    joined: tuple[str, ...] = ()
    """To whom a case may be added, and so all of the above."""
    letters: tuple[int, ...] = ()
    """The letters that operators correct."""


def wanted(keys: Sequence[str], facts: Iterable[Fact]) -> Wanted:
    """Return what these facts need, each list sorted."""
    hashes: set[str] = set()
    people: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    correcting: set[str] = set()
    joined: set[str] = set()
    orders: set[str] = set()
    letters: set[int] = set()
    operators = False
    for fact in facts:
        if fact.subject is not None:
            people.add(fact.subject)
            correcting |= {fact.subject} if isinstance(fact.event, PersonCorrected) else set()
            joined |= {fact.subject} if isinstance(fact.event, ReferralSubmitted) else set()
        if not isinstance(fact, Heard):
            continue
        hashes.update([mark.hash for mark in fact.marks])
        letters |= {fact.event.letter} if isinstance(fact.event, MessageCorrected) else set()
        orders |= {fact.key or ""} if isinstance(fact.event, OrderReported) else set()
        if type(fact.event) in BY_OPERATORS | PASSED_ON:
            operators = True
            people.update(people_named(fact))
            if isinstance(fact.event, LinkAnswered):
                pairs.add(pair_of(fact.event.person, fact.event.other))
    cases = tuple(key for key in keys if key.startswith(CASE))
    return Wanted(
        cases, tuple(sorted(hashes)), tuple(sorted(people)), tuple(sorted(pairs)), operators,
        tuple(sorted(correcting)), tuple(sorted(orders)), tuple(sorted(joined | correcting)),
        tuple(sorted(letters)),
    )  # fmt: skip
