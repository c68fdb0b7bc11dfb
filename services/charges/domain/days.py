"""Days by the site's calendar, and when one is over there: at its midnight, whatever the clocks do in between. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date

    from services.sites import Site

_MINUTE = 60.0
_DAY = timedelta(days=1)


def day_at(site: Site, moment: datetime) -> date:
    """Return which day it is at the site at that moment."""
    return site.local_time(moment).date()


def first_last_day(site: Site, referred_at: datetime) -> date:
    """Return the last day for the intake as the site has it: its days from the day of the referral."""
    return day_at(site, referred_at) + timedelta(days=site.clocks.intake_days)


def over_at(site: Site, day: date, referred_at: datetime) -> datetime:
    """Return when that day is over at the site.

    Where the site's minutes are shortened, the time from the referral until then is; the day stays what it is.
    """
    midnight = datetime.combine(day + _DAY, time.min, ZoneInfo(site.timezone)).astimezone(UTC)
    return referred_at.astimezone(UTC) + (midnight - referred_at) * (site.clocks.minute_seconds / _MINUTE)
