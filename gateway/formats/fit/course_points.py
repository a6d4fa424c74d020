"""Where on a course its way-points are passed."""

from bisect import bisect_left
from collections.abc import Iterator
from math import cos, radians
from typing import NamedTuple

from gateway.formats.fit.course_line import Line
from gateway.formats.geo import EARTH_RADIUS, MAX_LATITUDE, MAX_LONGITUDE
from gateway.formats.track import Waypoint

REACH = 50.0
"""Metres from the line within which a way-point lies on the way."""

MOST_SOUGHT = 200
"""How many way-points are looked for, as many as devices keep: bounds the time."""

_BLOCK = 64
_DEGREE = radians(1) * EARTH_RADIUS


class Stop(NamedTuple):
    """A way-point on the way, passed before record number ``before``, at a distance (m) and a Unix time."""

    before: int
    distance: float
    time: float
    waypoint: Waypoint


class _Block(NamedTuple):
    first: int
    behind: int
    south: float
    west: float
    north: float
    east: float


def stops(line: Line, waypoints: tuple[Waypoint, ...]) -> list[Stop]:
    """Return the course points, and the way-points whose next stretch of the line is within ``REACH``, in order."""
    last = len(line.samples) - 1
    placed = [point for point in waypoints if abs(point.lat) <= MAX_LATITUDE and abs(point.lon) <= MAX_LONGITUDE]
    found = [
        _at(line, min(bisect_left(line.samples, point.index), last), 0.0, point)
        for point in placed
        if point.index is not None
    ]
    beside = [point for point in placed if point.index is None]
    blocks = list(_blocks(line)) if beside else []
    for waypoint in beside[:MOST_SOUGHT]:
        place = _nearest(line, blocks, waypoint)
        if place is not None:
            found.append(_at(line, *place, waypoint))
    return sorted(found, key=lambda stop: (stop.before, stop.distance))


def _at(line: Line, index: int, share: float, waypoint: Waypoint) -> Stop:
    """Return a stop at a share of the stretch that begins with record ``index``."""
    if not share:
        return Stop(index, line.distance[index], line.time[index], waypoint)
    distance, time = (
        column[index] + share * (column[index + 1] - column[index]) for column in (line.distance, line.time)
    )
    return Stop(index + 1, distance, time, waypoint)


def _blocks(line: Line) -> Iterator[_Block]:
    """Yield the boxes of runs of stretches, so that most of a line need not be looked at."""
    stretches = max(len(line.lat) - 1, 1)
    for first in range(0, stretches, _BLOCK):
        behind = min(first + _BLOCK, stretches)
        latitudes, longitudes = line.lat[first : behind + 1], line.lon[first : behind + 1]
        yield _Block(first, behind, min(latitudes), min(longitudes), max(latitudes), max(longitudes))


def _nearest(line: Line, blocks: list[_Block], waypoint: Waypoint) -> tuple[int, float] | None:
    """Return the next stretch within ``REACH``, by its first record, and the share of it that is gone by then."""
    east_degree = _DEGREE * max(cos(radians(waypoint.lat)), 1e-6)
    high, wide = REACH / _DEGREE, REACH / east_degree
    best, place = REACH**2, None
    for block in blocks:
        if not (block.south - high <= waypoint.lat <= block.north + high):
            continue
        if not (block.west - wide <= waypoint.lon <= block.east + wide):
            continue
        for index in range(block.first, block.behind):
            after = min(index + 1, len(line.lat) - 1)
            x, y = (line.lon[index] - waypoint.lon) * east_degree, (line.lat[index] - waypoint.lat) * _DEGREE
            dx, dy = (line.lon[after] - line.lon[index]) * east_degree, (line.lat[after] - line.lat[index]) * _DEGREE
            length = dx * dx + dy * dy
            share = min(max(-(x * dx + y * dy) / length, 0.0), 1.0) if length else 0.0
            away = (x + share * dx) ** 2 + (y + share * dy) ** 2
            if away <= best:
                best, place = away, (index, share)
    return place
