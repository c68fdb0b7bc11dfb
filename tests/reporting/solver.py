"""Somebody who wants to know: all that a published report says, as equations, and a linear solver to ask of them.

What is known besides: numbers are not negative; who came to a step came to those below; each table divides the same
referrals; and which endings are possible where. Only the CSV is read, as anybody may.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from contracts.words import ClosedReason, EndReason
from services.reporting.ladder import CLOSED, STEPS
from services.reporting.paper import Report
from services.reporting.sheets import as_csv

ALL_PLACES = [(step, closed) for step in range(len(STEPS)) for closed in (False, True)]
DIVIDING = ("door", "age_band", "area", "language", "interpreter")
"""Tables that divide all referrals, one row a category."""
UNBOUNDED = 3
MET = STEPS.index("met")
OPEN = {"waiting", "under_way", "taking_part"}

Unknown = tuple[str, str, tuple[int, bool]]
"""Table, row, and place: how many referrals are there."""
Form = dict[Unknown, int]


def in_column(place, column):
    """Whether who stands at a place counts in a column."""
    return place[1] if column == CLOSED else place[0] >= STEPS.index(column)


class Solver:
    """What can be worked out from one report."""

    def __init__(self, report: Report) -> None:
        """Read the report's CSV and write down all that it says."""
        self.cells: dict[tuple[str, str, str], int | None] = {}
        lines = list(csv.DictReader(io.StringIO(as_csv(report), newline="")))
        for line in lines:
            if line["section"] in {*DIVIDING, "source", "steps", "outcomes", "mark"}:
                value = None if line["suppressed"] == "yes" else int(line["value"])
                self.cells[line["section"], line["row"], line["column"]] = value
        self._labels = {
            row.code: row.label for table in report.tables if table.code == "outcomes" for row in table.rows
        }
        self._rows: dict[str, list[str]] = defaultdict(list)
        for section, row, _ in self.cells:
            if row not in self._rows[section]:
                self._rows[section].append(row)
        self._number: dict[Unknown, int] = {}
        self._equations: list[tuple[Form, int]] = []
        self._structure()
        for (section, row, column), value in self.cells.items():
            if value is not None:
                self._equations.append((self.form(section, row, column), value))
        self._matrix, self._right = self._assembled()

    def form(self, section: str, row: str, column: str) -> Form:
        """Return a cell as a sum of unknowns."""
        if section == "steps":
            return {("all", "", place): 1 for place in ALL_PLACES if in_column(place, row)}
        if section == "outcomes":
            return self._ending(row)
        if section == "mark":
            return {(section, row, place): 1 for place in ALL_PLACES if (section, row, place) in self._number}
        table, code = ("all", "") if row == "all" else (section, row)
        return {(table, code, place): 1 for place in ALL_PLACES if in_column(place, column)}

    def range(self, form: Form) -> tuple[float, float]:
        """Return the least and the most that a sum can be, by all that is published."""
        aim = np.zeros(len(self._number))
        for unknown, times in form.items():
            aim[self._number[unknown]] += times
        return self._best(aim), -self._best(-aim)

    def _best(self, aim) -> float:
        found = linprog(aim, A_eq=self._matrix, b_eq=self._right, bounds=(0, None), method="highs")
        if found.status == UNBOUNDED:
            return -float("inf")
        assert found.success, found.message
        return float(found.fun)

    def _structure(self) -> None:
        for place in ALL_PLACES:
            self._unknown("all", "", place)
        for table in DIVIDING:
            rows = [row for row in self._rows[table] if row != "all"]
            self._divides(table, rows, lambda place: ("all", "", place))
        for door in (row for row in self._rows["door"] if row != "all"):
            rows = [row for row in self._rows["source"] if row.startswith(f"{door}/")]
            self._divides("source", rows, lambda place, door=door: ("door", door, place))
        self._divides("ends", sorted(OPEN | _overs()), lambda place: ("all", "", place), _possible)
        self._divides("mark", self._rows["mark"], lambda place: ("door", "arrest_diversion", place), _of_mark)

    def _divides(self, table, rows, whole, possible=lambda *_: True) -> None:
        for place in ALL_PLACES:
            parts = {self._unknown(table, row, place): 1 for row in rows if possible(row, place)}
            self._equations.append((parts | {whole(place): -1}, 0))

    def _unknown(self, table, row, place) -> Unknown:
        unknown = (table, row, place)
        self._number.setdefault(unknown, len(self._number))
        return unknown

    def _ending(self, row: str) -> Form:
        if row == "all":
            return {("all", "", place): 1 for place in ALL_PLACES}
        _, part, name = row.split("/")
        first, last = re.fullmatch(r"came to (\w+)(?: to (\w+))?: .*", self._labels[row]).groups()
        steps = range(STEPS.index(first), STEPS.index(last or first) + 1)
        places = [(step, closed) for step in steps for closed in (False, True)]
        flags = {"any": {False, True}, "open": {False}, "closed": {True}}[part]
        return {("ends", name, place): 1 for place in places if place[1] in flags and _possible(name, place)}

    def _assembled(self):
        rows, columns, values = [], [], []
        for number, (form, _) in enumerate(self._equations):
            for unknown, times in form.items():
                rows.append(number)
                columns.append(self._number[unknown])
                values.append(times)
        shape = (len(self._equations), len(self._number))
        return coo_matrix((values, (rows, columns)), shape=shape).tocsr(), [value for _, value in self._equations]


def _overs():
    return {one.value for kind in (ClosedReason, EndReason) for one in kind}


def _possible(ending, place):
    step, closed = place
    if ending not in OPEN:
        return closed
    return not closed and ((step == len(STEPS) - 1) == (ending == "taking_part"))


def _of_mark(row, place):
    return (place[0] >= MET) == (row in {"within", "later", "time_not_known"})
