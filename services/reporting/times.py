"""How long it takes: median and ninetieth percentile, rounded, and only of as many referrals as may be told."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from services.reporting.paper import Cell
from services.reporting.small_cells import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.console.domain import Journey

WAITED: Final = "waited"
_SCALES: Final = ((120, 5), (2_880, 60))
_DAY: Final = 1_440
_MEDIAN, _NINETIETH = 0.5, 0.9


def minutes_to(step: str, journey: Journey, timezone: str) -> float | None:
    """Return the minutes from the referral to its first arrival at a step; None where it did not come so far.

    `waited`: from when it was put on the waitlist to the next offer. An intake is known by its day alone.
    """
    if step == WAITED:
        since = journey.first.get("waitlisted")
        until = None if since is None else min((at for at in journey.offers if at > since), default=None)
    else:
        since = None if journey.sent is None else journey.sent.referred_at
        until = _intake(journey, timezone) if step == "enrolled" else journey.first.get(step)
    if since is None or until is None:
        return None
    if step == "enrolled":
        since = _morning(since.astimezone(ZoneInfo(timezone)))
        return max(0.0, float((until.date() - since.date()).days * _DAY))
    return max(0.0, (until - since) / timedelta(minutes=1))


def lasting(minutes: Iterable[float | None]) -> tuple[Cell, Cell]:
    """Return the median and the ninetieth percentile; both are kept back where they rest on fewer than LEAST."""
    known = sorted(one for one in minutes if one is not None)
    if len(known) < LEAST:
        return Cell(kept_back=True), Cell(kept_back=True)
    return Cell(rounded(_rank(known, _MEDIAN))), Cell(rounded(_rank(known, _NINETIETH)))


def rounded(minutes: float) -> int:
    """Return it to 5 minutes below two hours, to an hour below two days, to a day above: it is one person's time."""
    scale = next((step for below, step in _SCALES if minutes < below), _DAY)
    return int(math.floor(minutes / scale + 0.5) * scale)


def _rank(known: list[float], share: float) -> float:
    return known[math.ceil(len(known) * share) - 1]


def _intake(journey: Journey, timezone: str) -> datetime | None:
    day = journey.enrolled_on
    return None if day is None else datetime.combine(day, time(), ZoneInfo(timezone))


def _morning(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
