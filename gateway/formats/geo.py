"""Distance and extent of points on the Earth."""

from collections.abc import Sequence
from itertools import islice
from math import asin, cos, hypot, radians, sin, sqrt

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0

_NEAR = 0.001
"""Radians, some 6 km."""

Box = tuple[float, float, float, float]
"""South, west, north, east in degrees; a line over the date line spans all longitudes."""


def steps(latitudes: Sequence[float], longitudes: Sequence[float]) -> list[float]:
    """Return the metres from each point (degrees, none nan) to the next, on the great circle.

    Up to ``_NEAR`` the Earth is taken as flat, with the mean of both cosines, which errs by less than a millionth and
    takes half the time; further apart the haversine formula holds.
    """
    phis = list(map(radians, latitudes))
    lambdas = list(map(radians, longitudes))
    cosines = list(map(cos, phis))
    return [
        EARTH_RADIUS * hypot(there - here, (cos_here + cos_there) * (east - west) / 2)
        if -_NEAR < there - here < _NEAR and -_NEAR < east - west < _NEAR
        else _haversine(there - here, east - west, cos_here * cos_there)
        for here, there, west, east, cos_here, cos_there in zip(
            phis,
            islice(phis, 1, None),
            lambdas,
            islice(lambdas, 1, None),
            cosines,
            islice(cosines, 1, None),
            strict=False,
        )
    ]


def _haversine(north: float, east: float, cosines: float) -> float:
    """Return the metres between two points, by their differences in radians and the product of their cosines."""
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(sin(north / 2) ** 2 + cosines * sin(east / 2) ** 2)))


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
