"""Months of a diversion, by the calendar of the site: from the day of the grant, with the ends of months right."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from services.sites import Site

_YEAR: Final = 12
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


def month_end(granted_on: date, month: int) -> date:
    """Return the last day of that month of the diversion: the same day of the calendar month, or its last before it.

    Counted from the grant each time: after 31 January come 28 February and 31 March.
    """
    whole = granted_on.year * _YEAR + granted_on.month - 1 + month
    year, index = divmod(whole, _YEAR)
    return date(year, index + 1, min(granted_on.day, monthrange(year, index + 1)[1]))


def month_of(granted_on: date, day: date) -> int:
    """Return in which month of the diversion the day is, from 1; the day of the grant is in the first."""
    month = max(1, (day.year - granted_on.year) * _YEAR + day.month - granted_on.month)
    return month if day <= month_end(granted_on, month) else month + 1


def due_at(site: Site, granted_on: date, month: int) -> datetime:
    """Return when the month is over: the midnight after its last day, local time; sooner where clocks are shortened."""
    zone = ZoneInfo(site.timezone)
    begin = datetime.combine(granted_on, time(), zone).astimezone(UTC)
    end = datetime.combine(month_end(granted_on, month) + _DAY, time(), zone).astimezone(UTC)
    return begin + site.clocks.minutes((end - begin) / _MINUTE)
