"""What the program owes the court just now, by the months of the calendar. Source: RCW 69.50.4017(4), (6), (11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.court import MONTHS_MOST, AskedFor
from contracts.pretrial.pretrial_awaited import PretrialAwaited
from services.pretrial.domain.course import months_of
from services.pretrial.domain.months import month_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from services.pretrial.domain.counted import Course
    from services.pretrial.domain.roads import Road
    from services.sites import Site

MONTH: Final = "month"
"""The deadline at which a month of a diversion is over."""


def owed(course: Course, road: Road, referral_id: str, holder: str | None, site: Site) -> Iterator[PretrialAwaited]:
    """Yield what is asked for now. The statute gives the assessment no day: the first month's is taken for it."""
    if not course.under_way or course.granted_on is None:
        return
    over = months_over(road)
    if course.services is None:
        yield _asked(AskedFor.ASSESSMENT, referral_id, holder, None, month_end(course.granted_on, 1), overdue=over > 0)
    elif course.services:
        yield from _status(course, referral_id, holder, over, course.granted_on)
        if over >= months_of(site) and course.compliant >= months_of(site):
            yield _asked(AskedFor.COMPLETION, referral_id, holder, None, month_end(course.granted_on, over + 1))


def _status(
    course: Course, referral_id: str, holder: str | None, over: int, granted_on: date
) -> Iterator[PretrialAwaited]:
    """The month that runs, and the last that is over where nothing was said of it."""
    if over and over not in course.months:
        yield _asked(AskedFor.STATUS, referral_id, holder, over, month_end(granted_on, over), overdue=True)
    if over + 1 not in course.months and over < MONTHS_MOST:
        yield _asked(AskedFor.STATUS, referral_id, holder, over + 1, month_end(granted_on, over + 1))


def months_over(road: Road) -> int:
    """Return how many months of the diversion are over."""
    reached = [int(one.partition(" ")[2]) for one in road.reached if one.startswith(f"{MONTH} ")]
    return max(reached, default=0)


def _asked(  # every word of the event
    what: AskedFor, referral_id: str, holder: str | None, month: int | None, due_on: date, *, overdue: bool = False
) -> PretrialAwaited:
    return PretrialAwaited(
        referral_id=referral_id, agency=holder, asked_for=what, month=month, due_on=due_on, overdue=overdue
    )
