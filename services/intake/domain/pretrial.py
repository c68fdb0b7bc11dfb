"""What a motion for pretrial diversion has to name, and whether the site knows such a road. RCW 69.50.4017."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    PretrialAssessed,
    PretrialCompleted,
    PretrialConsented,
    PretrialMoved,
    PretrialRuled,
    PretrialUpdated,
    TerminationMoved,
)
from contracts.words import Problem, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.event import Event
    from services.sites import Agency, Site

OF_THE_ROAD: Final = (
    PretrialAssessed, PretrialCompleted, PretrialConsented, PretrialMoved, PretrialRuled, PretrialUpdated,
    TerminationMoved,
)  # fmt: skip
_NAMED: Final = (("court", Role.COURT), ("prosecutor", Role.PROSECUTOR), ("counsel", Role.PUBLIC_DEFENDER))


Amiss = tuple[str, Problem]
"""The reason in one word or two, and the problem as the sender is told."""


def amiss(event: Event, agency: Agency, site: Site) -> Iterator[Amiss]:
    """Yield what is wrong with a word of the road, by the site alone: whom it may name, and who may name whom."""
    if not isinstance(event, OF_THE_ROAD):
        return
    if site.pretrial is None:
        rule = "This site has a road of court pretrial diversion."
        yield "not-permitted", Problem(field="type", rule=rule, fix="Ask the program office; nothing of it was kept.")
        return
    if isinstance(event, PretrialMoved):
        yield from _named(event, site)
        yield from _own(event, agency)


def _named(event: PretrialMoved, site: Site) -> Iterator[Amiss]:
    for field, role in _NAMED:
        slug = getattr(event, field)
        known = site.agencies.get(slug)
        if slug is not None and (known is None or known.role is not role):
            rule = f"It is an agency of this site that is {role}: nobody else is told (RCW 69.50.4017(4), (6))."
            yield "unknown-code", Problem(field=field, rule=rule, fix=f"Send one of: {_agencies(site, role)}.")


def _agencies(site: Site, role: Role) -> str:
    there = [slug for slug, one in sorted(site.agencies.items()) if one.role is role]
    return ", ".join(there) or "none; leave it out"


def _own(event: PretrialMoved, agency: Agency) -> Iterator[Amiss]:
    """Nobody speaks for another court or another defender."""
    for field, role in _NAMED:
        if agency.role is role and getattr(event, field) != agency.slug:
            rule = "A motion comes by way of the case's own court, or of who defends in it."
            yield "not-permitted", Problem(field=field, rule=rule, fix="Send your own agency here.")
