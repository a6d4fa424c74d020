"""The line of a course: samples with a place, how far each is from the start, and when it is passed."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import isnan
from operator import le
from typing import NamedTuple

from gateway.errors import UnsupportedType
from gateway.formats import geo
from gateway.formats.fit.recording import columns_of
from gateway.formats.samples import RANGES
from gateway.formats.track import Column, Track

UNDATED = 1_577_836_800
"""When a course without times begins: 2020-01-01, so that the same track gives the same bytes."""

SPEEDS: Mapping[str | None, float] = {"cycling": 6.0, "walking": 1.3, "hiking": 1.2, "mountaineering": 0.8}
USUAL_SPEED = 2.8
"""m/s that are planned where the track has no times: 10 km/h, which gpsbabel plans too."""


class Line(NamedTuple):
    """Columns of equal length without nan but for altitudes; ``samples`` are the indexes in the track."""

    samples: Sequence[int]
    columns: Mapping[str, Column]

    @property
    def lat(self) -> Column:
        """Degrees."""
        return self.columns["lat"]

    @property
    def lon(self) -> Column:
        """Degrees."""
        return self.columns["lon"]

    @property
    def distance(self) -> Column:
        """Metres from the start, never falling."""
        return self.columns["distance"]

    @property
    def time(self) -> Column:
        """Whole seconds of Unix time, always rising."""
        return self.columns["time"]


def line_of(track: Track) -> Line:
    """Return the line of a track; raises ``UnsupportedType`` when it has no place."""
    columns = columns_of(track)
    samples = [index for index, south in enumerate(columns.get("lat", ())) if not isnan(south)]
    if not samples:
        raise UnsupportedType("a track without places is no course to follow")
    kept: dict[str, Column] = {
        name: array("d", [columns[name][index] for index in samples])
        for name in ("lat", "lon", "altitude", "distance", "time")
        if name in columns
    }
    kept["distance"] = _distances(kept)
    speed = SPEEDS.get(track.summary.sport, USUAL_SPEED)
    planned = (UNDATED + distance / speed for distance in kept["distance"])
    kept["time"] = array("d", _rising(kept.get("time", planned)))
    return Line(samples, kept)


def _distances(columns: Mapping[str, Column]) -> Column:
    """Take the track's distances when they make sense, else the way from place to place."""
    stated = columns.get("distance", ())
    low, high = RANGES["distance"]
    if stated and low <= stated[0] and stated[-1] <= high and all(map(le, stated, stated[1:])):
        return array("d", [distance - stated[0] for distance in stated])
    return array("d", accumulate(geo.steps(columns["lat"], columns["lon"]), initial=0.0))


def _rising(moments: Iterable[float]) -> Iterable[float]:
    last = 0
    for moment in moments:
        last = max(round(moment), last + 1)
        yield last
