"""A site's areas on the map, as its `areas.geojson` says them (RFC 7946): longitude first, rings closed, dates, source.

A polygon says where an area is only where somebody published it. One that is `published = false` is the site's own
drawing: nothing is decided by it, and what lies in it is not known.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from contracts.words import Day, Slug
from services.sites.errors import SiteUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from types import ModuleType

    from services.sites.geometry import MultiPolygon

FILE: Final = "areas.geojson"
OUTSIDE: Final = "outside"
"""The code of every place that is in none of a site's areas; no site may call an area so."""
_CLOSED_RING: Final = 4
_LONGITUDE: Final = 180
_LATITUDE: Final = 90

Position = tuple[float, float]
Ring = tuple[Position, ...]


class Shape(BaseModel):
    """One area on the map, from a day to a day (both included; None: without end)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    code: Slug
    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Slug = "area"
    """Areas of one kind never overlap: a city and a district within it are of two kinds."""
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    published: bool
    """False: the drawing is the site's own, and what lies in it is not known."""
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    polygons: Annotated[tuple[tuple[Ring, ...], ...], Field(min_length=1)]
    """Each a ring, and the rings of its holes."""

    @model_validator(mode="after")
    def _sound(self) -> Shape:
        for ring in (ring for polygon in self.polygons for ring in polygon):
            _check_ring(ring)
        if wrong := _geometry().complaint(self.ground):
            message = f"Its rings do not cross, and holes lie within ({wrong})."
            raise ValueError(message)
        if self.since is not None and self.until is not None and self.until < self.since:
            message = "until is not before from."
            raise ValueError(message)
        return self

    @cached_property
    def ground(self) -> MultiPolygon:
        """The area as a geometry."""
        ground: MultiPolygon = _geometry().ground_of(self.polygons)
        return ground

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def covers(self, longitude: float, latitude: float) -> bool:
        """Whether the point lies in it; its border belongs to it."""
        return bool(_geometry().covers(self.ground, longitude, latitude))


class Map:
    """The areas of a site on the map. Pure: the same point on the same day is always in the same area."""

    def __init__(self, shapes: Sequence[Shape], codes: Iterable[str]) -> None:
        """`codes`: all areas of the site, whether they are on the map or not."""
        self._shapes = tuple(shapes)
        self._codes = frozenset(codes)

    def area_of(self, longitude: float, latitude: float, day: date) -> str | None:
        """Return the area in which the point lies, the first in the file of several that hold it (a shared border).

        `outside`, where every area of the site is on the map and none holds it. None: not known, for it may lie in an
        area that nobody has published.
        """
        shapes = self._published_on(day)
        found = next((one.code for one in shapes if one.covers(longitude, latitude)), None)
        if found is not None:
            return found
        return OUTSIDE if self._codes and self._codes <= {one.code for one in shapes} else None

    def contradicts(self, code: str, longitude: float, latitude: float, day: date) -> bool:
        """Whether the point is for sure in another place than the area that is named with it."""
        own = [one for one in self._published_on(day) if one.code == code]
        if own:
            return not any(one.covers(longitude, latitude) for one in own)
        return self.area_of(longitude, latitude, day) is not None

    def nearest(self, code: str, day: date) -> Mapping[str, int]:
        """Return the rank of each area that is on the map by its distance: those with a shared border first.

        Empty where the area itself is not on the map. The others follow by how far their middles are.
        """
        there = {one.code: one.ground for one in self._published_on(day)}
        here = there.get(code)
        if here is None:
            return {}
        sums = _geometry()
        far = {one: (one != code, not sums.touch(here, it), sums.apart(here, it)) for one, it in there.items()}
        return {one: rank for rank, one in enumerate(sorted(far, key=lambda one: (far[one], one)))}

    def _published_on(self, day: date) -> list[Shape]:
        return [one for one in self._shapes if one.published and one.holds_on(day)]


def shapes_of(text: str) -> tuple[Shape, ...]:
    """Read a file of areas.

    Raises:
        SiteUnreadable: it is not GeoJSON, or an area breaks its rule; named by its code, else by its place.
    """
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise SiteUnreadable(f"{FILE}:{error.lineno}: file: It is JSON. {error.msg}.") from None
    features = said.get("features") if isinstance(said, dict) and said.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise SiteUnreadable(f"{FILE}: type: It is a FeatureCollection with its features.")
    try:
        return _SHAPES.validate_python([_flat(one, place) for place, one in enumerate(features)])
    except ValidationError as error:
        raise SiteUnreadable(*(_misread(one["loc"], one["msg"], features) for one in error.errors())) from None


def problems_of_places(shapes: Sequence[Shape], names: Mapping[str, str]) -> Iterator[str]:
    """Yield what does not hold between the areas on the map, and between them and the site's list of areas."""
    if OUTSIDE in names:
        yield f"areas.toml: area: {OUTSIDE} is the code of what is in no area. Give this one another."
    for one in shapes:
        if one.code not in names:
            yield f"{FILE}: {one.code}: No such area: {one.code}. Name areas of areas.toml."
        elif one.name != names[one.code]:
            yield f"{FILE}: {one.code}.name: It is the name in areas.toml: {names[one.code]}."
    for number, one in enumerate(shapes):
        for other in shapes[number + 1 :]:
            if one.kind == other.kind and _at_one_time(one, other) and _geometry().overlap(one.ground, other.ground):
                yield (
                    f"{FILE}: {one.code}: It overlaps {other.code}, which is of the same kind ({one.kind}). "
                    "Draw them apart, date them apart, or say of what other kind one is."
                )


def _check_ring(ring: Ring) -> None:
    if len(ring) < _CLOSED_RING or ring[0] != ring[-1]:
        message = "Each ring has at least four positions, and ends where it begins."
        raise ValueError(message)
    if any(abs(longitude) > _LONGITUDE or abs(latitude) > _LATITUDE for longitude, latitude in ring):
        message = "A position is longitude (-180 to 180), then latitude (-90 to 90): is it the other way round?"
        raise ValueError(message)


def _at_one_time(one: Shape, other: Shape) -> bool:
    return (one.since is None or other.until is None or one.since <= other.until) and (
        other.since is None or one.until is None or other.since <= one.until
    )


def _geometry() -> ModuleType:
    from services.sites import geometry  # noqa: PLC0415  # most sites have no map, and every command starts sooner

    return geometry


_SHAPES: Final = TypeAdapter(tuple[Shape, ...])


def _flat(feature: Any, place: int) -> dict[str, Any]:
    """Return a feature's properties with its polygons beside them.

    Raises:
        SiteUnreadable: it is no feature with a polygon.
    """
    here = f"{FILE}: features.{place}"
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise SiteUnreadable(f"{here}.properties: Each feature has its code, name, published and citation.")
    geometry = feature.get("geometry")
    match geometry:
        case {"type": "Polygon", "coordinates": list(coordinates)}:
            polygons = [coordinates]
        case {"type": "MultiPolygon", "coordinates": list(coordinates)}:
            polygons = coordinates
        case _:
            raise SiteUnreadable(f"{here}.geometry: It is a Polygon or a MultiPolygon.")
    return {**feature["properties"], "polygons": polygons}


def _misread(location: Sequence[int | str], rule: str, features: Sequence[Any]) -> str:
    place, *key = location
    code = features[int(place)]["properties"].get("code", f"features.{place}")
    return f"{FILE}: {'.'.join(str(part) for part in (code, *key))}: {rule.removeprefix('Value error, ')}"
