"""The research extract: one row a referral, in coarse codes, so that nobody in it stands out. Decision 17 has the rule.

What others may know of a person (door, who refers, age, place, language, month) is made coarser, step by step, until
each row is like at least LEAST - 1 others in all of it. Ids, days and hours are in no row, and the order is by chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from contracts.words import Door, SourceKind
from services.console.domain import Journey, Sent
from services.reporting.groups import OTHER, TRACKED, UNKNOWN, age_band, codes_of
from services.reporting.ladder import STEPS, place_of
from services.reporting.paper import words_of
from services.reporting.sheets import in_csv
from services.reporting.small_cells import LEAST
from services.reporting.times import minutes_to
from services.sites import Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ANY: Final = "any"
"""A code that was left out, so that nobody stands out."""
_JUSTICE: Final = frozenset({
    SourceKind.PROSECUTOR, SourceKind.PUBLIC_DEFENDER, SourceKind.COURT, SourceKind.PROBATION, SourceKind.JAIL,
})  # fmt: skip
_HEALTH: Final = frozenset({
    SourceKind.EMS, SourceKind.FIRE, SourceKind.EMERGENCY_DEPARTMENT, SourceKind.HEALTH_CARE, SourceKind.TREATMENT,
})  # fmt: skip
_DAY: Final = 1_440
_BANDS: Final = ((30, "30_minutes"), (_DAY, "1_day"), (7 * _DAY, "7_days"), (30 * _DAY, "30_days"))
_LATER: Final = "later"
NOT_REACHED: Final = "not_reached"


@dataclass(frozen=True)
class Column:
    """One column: its name, what it means, where it comes from, and its codes with their meaning."""

    name: str
    meaning: str
    source: str
    codes: Mapping[str, str]
    of: Callable[[Journey, Site], str]
    known_to_others: bool = False
    """Whether somebody may know it of a person they know: a quasi-identifier."""


def _sent(told: Callable[[Sent, Site], str]) -> Callable[[Journey, Site], str]:
    def of(journey: Journey, site: Site) -> str:
        return UNKNOWN if journey.sent is None else told(journey.sent, site)

    return of


def _who(sent: Sent, _site: Site) -> str:
    kind = sent.source_kind
    if kind is SourceKind.LAW_ENFORCEMENT:
        return "law_enforcement"
    return "justice" if kind in _JUSTICE else "health" if kind in _HEALTH else "community"


def _month(sent: Sent, site: Site) -> str:
    return f"{sent.referred_at.astimezone(ZoneInfo(site.timezone)):%Y-%m}"


def _language(sent: Sent, site: Site) -> str:
    return "first" if sent.language == site.receipts.first_language else OTHER


def _lasted(step: str) -> Callable[[Journey, Site], str]:
    def of(journey: Journey, site: Site) -> str:
        minutes = minutes_to(step, journey, site.timezone)
        if minutes is None:
            return NOT_REACHED
        return next((name for most, name in _BANDS if minutes <= most), _LATER)

    return of


def _group(name: str) -> Column:
    """Return the column of one of the groups that the law has programs track; a code of no list is unknown."""

    def told(sent: Sent, site: Site) -> str:
        code = sent.groups.get(name, UNKNOWN)
        return code if code in codes_of(site, name) else UNKNOWN

    return Column(name, f"{TRACKED[name]} (RCW 69.50.4017(12)), as whoever refers told it: never seen, never guessed",
                  f"referral.submitted, referral.amended: person.demographics.{name}, kept apart for counting", {},
                  _sent(told), known_to_others=True)  # fmt: skip


_TIMES: Final = {name: f"within {name.replace('_', ' ')}" for _, name in _BANDS} | {
    _LATER: "after more than 30 days", NOT_REACHED: "not reached, or no time known",
}  # fmt: skip
_ENDS: Final = {
    "open": "waiting, under way or taking part", "closed": "withdrawn, closed, or participation ended",
}  # fmt: skip
COLUMNS: Final = (
    Column("door", "How the referral came in", "referral.received: door",
           {door.value: words_of(door) for door in Door}, _sent(lambda sent, _: sent.door.value), known_to_others=True),
    Column("age_band", "Age on the day of the referral; a range over two bands is unknown",
           "referral.received: particulars.age",
           {"under_18": "0 to 17 years", "18_to_24": "18 to 24", "25_to_64": "25 to 64", "65_and_over": "65 or more",
            UNKNOWN: "not known for sure"},
           _sent(lambda sent, _: age_band(sent)), known_to_others=True),
    *(_group(name) for name in TRACKED),
    Column("referrer", "What kind of referrer", "referral.received: source_kind",
           {"law_enforcement": "police", "justice": "courts, prosecutors, defenders, probation, jail",
            "health": "emergency services, hospitals, health care, treatment", "community": "everybody else"},
           _sent(_who), known_to_others=True),
    Column("language", "The language the person speaks", "referral.received: particulars.language",
           {"first": "the site's first language", OTHER: "another"}, _sent(_language), known_to_others=True),
    Column("month", "The month of the referral, at the site", "referral.received: referred_at", {},
           _sent(_month), known_to_others=True),
    Column("area", "The place, by the site's own list", "referral.received: particulars.area", {},
           _sent(lambda sent, site: sent.area if sent.area in site.area_codes else UNKNOWN), known_to_others=True),
    Column("came_to", "The highest step it came to", "screening.determined, review.decided, assignment.*",
           {step: words_of(step) for step in STEPS}, lambda one, _: STEPS[place_of(one)[0]]),
    Column("standing", "Whether it is over", "referral.retracted, assignment.closed, assignment.ended", _ENDS,
           lambda one, _: "closed" if place_of(one)[1] else "open"),
    Column("offered_within", "From the referral to the first offer", "assignment.offered", _TIMES, _lasted("offered")),
    Column("met_within", "From the referral until case manager and person met", "assignment.handed_off", _TIMES,
           _lasted("met")),
    Column("enrolled_within", "From the day of the referral to that of the intake", "assignment.enrolled", _TIMES,
           _lasted("enrolled")),
)  # fmt: skip
"""In the order of the file. Columns known to others: those on the right are made coarser first."""
KNOWN: Final = tuple(column.name for column in COLUMNS if column.known_to_others)
_ENDINGS: Final = ("came_to", "standing")

Record = dict[str, str]


def records_of(site: Site, journeys: Iterable[Journey]) -> list[Record]:
    """Return the rows, coarse enough; none where there are fewer than LEAST, or where all of them ended alike.

    Tests, and what was recorded after the fact, are no rows.
    """
    here = [one for one in journeys if one.sent and not one.sent.test and not one.sent.after_the_fact]
    return coarsened([{column.name: column.of(one, site) for column in COLUMNS} for one in here])


def coarsened(records: Sequence[Record]) -> list[Record]:
    """Return the rows, each made coarser until it is like enough others; nothing is left of what cannot be."""
    done: list[Record] = []
    waiting = list(records)
    for kept in range(len(KNOWN), -1, -1):
        waiting = [one | dict.fromkeys(KNOWN[kept:], ANY) for one in waiting]
        enough, waiting = _apart(waiting)
        done += enough
    # The few that are left are like nobody: the smallest other sets are made as coarse as they are.
    while waiting and done:
        smallest = min(_sets(done).items(), key=lambda found: (len(found[1]), found[0]))[0]
        waiting += [one | dict.fromkeys(KNOWN, ANY) for one in done if _known(one) == smallest]
        done = [one for one in done if _known(one) != smallest]
        enough, waiting = _apart(waiting)
        done += enough
    return done


def _apart(records: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    enough: list[Record] = []
    few: list[Record] = []
    for alike in _sets(records).values():
        (enough if _is_enough(alike) else few).extend(alike)
    return enough, few


def _is_enough(alike: Sequence[Record]) -> bool:
    """Whether a set hides each of its rows: it is large, and who knows that somebody is in it learns no ending."""
    return len(alike) >= LEAST and len({tuple(one[name] for name in _ENDINGS) for one in alike}) > 1


def _sets(records: Iterable[Record]) -> dict[tuple[str, ...], list[Record]]:
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for one in records:
        found[_known(one)].append(one)
    return found


def _known(record: Record) -> tuple[str, ...]:
    return tuple(record[name] for name in KNOWN)


def as_csv(records: Iterable[Record]) -> str:
    """Return the rows as CSV, numbered in the order in which they come: hand them in shuffled."""
    names = [column.name for column in COLUMNS]
    lines = ([number, *(one[name] for name in names)] for number, one in enumerate(records, start=1))
    return in_csv(["row", *names], lines)


def codebook(site: Site, quarter: str, as_of: datetime) -> str:
    """Return the codebook as CSV: each column and code with its meaning and its source."""
    return in_csv(("column", "code", "meaning", "source", "known_to_others"), _entries(site, quarter, as_of))


def _entries(site: Site, quarter: str, as_of: datetime) -> Iterable[tuple[str, ...]]:
    about = f"{site.name}, {quarter}, as of {as_of:%Y-%m-%d}: one row a referral of the quarter."
    yield "", "", about, "", ""
    yield "row", "", "A number by chance: it leads to no record, and is another in each extract.", "made here", "no"
    for column in COLUMNS:
        known = "yes" if column.known_to_others else "no"
        yield column.name, "", column.meaning, column.source, known
        codes = dict(column.codes)
        if column.name == "area":
            codes = {area.code: area.name for area in site.areas} | {UNKNOWN: "not known"}
        if column.name in TRACKED:
            codes = codes_of(site, column.name)
        if column.name == "month":
            codes = {"YYYY-MM": "year and month"}
        if column.known_to_others:
            codes[ANY] = f"left out: with it the row would have been like fewer than {LEAST - 1} others"
        for code, meaning in codes.items():
            yield column.name, code, meaning, column.source, known
