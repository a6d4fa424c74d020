"""What charts run along: distance where it is known, else time; and the values over it, thinned to the pixels."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan, nan
from typing import Final

from gateway.formats import Track
from gateway.formats.geo import steps
from gateway.formats.track import Column
from gateway.plot.scale import multiples, round_step, time_step
from gateway.plot.svg import Point

RANGES: Final = {
    "time": (0.0, 2.0**32),
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "distance": (0.0, 1e8),
    "altitude": (-12_000.0, 100_000.0),
    "hr": (1.0, 300.0),
    "speed": (0.0, 1000.0),
    "power": (0.0, 10_000.0),
}
"""What is drawn of each column; the rest counts as unknown."""

_LEAST_METRES = 50
_TICKS = 10
_HOUR = 3600
_MINUTE = 60
_KILOMETRE = 1000
_BUCKET = 1.5  # pixels that share one point of a line
_GAP = 12  # pixels without a value that a line does not cross
_SPARSE = 4  # times the mean distance of known values
_MOST_BREAKS = 200


@dataclass(frozen=True, slots=True)
class Axis:
    """A value for each sample that never falls: metres or seconds from the start."""

    values: Sequence[float]
    of_time: bool

    @property
    def end(self) -> float:
        """Its last and largest value, over 0."""
        return self.values[-1]

    def ticks(self) -> list[tuple[float, str]]:
        """Round values with their labels; the last one has the unit."""
        if self.of_time:
            step = time_step(self.end, _TICKS)
            unit, label = _clock(self.end)
        else:
            step = round_step(self.end, _TICKS)
            unit, factor = ("km", _KILOMETRE) if self.end > 2 * _KILOMETRE else ("m", 1)
            label = partial(_quotient, factor)
        found = multiples(0, self.end, step)
        return [(value, f"{label(value)} {unit}" if value == found[-1] else label(value)) for value in found]


def _clock(end: float) -> tuple[str, Callable[[float], str]]:
    if end > 2 * _HOUR:
        return "h", lambda value: f"{value // _HOUR:.0f}:{value % _HOUR // _MINUTE:02.0f}"
    return ("min", partial(_quotient, _MINUTE)) if end > 2 * _MINUTE else ("s", partial(_quotient, 1))


def _quotient(divisor: float, value: float) -> str:
    return f"{value / divisor:g}"


def known(track: Track, name: str) -> Column:
    """Return a column with nan for what nobody measures (``RANGES``)."""
    low, high = RANGES[name]
    return array("d", (value if low <= value <= high else nan for value in track.column(name)))


def axis(track: Track) -> Axis | None:
    """Choose what charts run along: the stated distance, that of the positions, or time; ``None`` without all three."""
    stated = known(track, "distance")
    walked = stated if 2 * sum(map(isnan, stated)) < len(stated) else _along(track)
    metres = _rising(walked, restarts=True)
    if metres and metres[-1] > _LEAST_METRES:
        return Axis(metres, of_time=False)
    seconds = _rising(known(track, "time"), restarts=False)
    if seconds and seconds[-1] > 0:
        return Axis(seconds, of_time=True)
    return None


def _along(track: Track) -> Column:
    """Add up the metres between positions; over a break nobody knows the way."""
    latitudes, longitudes = known(track, "lat"), known(track, "lon")
    placed = [index for index, pair in enumerate(zip(latitudes, longitudes, strict=True)) if not isnan(sum(pair))]
    metres = steps([latitudes[index] for index in placed], [longitudes[index] for index in placed])
    breaks = set(track.breaks)
    walked, way, last = array("d", [nan]) * len(track), 0.0, -1
    for index, step in zip(placed, [0.0, *metres], strict=False):
        way += 0.0 if any(between in breaks for between in range(last + 1, index + 1)) else step
        walked[index], last = way, index
    return walked


def _rising(values: Sequence[float], *, restarts: bool) -> Column:
    """Count from the first known value; hold the last count where none is known or it falls.

    With ``restarts`` a fall to under half goes on from where it was: some watches begin each session at 0 m.
    """
    rising = array("d")
    start, before, count = nan, nan, 0.0
    for value in values:
        if not isnan(value):
            if isnan(start):
                start = value
            elif restarts and value < before / 2:
                start = value - count
            before = value
            count = max(count, value - start)
        rising.append(count)
    return rising


def lines(axis: Axis, values: Sequence[float], breaks: Sequence[int], per_pixel: float) -> list[list[Point]]:
    """Return (axis value, mean value) about once a pixel, as lines that end at breaks and where long nothing is known.

    ``per_pixel`` is the axis' seconds or metres a pixel. A track with hundreds of breaks is drawn through.
    """
    ends = set(breaks) if len(breaks) <= _MOST_BREAKS else set()
    spacing = axis.end / max(1, len(values) - sum(map(isnan, values)))
    far = max(_GAP * per_pixel, _SPARSE * spacing)
    found: list[list[Point]] = [[]]
    last, missing = 0.0, False
    bucket = _Bucket(per_pixel * _BUCKET)
    for index, (place, value) in enumerate(zip(axis.values, values, strict=True)):
        if index in ends or (missing and not isnan(value) and place - last > far):
            bucket.empty(found[-1])
            found.append([])
        missing = isnan(value)
        if not missing:
            bucket.add(place, value, found[-1])
            last = place
    bucket.empty(found[-1])
    return [line for line in found if line]


class _Bucket:
    """Neighbours on the axis that make one point of a line, at their mean."""

    __slots__ = ("_count", "_end", "_place", "_value", "_width")

    def __init__(self, width: float) -> None:
        self._width = width
        self._end = self._place = self._value = 0.0
        self._count = 0

    def add(self, place: float, value: float, line: list[Point]) -> None:
        """Take one more; a full bucket is emptied into the line first."""
        if self._count and place >= self._end:
            self.empty(line)
        if not self._count:
            self._end = place + self._width
        self._place += place
        self._value += value
        self._count += 1

    def empty(self, line: list[Point]) -> None:
        """Put the mean into the line and begin anew."""
        if self._count:
            line.append((self._place / self._count, self._value / self._count))
        self._place = self._value = 0.0
        self._count = 0
