"""The rota, read: who is on call for an area at an instant, and until when. Pure; no clock is asked.

Shifts follow the clock on the wall at the site. A shift begins when that clock first shows its hour: where the clock is
put back and the hour comes twice, the first time counts; where it is put forward over the hour, that moment does.
So every instant has one answer, also in the nights in which the clock is changed.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from services.sites.oncall import WEEK_MINUTES, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from services.sites.oncall import Shift
    from services.sites.site import Site

_WEEK: Final = timedelta(weeks=1)
_MINUTE: Final = timedelta(minutes=1)


class OnCall(NamedTuple):
    """Who is called, in order; or why nobody is. `shift` is the entry that says so, `basis` its source."""

    agencies: tuple[str, ...]
    nobody: str | None = None
    shift: str | None = None
    basis: str | None = None


class Span(NamedTuple):
    """From when until when the same people are on call."""

    since: datetime
    until: datetime
    on_call: OnCall


class _Week(NamedTuple):
    """The minutes since Monday began at which somebody else comes on, the first at 0, and who."""

    minutes: tuple[int, ...]
    who: tuple[OnCall, ...]


class Rota:
    """The shifts of a site. Without any, every case-management agency is on call always, and `at` says None."""

    def __init__(self, site: Site) -> None:
        """Read them from a site that was found sound."""
        self._site = site
        self._zone = ZoneInfo(site.timezone)

    def take(self, shifts: tuple[Shift, ...]) -> None:
        """Go on with these shifts, which were found sound; what was asked by the ones before stays so."""
        self._site = self._site.model_copy(update={"oncall": shifts})
        for name in ("_rotas", "_since"):
            self.__dict__.pop(name, None)

    @cached_property
    def _rotas(self) -> Mapping[datetime, tuple[date, Mapping[str, _Week]]]:
        """Each rota by the instant from which it is in force: its day, and the week of each area."""
        days = sorted({shift.in_force_from for shift in self._site.oncall})
        found = {}
        for day in days:
            shifts = [shift for shift in self._site.oncall if shift.in_force_from == day]
            weeks = {area.code: _week(shifts, area.code) for area in self._site.areas}
            found[self._begins(datetime.combine(day, time()))] = day, weeks
        return found

    @cached_property
    def _since(self) -> list[datetime]:
        return sorted(self._rotas)

    def in_force(self, at: datetime) -> date | None:
        """Return the day of the rota that is in force at that instant; None before the first, or without any."""
        number = bisect_right(self._since, at)
        return self._rotas[self._since[number - 1]][0] if number else None

    def at(self, area: str | None, at: datetime) -> OnCall | None:
        """Return who is on call for the area; where that is not known, whoever is anywhere, first ones first."""
        number = bisect_right(self._since, at)
        if not number:
            return None
        weeks = self._rotas[self._since[number - 1]][1]
        week = weeks.get(area or "")
        if week is None:
            return _anywhere([self._in_week(one, at)[0] for one in weeks.values()])
        return self._in_week(week, at)[0]

    def spans(self, area: str, since: datetime, until: datetime) -> Iterator[Span]:
        """Yield who is on call from one instant to another, without a gap; nothing while no rota is in force."""
        open_span: Span | None = None
        while since < until:
            on_call, turn = self.at(area, since), min(self._next(area, since) or until, until)
            if open_span is not None and on_call is not None and _alike(open_span.on_call, on_call):
                open_span = open_span._replace(until=turn)
            else:
                if open_span is not None:
                    yield open_span
                open_span = None if on_call is None else Span(since, turn, on_call)
            since = turn
        if open_span is not None:
            yield open_span

    def _next(self, area: str, at: datetime) -> datetime | None:
        """Return the next instant at which somebody else may come on: within the week, or by a new rota."""
        number = bisect_right(self._since, at)
        turns = self._since[number : number + 1]
        if number:
            turns = [*turns, self._in_week(self._rotas[self._since[number - 1]][1][area], at)[1]]
        return min(turns, default=None)

    def _in_week(self, week: _Week, at: datetime) -> tuple[OnCall, datetime]:
        """Return who is on call at that instant, and when the next one comes on."""
        wall = at.astimezone(self._zone).replace(tzinfo=None, fold=0)
        monday = datetime.combine(wall.date() - timedelta(days=wall.weekday()), time())
        number = bisect_right(week.minutes, (wall - monday) // _MINUTE) - 1
        # In an hour that comes twice, who came on when it was there first stays on.
        while (turn := self._begins(_turn(week, monday, number + 1))) <= at:
            number += 1
        return week.who[number % len(week.who)], turn

    def _begins(self, wall: datetime) -> datetime:
        """Return the first instant at which the clock on the wall shows this, or, if it never does, more than this."""
        shown = wall.replace(tzinfo=self._zone).astimezone(UTC)
        if shown.astimezone(self._zone).replace(tzinfo=None, fold=0) == wall:
            return shown
        first = wall.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        return first + self._skipped(first, wall)

    def _skipped(self, first: datetime, wall: datetime) -> timedelta:
        """Return how long after `first`, which is before it, the clock is put forward over that hour."""
        minutes = 0
        while (first + minutes * _MINUTE).astimezone(self._zone).replace(tzinfo=None) < wall:
            minutes += 1
        return minutes * _MINUTE


def _turn(week: _Week, monday: datetime, number: int) -> datetime:
    weeks, which = divmod(number, len(week.minutes))
    return monday + weeks * _WEEK + week.minutes[which] * _MINUTE


def _week(shifts: list[Shift], area: str) -> _Week:
    """Return the week of an area, a piece joined to the one before where nothing changes."""
    minutes: list[int] = []
    who: list[OnCall] = []
    for piece in pieces(shifts, area):
        shift = min(piece.shifts, key=lambda one: one.id)
        on_call = OnCall(shift.agencies, shift.reason if shift.nobody else None, shift.id, shift.basis)
        if not who or who[-1] != on_call:
            minutes.append(piece.since)
            who.append(on_call)
    return _Week(tuple(minutes), tuple(who))


def _anywhere(found: list[OnCall]) -> OnCall:
    """Return those of all areas, who is first somewhere first; nobody only where nobody is anywhere."""
    ranks: dict[str, int] = {}
    for one in found:
        for rank, agency in enumerate(one.agencies):
            ranks[agency] = min(rank, ranks.get(agency, WEEK_MINUTES))
    if not ranks:
        return min(found, key=lambda one: one.nobody or "")
    return OnCall(tuple(sorted(ranks, key=lambda agency: (ranks[agency], agency))))


def _alike(one: OnCall, other: OnCall) -> bool:
    return (one.agencies, one.nobody) == (other.agencies, other.nobody)
