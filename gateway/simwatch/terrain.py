"""Where the sample goes: closed loops over made-up hills, told by distance along the way.

The loops lie near Graz and follow no real path. Latitudes and longitudes in degrees, heights in metres.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_METRES_A_DEGREE = 111_195.0
_STEPS = 720


@dataclass(frozen=True, slots=True)
class Shape:
    """A loop: a circle with waves of (count around, share of the radius, phase), and hills likewise in metres."""

    centre: tuple[float, float]
    length: float
    waves: Sequence[tuple[int, float, float]]
    hills: Sequence[tuple[int, float, float]]
    ground: float
    stretch: float = 1.0  # north to south against east to west


class Loop:
    """A shape laid on the map: position and height at any distance from its start."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        unit = [self._unit(2 * math.pi * step / _STEPS) for step in range(_STEPS + 1)]
        lengths = [0.0]
        for here, there in pairwise(unit):
            lengths.append(lengths[-1] + math.dist(here, there))
        self._radius = shape.length / lengths[-1]
        self._along = [length * self._radius for length in lengths]
        self._points = [(x * self._radius, y * self._radius) for x, y in unit]

    def position(self, metres: float) -> tuple[float, float]:
        """Latitude and longitude."""
        metres %= self._shape.length
        step = min(bisect_right(self._along, metres) - 1, _STEPS - 1)
        share = (metres - self._along[step]) / (self._along[step + 1] - self._along[step])
        (x1, y1), (x2, y2) = self._points[step], self._points[step + 1]
        return self._degrees(x1 + share * (x2 - x1), y1 + share * (y2 - y1))

    def height(self, metres: float) -> float:
        """Metres above the sea."""
        turn = 2 * math.pi * metres / self._shape.length
        return self._shape.ground + sum(
            size * math.sin(count * turn + phase) for count, size, phase in self._shape.hills
        )

    def grade(self, metres: float) -> float:
        """Climb, metres a metre."""
        return (self.height(metres + 5) - self.height(metres - 5)) / 10

    def _unit(self, turn: float) -> tuple[float, float]:
        radius = 1 + sum(share * math.sin(count * turn + phase) for count, share, phase in self._shape.waves)
        return radius * math.cos(turn), radius * math.sin(turn) * self._shape.stretch

    def _degrees(self, east: float, north: float) -> tuple[float, float]:
        latitude, longitude = self._shape.centre
        across = _METRES_A_DEGREE * math.cos(math.radians(latitude))
        return latitude + north / _METRES_A_DEGREE, longitude + east / across


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two positions that are near each other."""
    across = math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(a[0] - b[0], (a[1] - b[1]) * across) * _METRES_A_DEGREE
