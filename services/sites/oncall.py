"""Who is on call where an officer waits, as a site dates it: a week of shifts, by area, with the source of each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.words import Day, Slug
from services.sites.errors import SiteUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FILE: Final = "oncall.toml"
KEY: Final = "rota"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Shift(BaseModel):
    """One entry of the rota: on which days, between which hours of the clock on the wall, who is called, in order.

    Entries of one `in_force_from` are one rota, and take the place of the one before as a whole. A shift belongs to the
    day on which it begins; `to` that is not after `from` is an hour of the next day, so 20:00 to 08:00 is a night.
    Without `areas` it is about every area of the site.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    id: Slug
    in_force_from: Day
    areas: frozenset[Slug] = frozenset()
    days: Annotated[frozenset[Weekday], Field(min_length=1)] = frozenset(DAYS)
    begins: Annotated[str, Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    ends: Annotated[str, Field(alias="to", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
    agencies: tuple[Slug, ...] = ()
    """The first is asked first, then its backup, and so on."""
    nobody: bool = False
    """Nobody is on call then: the officer is told so at once, and the person is offered for an appointment."""
    reason: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """Why nobody is."""
    basis: Annotated[str, Field(min_length=1, max_length=300)]
    """Where it comes from; `not published:` where the site has published nothing, and who chose it."""

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield from when until when it lasts, in minutes since Monday began; none goes beyond the week's end."""
        begins, ends = _minute(self.begins), _minute(self.ends)
        lasts = ends - begins if ends > begins else ends - begins + DAY_MINUTES
        for day in self.days:
            since = DAYS.index(day) * DAY_MINUTES + begins
            yield since, min(since + lasts, WEEK_MINUTES)
            if since + lasts > WEEK_MINUTES:
                yield 0, since + lasts - WEEK_MINUTES

    @property
    def says(self) -> tuple[tuple[str, ...], bool]:
        """What it says of its hours: two shifts that say the same do not contradict each other."""
        return self.agencies, self.nobody


class Piece(NamedTuple):
    """A part of the week in which the same shifts hold, in minutes since Monday began."""

    since: int
    until: int
    shifts: tuple[Shift, ...]


_SHIFTS: Final = TypeAdapter(tuple[Shift, ...])


def entries(said: dict[str, Any]) -> list[Any]:
    """Return the entries of a rota's file, unread.

    Raises:
        SiteUnreadable: there is none, or something else beside them.
    """
    found = said.get(KEY)
    if set(said) != {KEY} or not isinstance(found, list) or not found:
        beside = ", ".join(sorted(set(said) - {KEY})) or KEY
        raise SiteUnreadable(f"{FILE}: {beside}: It holds at least one [[{KEY}]], and nothing else.")
    return found


def shifts_of(said: dict[str, Any]) -> tuple[Shift, ...]:
    """Return the entries of a rota's file, read.

    Raises:
        SiteUnreadable: a key breaks its rule.
    """
    found = entries(said)
    try:
        return _SHIFTS.validate_python(found)
    except ValidationError as error:
        raise SiteUnreadable(*(misread(one["loc"], one["msg"], found) for one in error.errors())) from None


def misread(location: Sequence[int | str], rule: str, found: Sequence[Any]) -> str:
    """Say what is wrong with an entry: by its id, else by its place from 1 on."""
    place, *key = location
    entry = found[int(place)]
    name = entry.get("id") if isinstance(entry, dict) else None
    shown = name if isinstance(name, str) else place
    return f"{FILE}: {'.'.join(str(part) for part in (KEY, shown, *key))}: {rule}"


def pieces(shifts: Iterable[Shift], area: str) -> list[Piece]:
    """Return the week of an area in the pieces into which these shifts cut it, holes and all, from Monday on."""
    spans = [
        (since, until, shift)
        for shift in shifts
        if not shift.areas or area in shift.areas
        for since, until in shift.spans()
    ]
    cuts = sorted({0, WEEK_MINUTES, *(cut for since, until, _ in spans for cut in (since, until))})
    return [
        Piece(since, until, tuple(shift for begins, ends, shift in spans if begins <= since and until <= ends))
        for since, until in pairwise(cuts)
    ]


def hours(found: Iterable[tuple[int, int]]) -> str:
    """Say parts of the week in words: `mon, tue 06:00 to 08:00`."""
    by_time: dict[str, list[str]] = {}
    for since, until in joined(found):
        if (since, until) == (0, WEEK_MINUTES):
            return "at any hour"
        day, ends_on = DAYS[since // DAY_MINUTES], DAYS[(until - 1) // DAY_MINUTES]
        then = "" if ends_on == day else f"{ends_on} "
        by_time.setdefault(f"{_clock(since)} to {then}{_clock(until, end=True)}", []).append(day)
    return "; ".join(f"{', '.join(days)} {time}" for time, days in by_time.items())


def joined(found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield parts of the week with those that touch each other made one."""
    last: tuple[int, int] | None = None
    for since, until in sorted(found):
        if last is not None and last[1] == since:
            last = last[0], until
        else:
            if last is not None:
                yield last
            last = since, until
    if last is not None:
        yield last


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def _clock(minute: int, *, end: bool = False) -> str:
    of_day = minute % DAY_MINUTES
    return "24:00" if end and of_day == 0 else f"{of_day // 60:02}:{of_day % 60:02}"
