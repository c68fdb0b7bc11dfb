"""What people were helped with, by kind of help: needs met and onward referrals, told of eleven people or more."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product
from typing import TYPE_CHECKING, Final

from contracts.words import HelpType
from services.console.domain.helped import OUTCOMES
from services.reporting.paper import Cell, Row, Table, Unit, words_of
from services.reporting.small_cells import kept_back, may_be_told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.console.domain.helped import Helped

CODE: Final = "services"
_LABELS: Final = {
    "met": "met, by the case manager's word", "fulfilled": "given by a provider", "accepted": "accepted, not given yet",
    "waitlisted": "waits", "declined": "declined", "nobody": "nobody gives it", "called_off": "called off",
    "asked": "no answer yet",
}  # fmt: skip


def services_of(helped: Iterable[Helped], referred: int) -> Table:
    """Return how often each help was asked for or given, by how that stands.

    The cells do not overlap, and no sum of them is told. A cell is told only where eleven different people or more are
    in it; and with one that is kept back so many others are, that they are of eleven people or more together.
    """
    times: Counter[tuple[HelpType, str]] = Counter()
    people: dict[tuple[HelpType, str], set[str]] = defaultdict(set)
    for one in helped:
        times[one.help_type, one.outcome] += 1
        people[one.help_type, one.outcome].add(one.person)
    cells = list(product(HelpType, OUTCOMES))
    counts = {f"{kind}/{outcome}": len(people[kind, outcome]) for kind, outcome in cells}
    # That nobody of a few was helped is told of no more than how many of them were.
    told = may_be_told(sum(counts.values())) and may_be_told(referred)
    kept = kept_back(counts) if told else frozenset(counts)
    rows = tuple(
        Row(
            kind.value,
            words_of(kind),
            tuple(_cell(f"{kind}/{outcome}", times[kind, outcome], kept) for outcome in OUTCOMES),
        )
        for kind in HelpType
    )
    about = (
        "How often help was asked for or given in the quarter, by how that stands. A number is of times, not "
        "of people, and is told where it is of eleven people or more."
    )
    columns = tuple((outcome, _LABELS[outcome]) for outcome in OUTCOMES)
    return Table(CODE, "Needs met and onward referrals", about, "help", columns, rows, Unit.TIMES)


def _cell(name: str, times: int, kept: frozenset[str]) -> Cell:
    return Cell(kept_back=True) if name in kept else Cell(times)
