"""Whose cases go to which prosecutor: a diverted arrest whose charge nobody holds would have no deadline. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.words import Door, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites.site import Site


def unheld(site: Site) -> tuple[str, ...]:
    """Name the police who divert at an arrest and whose cases no prosecutor of the site gets: no charge is held."""
    return tuple(
        slug
        for slug, agency in sorted(site.agencies.items())
        if agency.role is Role.LAW_ENFORCEMENT
        and Door.ARREST_DIVERSION in agency.may_refer
        and not site.prosecutors_of(slug)
    )


def problems_of_jurisdictions(site: Site) -> Iterator[str]:
    """Yield every police agency that was left out, as `file: key: rule`, where the site says who gets whose cases.

    Where it says so of nobody, nothing is published, and nothing is refused: `hub sites` names them (`unheld`).
    """
    if not any(agency.jurisdiction for agency in site.agencies.values()):
        return
    for slug in unheld(site):
        yield (
            f"agencies: {slug}.jurisdiction: Police who divert at an arrest are in a prosecutor's jurisdiction, or "
            "nobody holds the charge. Next: name them in the jurisdiction of the prosecutor who gets their cases, or "
            "take arrest_diversion out of their may_refer."
        )
