"""Distance and extent of points on the Earth."""

from collections.abc import Sequence
from itertools import islice
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0

Box = tuple[float, float, float, float]
"""South, west, north, east in degrees; a line over the date line spans all longitudes."""


def steps(latitudes: Sequence[float], longitudes: Sequence[float]) -> list[float]:
    """Return the metres from each point (degrees, none nan) to the next, by the haversine formula."""
    phis = list(map(radians, latitudes))
    lambdas = map(radians, longitudes)
    cosines = list(map(cos, phis))
    pairs = zip(phis, islice(phis, 1, None), _changes(list(lambdas)), cosines, islice(cosines, 1, None), strict=False)
    return [
        2 * EARTH_RADIUS * asin(min(1.0, sqrt(sin((b - a) / 2) ** 2 + here * there * sin(turn / 2) ** 2)))
        for a, b, turn, here, there in pairs
    ]


def _changes(values: list[float]) -> list[float]:
    return [after - before for before, after in zip(values, islice(values, 1, None), strict=False)]


def box(latitudes: Sequence[float], longitudes: Sequence[float]) -> Box | None:
    """Return the bounding box of points without nan, rounded to seven decimals (1 cm), ``None`` without points."""
    if not latitudes:
        return None
    return rounded_box(min(latitudes), min(longitudes), max(latitudes), max(longitudes))


def around(boxes: Sequence[Box]) -> Box | None:
    """Return the box around all ``boxes``."""
    if not boxes:
        return None
    souths, wests, norths, easts = zip(*boxes, strict=True)
    return min(souths), min(wests), max(norths), max(easts)


def rounded_box(south: float, west: float, north: float, east: float) -> Box:
    """Return the box in degrees with seven decimals."""
    return (round(south, 7), round(west, 7), round(north, 7), round(east, 7))
