"""Fewer samples that tell the same way: to a number of points, or to what a file may weigh.

Ramer and Douglas-Peucker: of all samples between two that are kept, the one furthest from the line between them is the
next to be kept. Here always the furthest of all comes first, so that more points only add to fewer. Distances are those
on the sphere from the great-circle segment, whose ends count where a sample lies beside it; they are computed with unit
vectors, which know neither poles nor a date line.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush
from itertools import islice, pairwise
from math import asin, cos, radians, sin, sqrt

from gateway.errors import TooLarge
from gateway.formats.geo import EARTH_RADIUS, MAX_LATITUDE, MAX_LONGITUDE
from gateway.formats.track import Track

MIN_POINTS = 2
LOOKS = 64
"""Distances to compute for each sample, on the average; recorded tracks need 5 to 20.

Some lines would need one for each pair of samples. Once the looks are used up, a line is split in its middle, and each
split is half as urgent as the one before.
"""
_WRITES, _GUESSES = 16, 4

Vector = tuple[float, float, float]
Split = tuple[float, int, int, int]
"""Minus the urgency in metres (a heap has its smallest first), where to split, and the ends of the line to be split."""


def simplified(track: Track, points: int) -> Track:
    """Return the track with at most ``points`` samples (but 2), the most telling ones, each with all its columns.

    The first and the last sample with a place stay; so do, as far as ``points`` allows, those of course points, then
    both ends of each break. What belonged to a sample that went belongs to the next one kept. Samples without a place
    go first; a track without any place is thinned evenly. The summary stays that of the whole track.
    """
    if len(track) <= max(points, MIN_POINTS):
        return track
    return _reduced(track, _Choice(track).best(max(points, MIN_POINTS)))


def fitted(track: Track, write: Callable[[Track], bytes], size: int) -> bytes:
    """Return what ``write`` makes of the track with as many samples as go into ``size`` bytes.

    It writes 18 times at most. Way-points and course points all stay: raises ``TooLarge`` when they and two samples are
    too much already.
    """
    data = write(track)
    if len(data) <= size:
        return data
    choice = _Choice(track)
    few, many, most = MIN_POINTS, choice.size + 1, len(data)
    best = write(_reduced(track, choice.best(few)))
    if len(best) > size:
        ballast = f" and {len(track.waypoints)} way-points" if track.waypoints else ""
        raise TooLarge(f"two points{ballast} make {len(best)} bytes; the limit is {size}")
    for trial in range(_WRITES):
        if many - few <= 1:
            break
        guess = few + (many - few) * (size - len(best)) // (most - len(best))
        middle = min(max(guess, few + 1), many - 1) if trial < _GUESSES else (few + many) // 2
        data = write(_reduced(track, choice.best(middle)))
        if len(data) <= size:
            few, best = middle, data
        else:
            many, most = middle, len(data)
    return best


def _reduced(track: Track, kept: Sequence[int]) -> Track:
    """Return the track with the samples of the given indexes only, which are in order."""
    waypoints = (
        waypoint if waypoint.index is None else replace(waypoint, index=_place_of(waypoint.index, kept))
        for waypoint in track.waypoints
    )
    return replace(
        track,
        columns={name: array("d", map(column.__getitem__, kept)) for name, column in track.columns.items()},
        breaks=tuple(sorted({bisect_left(kept, at) for at in track.breaks} - {0, len(kept)})),
        waypoints=tuple(waypoints),
    )


def _place_of(index: int, kept: Sequence[int]) -> int:
    """Return where the sample is among those kept, or the next one; the last for what lies behind all."""
    return min(bisect_left(kept, index), len(kept) - 1)


class _Choice:
    """The order in which the samples of a track tell about it. ``size`` is how many can be chosen from."""

    def __init__(self, track: Track) -> None:
        places = list(zip(track.column("lat"), track.column("lon"), strict=True))
        placed = [
            index for index, (lat, lon) in enumerate(places) if abs(lat) <= MAX_LATITUDE and abs(lon) <= MAX_LONGITUDE
        ]
        self._indexes: Sequence[int] = placed or range(len(track))
        self._line = [_unit_vector(*places[index]) for index in placed]
        self.size = len(self._indexes)
        ends = {0, self.size - 1} if self.size else set()
        points = [waypoint.index for waypoint in track.waypoints if waypoint.index is not None]
        on_the_way = {_place_of(index, self._indexes) for index in points}
        pauses = {_place_of(at + side, self._indexes) for at in track.breaks for side in (-1, 0)}
        self._fixed = [sorted(ends | on_the_way | pauses), sorted(ends | on_the_way), sorted(ends)]
        self._orders = [iter(_Splits(self._line, fixed)) for fixed in self._fixed]
        self._further: list[list[int]] = [[], [], []]

    def best(self, count: int) -> list[int]:
        """Return the indexes of the ``count`` (2 at least) most telling samples, in order."""
        rank = next(rank for rank, fixed in enumerate(self._fixed) if len(fixed) <= count)
        wanted = count - len(self._fixed[rank])
        further = self._further[rank]
        further += islice(self._orders[rank], max(wanted - len(further), 0))
        return sorted(self._indexes[at] for at in (*self._fixed[rank], *further[:wanted]))


class _Splits:
    """Yields where to split a line next, the most urgent first, until every sample is an end."""

    def __init__(self, line: Sequence[Vector], fixed: Sequence[int]) -> None:
        self._line = line
        self._fixed = fixed
        self._looks = LOOKS * len(line)

    def __iter__(self) -> Iterator[int]:
        heap = [self._split(start, end, 1.0) for start, end in pairwise(self._fixed) if end - start > 1]
        heapify(heap)
        while heap:
            urgency, middle, start, end = heappop(heap)
            yield middle
            if middle - start > 1:
                heappush(heap, self._split(start, middle, -urgency / 2))
            if end - middle > 1:
                heappush(heap, self._split(middle, end, -urgency / 2))

    def _split(self, start: int, end: int, urgency: float) -> Split:
        if self._looks < end - start:
            return -urgency, (start + end) // 2, start, end
        self._looks -= end - start
        distance, middle = _furthest(self._line, start, end)
        return -distance, middle, start, end


def _unit_vector(latitude: float, longitude: float) -> Vector:
    phi, theta = radians(latitude), radians(longitude)
    return cos(phi) * cos(theta), cos(phi) * sin(theta), sin(phi)


def _furthest(line: Sequence[Vector], start: int, end: int) -> tuple[float, int]:
    """Return the greatest distance in metres from the segment between two samples, and the sample that has it.

    A point p beside neither end a nor b is at the angle whose sine is p·n, n being the normal of the great circle. All
    products are of differences from an end, since p and a are almost the same vector. Angles are compared by the
    squares of their sines.
    """
    (ax, ay, az), (bx, by, bz) = line[start], line[end]
    nx, ny, nz = _normal(line[start], line[end])
    tx, ty, tz = ny * az - nz * ay, nz * ax - nx * az, nx * ay - ny * ax  # at a, towards b; 0 where b is a
    ux, uy, uz = by * nz - bz * ny, bz * nx - bx * nz, bx * ny - by * nx  # at b, towards a
    most, furthest = -1.0, start + 1
    for index, (x, y, z) in enumerate(line[start + 1 : end], start + 1):
        dx, dy, dz, ex, ey, ez = x - ax, y - ay, z - az, x - bx, y - by, z - bz
        if dx * tx + dy * ty + dz * tz > 0 and ex * ux + ey * uy + ez * uz > 0:
            square = (dx * nx + dy * ny + dz * nz) ** 2
        else:
            square = _sine_square(min(dx * dx + dy * dy + dz * dz, ex * ex + ey * ey + ez * ez))
        if square > most:
            most, furthest = square, index
    angle = asin(sqrt(most)) if most <= 1 else 2 * asin(min(sqrt(most + 1) / 2, 1.0))
    return angle * EARTH_RADIUS, furthest


def _normal(a: Vector, b: Vector) -> Vector:
    """Return the unit normal of the great circle through both, 0 when they are the same."""
    (ax, ay, az), (bx, by, bz) = a, b
    ex, ey, ez = bx - ax, by - ay, bz - az
    x, y, z = ay * ez - az * ey, az * ex - ax * ez, ax * ey - ay * ex
    length = sqrt(x * x + y * y + z * z)
    return (x / length, y / length, z / length) if length else (0.0, 0.0, 0.0)


def _sine_square(chord_square: float) -> float:
    """Return the square of the sine of the angle over a chord; over a right angle something that goes on rising."""
    return chord_square * (1 - chord_square / 4) if chord_square <= 2 else chord_square - 1  # noqa: PLR2004
