"""Polygons by way of shapely, so that whoever serves a site without a map starts without it."""

from __future__ import annotations

from math import cos, hypot, radians
from typing import TYPE_CHECKING

from shapely import MultiPolygon, Point, Polygon
from shapely.validation import explain_validity

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MultiPolygon", "apart", "complaint", "covers", "ground_of", "overlap", "touch"]


def ground_of(polygons: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> MultiPolygon:
    """Return polygons, each a ring and the rings of its holes, as one geometry."""
    return MultiPolygon([Polygon(outer, holes) for outer, *holes in polygons])


def complaint(ground: MultiPolygon) -> str | None:
    """Return why it is no ground on which one can stand: rings that cross, holes outside; None for a sound one."""
    return None if ground.is_valid and not ground.is_empty else explain_validity(ground)


def covers(ground: MultiPolygon, longitude: float, latitude: float) -> bool:
    """Whether the point lies in it; its border belongs to it."""
    return bool(ground.covers(Point(longitude, latitude)))


def overlap(one: MultiPolygon, other: MultiPolygon) -> bool:
    """Whether they share more than a border."""
    return bool(one.intersection(other).area > 0)


def touch(one: MultiPolygon, other: MultiPolygon) -> bool:
    """Whether they share at least a point."""
    return bool(one.intersects(other))


def apart(one: MultiPolygon, other: MultiPolygon) -> float:
    """Return how far their middles are from each other, in degrees of latitude, on a plane: for towns of one county."""
    here, there = one.centroid, other.centroid
    shrunk = cos(radians((here.y + there.y) / 2))
    return hypot((here.x - there.x) * shrunk, here.y - there.y)
