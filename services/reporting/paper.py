"""What a report is made of, whichever way it is written: tables of cells, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.reporting.quarters import Quarter


class Unit(StrEnum):
    """What a table's numbers are."""

    REFERRALS = "referrals"
    OFFERS = "offers"
    TIMES = "times"
    PERCENT = "percent"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number; none where it is kept back, or where there is nothing of which it could be a share."""

    value: int | float | None = None
    kept_back: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    code: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `columns`: code and label of each."""

    code: str
    title: str
    about: str
    heading: str
    """What its rows are."""
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    unit: Unit
    charted: str | None = None
    """The column of which a chart is drawn."""

    @property
    def keeps_back(self) -> bool:
        """Whether any of its cells is kept back."""
        return any(cell.kept_back for row in self.rows for cell in row.cells)


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that the law or a funder asks for: in which table it is, or why it is missing."""

    code: str
    what: str
    source: str
    told_in: str | None = None
    why_missing: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A quarter at a site, as it looked at one moment."""

    site: str
    name: str
    timezone: str
    quarter: Quarter
    as_of: datetime
    tables: tuple[Table, ...]
    asked: tuple[Asked, ...]
    remarks: tuple[str, ...]

    @property
    def missing(self) -> tuple[Asked, ...]:
        """What is asked for and not in the report."""
        return tuple(one for one in self.asked if one.why_missing is not None)


KEPT_BACK = "not told"
"""How a cell that is kept back is written for people."""


def words_of(code: str) -> str:
    """Return a code as words."""
    return code.replace("_", " ").replace("-", " ")


def written(cell: Cell, unit: Unit) -> str:
    """Return a cell as people read it."""
    if cell.kept_back:
        return KEPT_BACK
    if cell.value is None:
        return "–"  # noqa: RUF001  # nothing to say, as tables say it
    if unit is Unit.PERCENT:
        return f"{cell.value:.1f} %"
    return _lasting(cell.value) if unit is Unit.MINUTES else str(cell.value)


def _lasting(minutes: float) -> str:
    hours, days = minutes / 60, minutes / 1440
    if minutes < 120:  # noqa: PLR2004  # two hours
        return f"{minutes:.0f} min"
    return f"{hours:.0f} h" if minutes < 2880 else f"{days:.0f} days"  # noqa: PLR2004  # two days
