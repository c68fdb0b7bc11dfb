"""A point on the map becomes the code of an area at the door; nobody behind it meets the point in the clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from services.intake.domain.sections import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from contracts.catalogue import ReferralSubmitted
    from contracts.parts import Point
    from services.sites import Site


class Told(NamedTuple):
    """One place as its sender tells it: in which fields, by which code, by which point."""

    field: str
    area: str | None
    point: Point | None


def contradicted(event: ReferralSubmitted, site: Site, referred_at: datetime) -> Iterator[str]:
    """Yield the fields whose code and point are for sure two places: the sender alone knows which of them is wrong."""
    day = day_of(referred_at, site.timezone)
    for field, area, point in _places(event):
        if area is None or point is None or area not in site.area_codes:
            continue
        if site.map.contradicts(area, point.longitude, point.latitude, day):
            yield field


def placed(event: ReferralSubmitted, site: Site) -> ReferralSubmitted:
    """Return the referral with the codes of its points, as the map was on its day; a code that is told stands."""
    here, home = _places(event)
    changes: dict[str, Any] = {}
    if here.area is None and here.point is not None:
        changes["location"] = event.location.model_copy(update={"area": _code(here.point, event, site)})
    if home.area is None and home.point is not None:
        changes["residence_area"] = _code(home.point, event, site)
    return event.model_copy(update=changes) if changes else event


def _code(point: Point, event: ReferralSubmitted, site: Site) -> str | None:
    return site.map.area_of(point.longitude, point.latitude, day_of(event.referred_at, site.timezone))


def _places(event: ReferralSubmitted) -> tuple[Told, Told]:
    return (
        Told("location.area", event.location.area, event.location.point),
        Told("residence_area", event.residence_area, event.residence_point),
    )
