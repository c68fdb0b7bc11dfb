"""Areas of an invented town on the map: two that touch, one with a hole, as a site's file says them."""

import json


def square(west, south, side=1.0):
    """A closed ring, longitude first."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code, *rings, **properties):
    """One area of the map; without rings a square of its own."""
    said = {"code": code, "name": f"{code} of the sample", "published": True, "citation": "the town's own map"}
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    return {"type": "Feature", "properties": said | properties, "geometry": geometry}


def in_file(*features):
    """The text of a file of areas."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


RIVERSIDE = feature("riverside", square(10, 50))
HILLS = feature("hills", square(11, 50))
MEADOW = feature("meadow", square(13, 50), square(13.25, 50.25, 0.5))
