"""The site's case-management agencies: whom each suits, and in which order a newcomer is offered to them.

For a minor a youth provider comes first; who names the area before who works everywhere; who sets out from nearer by,
where the site says what is near and where its agencies are; who speaks the language; who is less full; and last the
slug. Language is a matter of order only: with an interpreter any agency is better than none.
While an officer waits, those on call come before all others, in the rota's order (`candidates`).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from contracts.words import AgeBand
from services.sites import Rota

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from contracts.parts import AgeFact
    from contracts.words import Door
    from services.assignment.domain.board import Board
    from services.assignment.domain.kept import Terms, Told
    from services.sites import Agency, Site

ADULT: Final = 18
_OLDEST: Final = 125
_BANDS: Final = (
    (0, 17, AgeBand.UNDER_18),
    (18, 24, AgeBand.FROM_18_TO_24),
    (25, 64, AgeBand.FROM_25_TO_64),
    (65, _OLDEST, AgeBand.FROM_65),
)
_KINDS_KNOWN: Final = 2_000

Preference = tuple[bool, int, int, bool]
"""The lesser is asked first: for the other age group, its ground, how far it comes, without the language."""


class CaseManagers:
    """What the site says of them; who suits a kind of referral is worked out once."""

    def __init__(self, site: Site, rota: Rota | None = None) -> None:
        """Only those of the site that get first offers."""
        self.site = site
        self.slugs = frozenset(agency.slug for agency in site.case_management)
        self.rota = rota or Rota(site)
        self._some_are_nearer = any(agency.based_in for agency in site.case_management)
        self._suited = lru_cache(maxsize=_KINDS_KNOWN)(self._who_suits)

    def for_newcomers(self, board: Board, told: Told) -> Iterator[str]:
        """Yield the agencies that suit whoever is referred so, in the order in which a newcomer is offered to them."""
        youngest, oldest = _range(told.age)
        day = self.site.local_time(told.at).date() if self._some_are_nearer else None
        for alike in self._suited(told.door, told.area, youngest, oldest, told.language, day):
            yield from alike if len(alike) == 1 else sorted(alike, key=board.load)

    def suit(self, slug: str, terms: Terms) -> bool:
        """Whether the agency meets people of whom an offer says this."""
        youngest, oldest = next(((low, high) for low, high, band in _BANDS if band is terms.age_band), (0, _OLDEST))
        return _suits(self.site.agencies[slug], terms.door, terms.area, youngest, oldest)

    def _who_suits(
        self, door: Door, area: str | None, youngest: int, oldest: int, language: str, day: date | None
    ) -> tuple[tuple[str, ...], ...]:
        """Return who suits, by preference; those who are alike in that stand together, by slug."""
        ranks = {} if day is None else self.site.nearest(area, day)
        suited = sorted(
            (_preference(agency, area, oldest, language, ranks), agency.slug)
            for agency in self.site.case_management
            if _suits(agency, door, area, youngest, oldest)
        )
        return tuple(tuple(slug for _, slug in alike) for _, alike in groupby(suited, key=itemgetter(0)))


def age_band(age: AgeFact) -> AgeBand:
    """Return the band of an exact or estimated age; an estimate over two bands is unknown, not guessed."""
    if age.from_years is None or age.to_years is None:
        return AgeBand.UNKNOWN
    for youngest, oldest, band in _BANDS:
        if youngest <= age.from_years and age.to_years <= oldest:
            return band
    return AgeBand.UNKNOWN


def _suits(agency: Agency, door: Door, area: str | None, youngest: int, oldest: int) -> bool:
    """Whether the agency meets people of this door, in this area, of this age. What is not known excludes nobody."""
    of_age = youngest <= (_OLDEST if agency.max_age is None else agency.max_age) and oldest >= (agency.min_age or 0)
    return door in agency.doors and agency.covers(area) and of_age


def _preference(agency: Agency, area: str | None, oldest: int, language: str, ranks: Mapping[str, int]) -> Preference:
    for_youth = agency.max_age is not None
    named = area is not None and area in agency.areas
    ground = 0 if named else 1 if not agency.areas else 2
    speaks = not agency.languages or language in agency.languages
    # Where nothing is known of how far somebody comes, that is after all of whom something is.
    comes = ranks.get(agency.based_in or "", len(ranks))
    return for_youth != (oldest < ADULT), ground, comes, not speaks


def _range(age: AgeFact) -> tuple[int, int]:
    return age.from_years or 0, _OLDEST if age.to_years is None else age.to_years
