"""Distance, extent and line of points on the Earth."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from gateway.formats.polyline import Line

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0

Box = tuple[float, float, float, float]
"""South, west, north, east in degrees; a line over the date line spans all longitudes."""


class Path:
    """Follows points in degrees: haversine length in metres, bounding box, thinned line."""

    __slots__ = ("_cosine", "_east", "_last", "_north", "_south", "_west", "count", "length", "line")

    def __init__(self) -> None:
        self.line = Line()
        self.length = 0.0
        self.count = 0
        self._last: tuple[float, float] | None = None
        self._cosine = 1.0
        self._south = self._west = MAX_LONGITUDE
        self._north = self._east = -MAX_LONGITUDE

    def add(self, latitude: float, longitude: float) -> None:
        """Go on to one more point; both coordinates must be in range."""
        cosine = cos(radians(latitude))
        if self._last is not None:
            south, west = self._last
            chord = sin(radians(latitude - south) / 2) ** 2
            chord += cosine * self._cosine * sin(radians(longitude - west) / 2) ** 2
            self.length += 2 * EARTH_RADIUS * asin(min(1.0, sqrt(chord)))
        self._last = (latitude, longitude)
        self._cosine = cosine
        self.count += 1
        self._south = min(self._south, latitude)
        self._north = max(self._north, latitude)
        self._west = min(self._west, longitude)
        self._east = max(self._east, longitude)
        self.line.add(latitude, longitude)

    def pause(self) -> None:
        """Begin another segment: the way to its first point does not count."""
        self._last = None

    def box(self) -> Box | None:
        """Return the bounding box rounded to seven decimals (1 cm), ``None`` without points."""
        if not self.count:
            return None
        return rounded_box(self._south, self._west, self._north, self._east)


def merged(paths: Iterable[Path]) -> tuple[Box | None, str | None]:
    """Return bounding box and polyline of several paths, one after the other."""
    line = Line()
    boxes = []
    for path in paths:
        box = path.box()
        if box is not None:
            boxes.append(box)
            latitudes, longitudes = zip(*path.line.points(), strict=True)
            line.extend(latitudes, longitudes)
    if not boxes:
        return None, None
    souths, wests, norths, easts = zip(*boxes, strict=True)
    return (min(souths), min(wests), max(norths), max(easts)), line.encoded()


def rounded_box(south: float, west: float, north: float, east: float) -> Box:
    """Return the box in degrees with seven decimals."""
    return (round(south, 7), round(west, 7), round(north, 7), round(east, 7))
