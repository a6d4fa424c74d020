"""The way over the ground as pixels: equirectangular, thinned to what an eye can tell apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import cos, isnan, radians
from typing import Final

from gateway.formats import Track
from gateway.formats.geo import EARTH_RADIUS
from gateway.plot.axis import known

_TURN = 360.0
_DOWN = radians(1) * EARTH_RADIUS  # metres a degree of latitude
_LEAST_METRES = 60.0
_NARROWEST: Final = 0.01
"""Cosine at which meridians stop to converge: beyond 89.4 degrees."""
_MOST_POINTS = 3000
_APART = 1.0
"""Pixels between two points of a line."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sample on the ground, in metres or pixels to the right and down; ``begins`` a line of its own."""

    x: float
    y: float
    sample: int
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """The samples that have positions, in metres; ``right`` metres a degree of longitude, ``first`` the first one's."""

    places: list[Place]
    right: float = 0.0
    first: float = 0.0

    def metres(self, lat: float, lon: float) -> tuple[float, float]:
        """Project a position, on the side of the date line where the route is."""
        return (lon - _TURN * round((lon - self.first) / _TURN)) * self.right, -lat * _DOWN


def ground(track: Track) -> Ground:
    """Project a track about its middle latitude; a way over the date line goes on."""
    found = list(_degrees(track))
    if not found:
        return Ground([])
    south, north = min(lat for lat, *_ in found), max(lat for lat, *_ in found)
    right = _DOWN * max(_NARROWEST, cos(radians((south + north) / 2)))
    placed = [Place(lon * right, -lat * _DOWN, sample, begins) for lat, lon, sample, begins in found]
    return Ground(placed, right, found[0][1])


def _degrees(track: Track) -> Iterator[tuple[float, float, int, bool]]:
    breaks = set(track.breaks)
    begins, before = True, None
    for sample, (lat, lon) in enumerate(zip(known(track, "lat"), known(track, "lon"), strict=True)):
        begins = begins or sample in breaks
        if not isnan(lat + lon):
            turned = lon if before is None else lon - _TURN * round((lon - before) / _TURN)
            yield lat, turned, sample, begins
            begins, before = False, turned


@dataclass(frozen=True, slots=True)
class Fitted:
    """A route inside a box: its places in pixels, thinned, the metres that a pixel has, and where pixel 0 lies."""

    places: list[Place]
    per_pixel: float
    height: float
    left: float
    above: float

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Give the pixel of metres."""
        return self.left + x / self.per_pixel, self.above + y / self.per_pixel

    def lines(self) -> list[list[Place]]:
        """Return the places as lines, one a segment."""
        found: list[list[Place]] = []
        for place in self.places:
            if place.begins or not found:
                found.append([])
            found[-1].append(place)
        return found


def fit(route: list[Place], width: float, heights: tuple[float, float], pad: float) -> Fitted:
    """Place a route (one sample at least) in a box of ``width`` and a height between ``heights``, ``pad`` inside."""
    west, east = min(place.x for place in route), max(place.x for place in route)
    top, bottom = min(place.y for place in route), max(place.y for place in route)
    across, down = max(east - west, _LEAST_METRES), max(bottom - top, _LEAST_METRES)
    per_pixel = max(across / (width - 2 * pad), down / (heights[1] - 2 * pad))
    height = min(heights[1], max(heights[0], (bottom - top) / per_pixel + 2 * pad))
    left = width / 2 - (west + east) / 2 / per_pixel
    above = height / 2 - (top + bottom) / 2 / per_pixel
    moved = (
        Place(left + place.x / per_pixel, above + place.y / per_pixel, place.sample, place.begins) for place in route
    )
    return Fitted(_capped(_apart(moved)), per_pixel, height, left, above)


def _apart(moved: Iterator[Place]) -> list[Place]:
    """Leave out what is less than a pixel from its predecessor, but neither the first nor the last."""
    kept: list[Place] = []
    place = None
    for place in moved:
        if place.begins or abs(place.x - kept[-1].x) + abs(place.y - kept[-1].y) >= _APART:
            kept.append(place)
    return [*kept, place] if place and place is not kept[-1] else kept


def _capped(kept: list[Place]) -> list[Place]:
    """Take every so manieth of a route that would fill the picture; the line still ends where it ended."""
    step = -(-len(kept) // _MOST_POINTS)
    if step == 1:
        return kept
    chosen = [*range(0, len(kept) - 1, step), len(kept) - 1]
    begun = [any(place.begins for place in kept[before + 1 : index + 1]) for before, index in pairwise([-1, *chosen])]
    return [
        Place(kept[index].x, kept[index].y, kept[index].sample, begins)
        for index, begins in zip(chosen, begun, strict=True)
    ]
