"""By what a report divides referrals: closed lists of codes, so that a row says nothing by being there.

Race, ethnicity, gender, gender identity, disability and service in the armed forces are counted in codes that intake
keeps for reports alone: no record is opened. `declined` (asked, and not told) stands apart from `unknown`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.words import AgeBand, Answer, Door, SourceKind
from services.console.domain import Sent
from services.reporting.ladder import Place, place_of
from services.reporting.paper import words_of
from services.sites.places import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.console.domain import Journey
    from services.sites import Site

UNKNOWN: Final = "unknown"
OTHER: Final = "other"
DECLINED: Final = "declined"
TRACKED: Final = {
    "race": "By race",
    "ethnicity": "By ethnicity",
    "gender": "By gender",
    "gender_identity": "By gender expression or identity",
    "disability": "By disability",
}
"""What RCW 69.50.4017(12) has programs track, beside the age."""
_AGES: Final = (
    (0, 17, AgeBand.UNDER_18),
    (18, 24, AgeBand.FROM_18_TO_24),
    (25, 64, AgeBand.FROM_25_TO_64),
    (65, 200, AgeBand.FROM_65),
)


@dataclass(frozen=True)
class Group:
    """One way to divide referrals: its codes with their labels, and which of them a referral has."""

    code: str
    title: str
    labels: Mapping[str, str]
    of: Callable[[Sent], str]

    def places(self, journeys: Iterable[Journey]) -> dict[str, Counter[Place]]:
        """Return the places of the referrals by code; a code that is not on the list counts as the list's last."""
        found: dict[str, Counter[Place]] = {code: Counter() for code in self.labels}
        last = next(reversed(found))
        for journey in journeys:
            if journey.sent is not None:
                code = self.of(journey.sent)
                found[code if code in found else last][place_of(journey)] += 1
        return found


def labelled(codes: Iterable[str]) -> dict[str, str]:
    """Return codes with themselves as words."""
    return {code: words_of(code) for code in codes}


def age_band(sent: Sent) -> str:
    """Return the band in which the age is for sure; of a range over two bands, unknown."""
    if sent.age is None:
        return AgeBand.UNKNOWN.value
    least, most = sent.age
    return next((band.value for low, high, band in _AGES if low <= least and most <= high), AgeBand.UNKNOWN.value)


DOORS: Final = Group("door", "By door", labelled(door.value for door in Door), lambda sent: sent.door.value)


def sources_at(site: Site, door: Door) -> Group:
    """Return who may refer at a door of the site."""
    may = {kind.value for agency in site.agencies.values() for kind in agency.may_refer.get(door, ())}
    codes = [kind.value for kind in SourceKind if kind.value in may and kind is not SourceKind.OTHER]
    return Group("source", "By who refers", labelled([*codes, OTHER]), lambda sent: sent.source_kind.value)


def groups_of(site: Site) -> tuple[Group, ...]:
    """Return by what the people of a site are told apart."""
    areas = {area.code: area.name for area in site.areas} | {OUTSIDE: "in none of them", UNKNOWN: "not known"}
    spoken = [*sorted(site.receipts.words), OTHER]
    return (
        Group("age_band", "By age", labelled(band.value for band in AgeBand), age_band),
        Group("area", "By place", areas, lambda sent: sent.area or UNKNOWN),
        Group("language", "By language", labelled(spoken), lambda sent: sent.language),
        Group("interpreter", "By need of an interpreter", labelled(one.value for one in Answer), _interpreter),
        *(Group(name, title, codes_of(site, name), _told(name)) for name, title in TRACKED.items()),
        Group("veteran", "By service in the armed forces", labelled(one.value for one in Answer), _told("veteran")),
    )


def codes_of(site: Site, name: str) -> dict[str, str]:
    """Return the site's codes of one of the demographics; first those that say something, `unknown` last."""
    codes: frozenset[str] = getattr(site.demographics, name)
    last = (*({DECLINED} & codes), UNKNOWN)
    return labelled([*sorted(codes - set(last)), *last])


def _told(name: str) -> Callable[[Sent], str]:
    return lambda sent: sent.groups.get(name, UNKNOWN)


def _interpreter(sent: Sent) -> str:
    return sent.interpreter
