"""A quarter, counted: every table of the report, with small cells kept back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import Door
from services.reporting.asked import asked_of
from services.reporting.ends import court_diversions_of, mark_of, offers_of, outcomes_of, overrides_of
from services.reporting.groups import DOORS, groups_of, sources_at
from services.reporting.ladder import CLOSED, COLUMNS, STEPS, places_of
from services.reporting.paper import Cell, Report, Row, Table, Unit, words_of
from services.reporting.services import services_of
from services.reporting.small_cells import divided, whole_of
from services.reporting.times import WAITED, lasting, minutes_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from services.console.domain import Journey
    from services.console.domain.helped import Helped
    from services.reporting.groups import Group
    from services.reporting.quarters import Quarter
    from services.reporting.small_cells import Divided, Whole
    from services.sites import Site

ALL: Final = "all"
_COLUMNS: Final = tuple((column, column) for column in COLUMNS)
_RATES: Final = (
    ("eligible", "referred"), ("offered", "eligible"), ("accepted", "offered"), ("enrolled", "accepted"),
    ("enrolled", "referred"),
)  # fmt: skip
_TIMED: Final = ("screened", "offered", "accepted", "met", "enrolled")
_REMARKS: Final = (
    "Counted are referrals that were made in the quarter, by the site's own clocks, and what became of them since.",
    "Who was referred twice is counted twice.",
    "A number from 1 to 10 is not told, nor any other number from which it could be worked out.",
    "0 is told, but not of a group of fewer than 11.",
    "Records that were erased are in no number. Referrals recorded after the fact, and tests, are counted apart.",
    "Eligible is who was found so, at any time, by the policy or by a person who decided.",
    "Of records from before the hub kept it for reports, the need of an interpreter and all demographics are unknown.",
    "Declined is who was asked and did not tell; unknown, of whom nobody told it to the hub.",
)

_NOT_OVER: Final = "The quarter is not over: these numbers will change, and are not for publication."


def report_of(
    site: Site, quarter: Quarter, journeys: Iterable[Journey], as_of: datetime, helped: Iterable[Helped] = ()
) -> Report:
    """Return the report of the quarter's referrals, and of the help in it, as they are at that moment."""
    here = [one for one in journeys if one.sent and quarter.holds(one.sent.referred_at, site.timezone)]
    tests = [one for one in here if one.sent and one.sent.test]
    belated = [one for one in here if one.sent and one.sent.after_the_fact and not one.sent.test]
    counted = [one for one in here if one.sent and not one.sent.test and not one.sent.after_the_fact]
    return Report(
        site=site.slug,
        name=site.name,
        timezone=site.timezone,
        quarter=quarter,
        as_of=as_of,
        tables=(*_tables(site, counted), services_of(helped, len(counted)), _apart(tests, belated)),
        asked=asked_of(site),
        remarks=_REMARKS if as_of >= quarter.bounds(site.timezone)[1] else (_NOT_OVER, *_REMARKS),
    )


def _tables(site: Site, counted: Sequence[Journey]) -> list[Table]:
    outcomes, whole = outcomes_of(counted, whole_of(places_of(counted)))
    by_door = None if whole is None else divided(whole, DOORS.places(counted))
    mark, mark_is_told = mark_of(counted, by_door, site.clocks.arrival_minutes)
    groups = [(group, _by(group, counted, whole)) for group in groups_of(site)]
    return [
        _steps(whole),
        _table(DOORS, by_door, whole, charted="referred"),
        _rates(DOORS, by_door, whole),
        _sources(site, counted, by_door),
        _times(site, counted, by_door, whole, mark_is_told=mark_is_told),
        mark,
        outcomes,
        offers_of(counted),
        *([court_diversions_of(counted)] if site.pretrial is not None else []),
        overrides_of(counted, whole),
        *(_table(group, found, whole) for group, found in groups),
        *(_rates(group, found, whole) for group, found in groups),
    ]


def _by(group: Group, counted: Sequence[Journey], whole: Whole | None) -> Divided | None:
    return None if whole is None else divided(whole, group.places(counted))


def _told(whole: Whole | None, column: str) -> int | None:
    return None if whole is None else whole.told(column)


def _cell(value: int | None) -> Cell:
    return Cell(value, kept_back=value is None)


def _total(whole: Whole | None) -> Row:
    return Row(ALL, "all", tuple(_cell(_told(whole, column)) for column in COLUMNS))


def _steps(whole: Whole | None) -> Table:
    total = _total(whole).cells
    rows = [Row(column, column, (cell,)) for column, cell in zip(COLUMNS, total, strict=True)]
    about = "How many referrals came to each step; closed are those that are over, however far they came."
    columns = (("referrals", "referrals"),)
    return Table("steps", "How far referrals came", about, "step", columns, tuple(rows), Unit.REFERRALS, "referrals")


def _table(group: Group, found: Divided | None, whole: Whole | None, charted: str | None = None) -> Table:
    rows = [
        Row(code, label, tuple(_cell(None if found is None else found.told(code, column)) for column in COLUMNS))
        for code, label in group.labels.items()
    ]
    about = "How many referrals of each came to each step."
    return Table(group.code, group.title, about, "", _COLUMNS, (_total(whole), *rows), Unit.REFERRALS, charted)


def _rates(group: Group, found: Divided | None, whole: Whole | None) -> Table:
    columns = tuple((f"{to}_of_{of}", f"{to} of {of}") for to, of in _RATES)
    rows = [Row(ALL, "all", tuple(_rate(_told(whole, to), _told(whole, of)) for to, of in _RATES))]
    for code, label in group.labels.items():
        told = {column: None if found is None else found.told(code, column) for column in STEPS}
        rows.append(Row(code, label, tuple(_rate(told[to], told[of]) for to, of in _RATES)))
    about = "Of a hundred who came to one step, how many came to the next; only from numbers that are told."
    title = f"{group.title}: who comes how far"
    return Table(f"{group.code}_rates", title, about, "", columns, tuple(rows), Unit.PERCENT, _chart_of(rows, columns))


def _chart_of(rows: Sequence[Row], columns: Sequence[tuple[str, str]]) -> str | None:
    drawn = any(row.cells[-1].value is not None for row in rows[1:])
    return columns[-1][0] if drawn else None


def _rate(to: int | None, of: int | None) -> Cell:
    if to is None or of is None:
        return Cell(kept_back=True)
    return Cell(round(100 * to / of, 1)) if of else Cell()


def _sources(site: Site, counted: Sequence[Journey], by_door: Divided | None) -> Table:
    """Who refers says at which door: a door whose own numbers are not all told is not divided."""
    rows = []
    for door in Door:
        group = sources_at(site, door)
        whole = None if by_door is None else by_door.told_whole(door)
        here = [one for one in counted if one.sent and one.sent.door is door]
        found = _by(group, here, whole)
        nobody = {column for column in COLUMNS if by_door is not None and by_door.told(door, column) == 0}
        for code, label in group.labels.items():
            told = [None if found is None else found.told(code, column) for column in COLUMNS]
            # Where nobody of a door came so far, nobody of its referrers did.
            cells = tuple(_cell(0 if column in nobody else one) for column, one in zip(COLUMNS, told, strict=True))
            rows.append(Row(f"{door}/{code}", f"{words_of(door)}: {label}", cells))
    about = "How many referrals of each kind of referrer came to each step, door by door."
    return Table("source", "By who refers", about, "who refers", _COLUMNS, tuple(rows), Unit.REFERRALS)


def _times(
    site: Site, counted: Sequence[Journey], by_door: Divided | None, whole: Whole | None, *, mark_is_told: bool
) -> Table:
    rows = []
    for step in (*_TIMED, WAITED):
        told = step == WAITED or _told(whole, step) is not None
        # Beside the mark, the time of all doors together could say what the mark keeps back.
        if step != "met":
            rows.append(_timed(site, step, counted, ALL, told=told))
        for door in Door:
            here = [one for one in counted if one.sent and one.sent.door is door]
            at_door = by_door is not None and by_door.told(door, "referred" if step == WAITED else step) is not None
            hidden = step == "met" and door is Door.ARREST_DIVERSION and not mark_is_told
            rows.append(_timed(site, step, here, door, told=at_door and not hidden))
    about = (
        "From the referral to each step; met: until the case manager and the person met; waited: from the waitlist to "
        "the next offer. Rounded to 5 minutes, from two hours on to an hour, from two days on to a day."
    )
    columns = (("median", "median"), ("p90", "nine of ten within"))
    return Table("times", "How long it took", about, "step", columns, tuple(rows), Unit.MINUTES)


def _timed(site: Site, step: str, here: Iterable[Journey], door: str, *, told: bool) -> Row:
    cells = lasting(minutes_to(step, one, site.timezone) for one in here) if told else lasting(())
    return Row(f"{step}/{door}", f"{step}: {words_of(door)}", cells)


def _apart(tests: Sequence[Journey], belated: Sequence[Journey]) -> Table:
    whole = whole_of(places_of(belated))
    rows = [Row("tests", "tests, which are about nobody", (Cell(len(tests)),))]
    for column in ("referred", "met", "enrolled", CLOSED):
        code, label = f"after_the_fact/{column}", f"recorded after the fact: {column}"
        rows.append(Row(code, label, (_cell(_told(whole, column)),)))
    about = "In no other number of this report."
    return Table("apart", "Counted apart", about, "what", (("referrals", "referrals"),), tuple(rows), Unit.REFERRALS)
