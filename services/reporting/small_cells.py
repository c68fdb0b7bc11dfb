"""Small cells are not told. The rule, and why nothing that is kept back can be worked out, are in decision 17.

A whole is divided into classes: the referrals that came as far as one told step and no further, and, where that is
told, are closed or not. Classes do not overlap, and each has nobody in it or at least LEAST. Each class is divided by
the categories of a table; a part is told, or kept back with others whose sum is at least LEAST. Every number of a
report is a sum of such parts, so whatever somebody subtracts, nobody or at least LEAST are left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final

from services.reporting.ladder import CLOSED, COLUMNS, PLACES, STEPS, Place, belongs

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST: Final = 11
"""The smallest number of referrals that is told; and 0, which is about nobody."""
_DEAREST: Final = ("enrolled", "accepted", "offered", "eligible", CLOSED, "met", "screened")
"""Which column stays where not all can."""


def may_be_told(count: int) -> bool:
    """Whether a number of referrals may be told by itself."""
    return count == 0 or count >= LEAST


@dataclass(frozen=True, slots=True)
class Cut:
    """Which steps a table tells of, and whether it tells what is closed. The first step is always among them."""

    steps: tuple[int, ...]
    closed: bool

    def class_of(self, place: Place) -> Place:
        """Return the class to which a place belongs, by its lowest step."""
        step, closed = place
        return max(one for one in self.steps if one <= step), closed and self.closed

    def classes(self) -> list[Place]:
        """Return all classes."""
        return [(step, closed) for step in self.steps for closed in ((False, True) if self.closed else (False,))]

    def coarser(self) -> Iterator[Cut]:
        """Yield every cut that tells no more than this one, and this one."""
        later = self.steps[1:]
        for count in range(len(later) + 1):
            for chosen in combinations(later, count):
                for closed in {False, self.closed}:
                    yield Cut((0, *chosen), closed)

    def places(self, one: Place) -> frozenset[Place]:
        """Return all places of a class."""
        return frozenset(place for place in PLACES if self.class_of(place) == one)


EVERYTHING: Final = Cut(tuple(range(len(STEPS))), closed=True)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some of a whole, all of one class: how many, and where they can be by what is told of them."""

    count: int
    home: Place
    """Their class."""
    places: frozenset[Place]

    def share(self, column: str) -> tuple[bool, bool]:
        """Return whether they may belong to a column, and whether they may not."""
        inside = {belongs(place, column) for place in self.places}
        return True in inside, False in inside


@dataclass(frozen=True)
class Whole:
    """A number of referrals that may be told, in leaves of which each may be; each class of `cut` has one or more."""

    cut: Cut
    leaves: tuple[Leaf, ...]

    def range(self, column: str) -> tuple[int, int]:
        """Return between which numbers a column is, by what is told."""
        least = most = 0
        for leaf in self.leaves:
            inside, outside = leaf.share(column)
            least += leaf.count if inside and not outside else 0
            most += leaf.count if inside else 0
        return least, most

    def told(self, column: str) -> int | None:
        """Return a column, or None where it is kept back."""
        least, most = self.range(column)
        return least if least == most else None


def in_classes(cut: Cut, places: Mapping[Place, int]) -> dict[Place, int]:
    """Return how many are in each class."""
    found = dict.fromkeys(cut.classes(), 0)
    for place, count in places.items():
        found[cut.class_of(place)] += count
    return found


def whole_of(places: Mapping[Place, int]) -> Whole | None:
    """Return what may be told of all referrals: as many columns as possible. None: not even how many there are."""
    may = [
        Whole(cut, tuple(Leaf(count, one, cut.places(one)) for one, count in classes.items()))
        for cut in EVERYTHING.coarser()
        if all(map(may_be_told, (classes := in_classes(cut, places)).values()))
    ]
    return max(may, key=_columns_told, default=None)


def _columns_told(whole: Whole) -> tuple[int, list[bool]]:
    told = [whole.told(column) is not None for column in _DEAREST]
    return sum(told), told


@dataclass(frozen=True)
class Divided:
    """A whole, divided by the categories of a table. `parts`: by class of `cut`, who is told; the rest is kept back."""

    whole: Whole
    cut: Cut
    parts: Mapping[Place, Mapping[str, int]]
    kept_back: Mapping[Place, frozenset[str]]
    categories: tuple[str, ...]

    def range(self, category: str, column: str) -> tuple[int, int]:
        """Return between which numbers a cell is, by what is told; a cell is told where the two are the same."""
        least = most = 0
        for one, told in self.parts.items():
            inside, outside, either = self._of_class[one, column]
            all_of_it, count = inside + outside + either, told.get(category)
            least += _shared(count, all_of_it, inside, sum(told.values()))[0]
            most += _shared(count, all_of_it, inside + either, sum(told.values()))[1]
        return least, most

    def told(self, category: str, column: str) -> int | None:
        """Return a cell, or None where it is kept back."""
        least, most = self.range(category, column)
        return least if least == most else None

    def told_whole(self, category: str) -> Whole | None:
        """Return one category as a whole of its own, where every part of it is told.

        Where all of a class are of one category, what is told of the class is told of the category, too.
        """
        leaves: list[Leaf] = []
        for one, told in self.parts.items():
            count = told.get(category)
            if count is None:
                return None
            here = [leaf for leaf in self.whole.leaves if self.cut.class_of(leaf.home) == one]
            all_of_it = count == sum(leaf.count for leaf in here)
            leaves += here if all_of_it else [Leaf(count, one, frozenset().union(*(leaf.places for leaf in here)))]
        return Whole(self.cut, tuple(leaves))

    @cached_property
    def _of_class(self) -> dict[tuple[Place, str], tuple[int, int, int]]:
        """Of each class and column: how many belong to the column, how many do not, and of how many none knows."""
        found = {}
        for column in COLUMNS:
            sums = {one: Counter[tuple[bool, bool]]() for one in self.parts}
            for leaf in self.whole.leaves:
                sums[self.cut.class_of(leaf.home)][leaf.share(column)] += leaf.count
            for one, by in sums.items():
                found[one, column] = by[True, False], by[False, True], by[True, True]
        return found


def _shared(count: int | None, all_of_it: int, inside: int, told: int) -> tuple[int, int]:
    """Return how many of a category can be among the `inside` of a class; `count` of it are told, or None."""
    if count is None:
        return 0, min(all_of_it - told, inside)
    return max(0, count - (all_of_it - inside)), min(count, inside)


def divided(whole: Whole, categories: Mapping[str, Mapping[Place, int]]) -> Divided:
    """Return the whole divided by category so that most is told; each category with its places, and all of them."""
    return max((_by(whole, cut, categories) for cut in whole.cut.coarser()), key=_cells_told)


def _by(whole: Whole, cut: Cut, categories: Mapping[str, Mapping[Place, int]]) -> Divided:
    in_class = {name: in_classes(cut, places) for name, places in categories.items()}
    small = frozenset(name for name, counts in in_class.items() if 0 < sum(counts.values()) < LEAST)
    parts, kept = {}, {}
    for one in cut.classes():
        counts = {name: in_class[name][one] for name in categories}
        kept[one] = kept_back(counts, small)
        parts[one] = {name: count for name, count in counts.items() if name not in kept[one]}
    return Divided(whole, cut, parts, kept, tuple(categories))


def kept_back(counts: Mapping[str, int], small: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return which parts of a class are kept back: none, or at least two whose sum is LEAST or more.

    A part is too small by itself, or is nobody of a small group (that none of nine came so far tells of all nine); then
    others are kept back with it, the smallest first. Of a class in which nobody is, all know that.
    """
    if not any(counts.values()):
        return frozenset()
    kept = {name for name, count in counts.items() if not may_be_told(count) or (count == 0 and name in small)}
    others = sorted((count, name) for name, count in counts.items() if count >= LEAST)
    while kept and (len(kept) == 1 or sum(counts[name] for name in kept) < LEAST):
        _, name = others.pop(0)
        kept.add(name)
    return frozenset(kept)


def _cells_told(found: Divided) -> tuple[int, int, int, bool]:
    told = [column for category in found.categories for column in COLUMNS if found.told(category, column) is not None]
    # How many were referred is asked first.
    return told.count(STEPS[0]), len(told), len(found.cut.steps), found.cut.closed
