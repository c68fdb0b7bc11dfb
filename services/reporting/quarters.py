"""Quarters of a year, as days at the site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

_WRITTEN: Final = re.compile(r"(\d{4})Q([1-4])")
_FIRST_YEAR: Final = 2000
_MONTHS: Final = 3
_LAST_QUARTER: Final = 4


class NotAQuarter(ValueError):
    """A quarter is a year and its number, such as 2026Q3. Next: write it like that."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of a year."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the quarter that is written like 2026Q3.

        Raises:
            NotAQuarter: it is written otherwise, or is before the year 2000.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None or int(found[1]) < _FIRST_YEAR:
            raise NotAQuarter(NotAQuarter.__doc__)
        return cls(int(found[1]), int(found[2]))

    def bounds(self, timezone: str) -> tuple[datetime, datetime]:
        """Return its first moment, and the first moment after it, by the clocks of that time zone."""
        year, number = (self.year + 1, 1) if self.number == _LAST_QUARTER else (self.year, self.number + 1)
        return _begins(self.year, self.number, timezone), _begins(year, number, timezone)

    def holds(self, at: datetime, timezone: str) -> bool:
        """Whether that moment is in it, by the clocks of that time zone."""
        begin, end = self.bounds(timezone)
        return begin <= at < end

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def _begins(year: int, number: int, timezone: str) -> datetime:
    return datetime(year, (number - 1) * _MONTHS + 1, 1, tzinfo=ZoneInfo(timezone))
