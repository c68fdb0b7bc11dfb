"""Which sites of a hub have named each other as neighbours."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.sites import Site


class Pair(NamedTuple):
    """People may move from the site `here` to the site `there`."""

    here: str
    there: str
    at_here: str
    """The slug by which the other program is a partner of `here`."""
    at_there: str
    """The slug by which this program is a partner of `there`."""


def pairs(sites: Iterable[Site]) -> Iterator[Pair]:
    """Name every direction in which people may move: both sites have to name the other."""
    for here, there in permutations(sites, 2):
        at_here, at_there = _neighbour(here, there.slug), _neighbour(there, here.slug)
        if at_here is not None and at_there is not None:
            yield Pair(here.slug, there.slug, at_here, at_there)


def _neighbour(site: Site, of: str) -> str | None:
    return next((slug for slug, agency in sorted(site.agencies.items()) if agency.neighbour == of), None)
