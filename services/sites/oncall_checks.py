"""What must hold of a site's rota: whom it names exists and may come, and every hour of every area has one answer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contracts.words import Door, Role
from services.sites.oncall import FILE, KEY, hours, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from services.sites.oncall import Shift
    from services.sites.site import Site


def problems_of_oncall(site: Site) -> Iterator[str]:
    """Yield what is wrong with the rota of a site; nothing where it has none."""
    for day in sorted({shift.in_force_from for shift in site.oncall}):
        shifts = [shift for shift in site.oncall if shift.in_force_from == day]
        for name, count in Counter(shift.id for shift in shifts).items():
            if count > 1:
                yield f"{FILE}: {KEY}: {name} is there {count} times from {day} on. Give each its own id."
        for shift in shifts:
            yield from _entry(site, shift, f"{FILE}: {KEY}.{shift.id}")
        yield from _whole(site, day, shifts)
    alarm = site.clocks.arrival_alarm_minutes
    if alarm is not None and alarm >= site.clocks.arrival_minutes:
        yield "clocks.toml: arrival_alarm_minutes: It is less than arrival_minutes, from whose end it counts back."


def _entry(site: Site, shift: Shift, here: str) -> Iterator[str]:
    if unknown := shift.areas - site.area_codes:
        yield f"{here}.areas: No such area: {_listed(unknown)}. Name areas of areas.toml."
    if bool(shift.agencies) is shift.nobody:
        yield f"{here}.agencies: It names who is on call, or says nobody = true, and not both."
    if shift.nobody is not (shift.reason is not None):
        yield f"{here}.reason: With nobody = true stands the reason, and only there."
    if twice := {one for one, count in Counter(shift.agencies).items() if count > 1}:
        yield f"{here}.agencies: Each stands there once: {_listed(twice)}."
    if strangers := set(shift.agencies) - set(site.agencies):
        yield f"{here}.agencies: No such agency: {_listed(strangers)}. Name agencies of agencies/."
    known = [site.agencies[one] for one in shift.agencies if one in site.agencies]
    if others := {one.slug for one in known if one.role is not Role.CASE_MANAGEMENT}:
        yield f"{here}.agencies: Only case-management agencies are on call: {_listed(others)}. Leave the others out."
    managers = [one for one in known if one.role is Role.CASE_MANAGEMENT]
    if doorless := {one.slug for one in managers if Door.ARREST_DIVERSION not in one.doors}:
        yield f"{here}.agencies: They do not meet people by arrest_diversion: {_listed(doorless)}. See their doors."
    for one in managers:
        if afar := {area for area in shift.areas & site.area_codes if not one.covers(area)}:
            yield f"{here}.agencies: {one.slug} does not work in: {_listed(afar)}. See its areas."


def _whole(site: Site, day: date, shifts: list[Shift]) -> Iterator[str]:
    """Every area has exactly one answer at every minute of the week."""
    holes: dict[str, list[str]] = {}
    clashes: dict[tuple[str, str], list[str]] = {}
    for area in (one.code for one in site.areas):
        week = pieces(shifts, area)
        empty = [(piece.since, piece.until) for piece in week if not piece.shifts]
        if empty:
            holes.setdefault(hours(empty), []).append(area)
        double: dict[str, list[tuple[int, int]]] = {}
        for piece in week:
            if len({shift.says for shift in piece.shifts}) > 1:
                names = _listed(shift.id for shift in piece.shifts)
                double.setdefault(names, []).append((piece.since, piece.until))
        for names, spans in double.items():
            clashes.setdefault((names, hours(spans)), []).append(area)
    here = f"{FILE}: {KEY} from {day}"
    for when, areas in holes.items():
        yield f"{here}: Nobody is named for {_listed(areas)}: {when}. Name who is, or say nobody = true and why."
    for (names, when), areas in clashes.items():
        yield f"{here}: {names} contradict each other for {_listed(areas)}: {when}. Each hour has one answer."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
