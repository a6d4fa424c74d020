"""The samples of a track while it is read, as columns, and what they amount to."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, islice, repeat
from math import isnan, nan
from operator import eq

from gateway.formats import geo
from gateway.formats.climb import climb
from gateway.formats.polyline import Line
from gateway.formats.quantities import MAX_INT, pulse, whole, within
from gateway.formats.track import COLUMNS, Column
from gateway.model import Session

MOVING = 1 / 3.6
"""Speed in m/s over which a stretch counts as moving: 1 km/h, as gpxpy has it."""

RANGES: Mapping[str, tuple[float, float]] = {
    "lat": (-geo.MAX_LATITUDE, geo.MAX_LATITUDE),
    "lon": (-geo.MAX_LONGITUDE, geo.MAX_LONGITUDE),
    "altitude": (-1000.0, 20_000.0),
    "distance": (0, MAX_INT),
    "speed": (0, 1000),
    "hr": (1, 300),  # 0 is a strap that nobody wore
    "cadence": (0, 1000),
    "power": (0, 10_000),
    "temperature": (-100, 100),
}
"""What a sample may say; anything else is left out."""

Values = Sequence[float]

_BATCH = 4096  # samples at once, for the memory that their steps take


class Samples:
    """Columns that grow sample by sample, or by many samples at once; ``breaks`` as ``Track`` has them."""

    __slots__ = ("breaks", "columns", "count")

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.breaks: list[int] = []
        self.count = 0

    def begin(self) -> None:
        """Go on to the next sample, which says nothing yet."""
        self.count += 1

    def put(self, name: str, value: float | None) -> None:
        """Let the current sample say something; of two values the first counts, and ``None`` says nothing."""
        if value is None or not self.count:
            return
        column = self.columns.setdefault(name, array("d"))
        behind = self.count - 1 - len(column)
        if behind < 0:
            return
        if behind:
            column.extend([nan] * behind)
        column.append(value)

    def extend(self, count: int, columns: Mapping[str, Iterable[float]]) -> None:
        """Add ``count`` samples at once."""
        for name, values in columns.items():
            column = self.columns.setdefault(name, array("d"))
            column.extend([nan] * (self.count - len(column)))
            column.extend(values)
        self.count += count

    def pause(self) -> None:
        """Begin another segment with the next sample."""
        if self.count and (not self.breaks or self.breaks[-1] != self.count):
            self.breaks.append(self.count)

    def full_columns(self) -> dict[str, Column]:
        """Return all columns in the order of ``COLUMNS``, each as long as there are samples."""
        for column in self.columns.values():
            column.extend([nan] * (self.count - len(column)))
        shared = {name: self.columns[name] for name in COLUMNS if name in self.columns}
        return shared | self.columns

    def inner_breaks(self) -> tuple[int, ...]:
        """Return the breaks that samples follow, none where no sample says anything."""
        return tuple(at for at in self.breaks if at < self.count) if self.columns else ()

    def segments(self, name: str) -> Iterator[Values]:
        """Yield the values of a column, a segment at a time; the last may miss values at its end."""
        column = self.columns.get(name)
        if column is None:
            return
        if not self.breaks:
            yield column
            return
        for start, end in zip([0, *self.breaks], [*self.breaks, self.count], strict=True):
            yield column[start:end]

    def places(self) -> Iterator[tuple[Values, Values, Values]]:
        """Yield latitudes, longitudes and times (empty: unknown) of the samples that have a place, by segment."""
        times: Iterable[Values] = self.segments("time") if "time" in self.columns else repeat(())
        for latitudes, longitudes, moments in zip(self.segments("lat"), self.segments("lon"), times, strict=False):
            if isnan(sum(latitudes)):
                usable = list(map(eq, latitudes, latitudes))  # nan differs from itself
                kept = [list(compress(column, usable)) for column in (latitudes, longitudes, moments)]
                yield kept[0], kept[1], kept[2]
            else:
                yield latitudes, longitudes, moments

    def session(self) -> Session:
        """Return what was measured, as a session without a sport.

        ``timer`` is the time that the segments lasted, ``moving`` that of stretches that were faster than ``MOVING``.
        """
        moments = [_known(segment) for segment in self.segments("time")]
        first = min(map(min, filter(None, moments)), default=None)
        last = max(map(max, filter(None, moments)), default=None)
        distance, moving = self._way()
        climbs = list(map(climb, self.segments("altitude")))
        hr, power, cadence = (_known(self.columns.get(name, ())) for name in ("hr", "power", "cadence"))
        return Session(
            start=None if first is None else int(first),
            elapsed=None if first is None or last is None else within(last - first),
            timer=None if first is None else within(sum(max(part[-1] - part[0], 0.0) for part in moments if part)),
            moving=None if first is None or distance is None else within(moving),
            distance=within(distance),
            ascent=within(sum(up for up, _ in climbs)) if climbs else None,
            descent=within(sum(down for _, down in climbs)) if climbs else None,
            avg_hr=pulse(_mean(hr)),
            max_hr=pulse(max(hr, default=None)),
            avg_power=whole(_mean(power)),
            max_power=whole(max(power, default=None)),
            avg_cadence=whole(_mean(cadence)),
            max_cadence=whole(max(cadence, default=None)),
        )

    def _way(self) -> tuple[float | None, float]:
        """Return length in metres, ``None`` without places, and moving time in seconds."""
        length, moving, any_place = 0.0, 0.0, False
        for latitudes, longitudes, moments in self.places():
            any_place = any_place or bool(latitudes)
            for start in range(0, len(latitudes), _BATCH):
                batch = slice(start, start + _BATCH + 1)  # ends with the next one's first
                parts, times = geo.steps(latitudes[batch], longitudes[batch]), moments[batch]
                length += sum(parts)
                for part, before, after in zip(parts, times, islice(times, 1, None), strict=False):
                    seconds = after - before
                    if part > seconds * MOVING > 0:
                        moving += seconds
        return (length if any_place else None), moving


def map_of(parts: Iterable[Samples]) -> tuple[geo.Box | None, str | None]:
    """Return bounding box and polyline of all places, one part after the other."""
    line = Line()
    boxes = []
    for part in parts:
        for latitudes, longitudes, _ in part.places():
            boxes.append(geo.box(latitudes, longitudes))
            line.extend(latitudes, longitudes)
    return geo.around([box for box in boxes if box is not None]), line.encoded()


def _known(column: Values) -> Values:
    return [value for value in column if value == value] if isnan(sum(column)) else column  # noqa: PLR0124


def _mean(values: Values) -> float | None:
    return sum(values) / len(values) if values else None
