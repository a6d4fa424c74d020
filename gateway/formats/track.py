"""A recording or a route as columns: what plots, exports and phones want, and what every writer starts from."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import TYPE_CHECKING, Final

from gateway.model import Summary

if TYPE_CHECKING:
    Column = array[float]
    """One value a sample, nan where it does not say."""
else:  # before Python 3.12 arrays take no subscript
    Column = array

COLUMNS: Final = {
    "time": "s",  # Unix time, UTC
    "lat": "deg",
    "lon": "deg",
    "altitude": "m",
    "distance": "m",  # from the start
    "speed": "m/s",
    "hr": "bpm",
    "cadence": "rpm",  # of one leg on foot, as FIT counts
    "power": "W",
    "temperature": "C",
}
"""The columns that all formats share, in their order, with their units."""

DECIMALS: Final = {"time": 3, "lat": 7, "lon": 7, "altitude": 2, "distance": 2, "speed": 3}
"""Digits behind the point that say something; columns that are not named here have what they have."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A named place: a course point on the way, or a way-point beside it.

    ``kind`` is a name of FIT's ``course_point`` type (``generic``, ``summit``, ``left``, ...); ``index`` the sample
    that a course point belongs to, ``None`` for a way-point.
    """

    lat: float
    lon: float
    name: str | None = None
    kind: str = "generic"
    altitude: float | None = None
    time: float | None = None
    distance: float | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """Samples in the order of the file.

    ``columns`` holds arrays of doubles, all of one length, nan where a sample does not say: those of ``COLUMNS`` that
    any sample fills, and developer fields under their own names; ``units`` has the units of the latter. ``breaks`` are
    the indexes (over 0) of samples that begin another segment: nothing is known between them and their predecessors.
    ``summary`` is what ``read`` says of the same file.
    """

    summary: Summary
    columns: Mapping[str, Column] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    breaks: tuple[int, ...] = ()
    waypoints: tuple[Waypoint, ...] = ()

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def column(self, name: str) -> Column:
        """Return a column, all nan where no sample fills it."""
        found = self.columns.get(name)
        return array("d", [nan]) * len(self) if found is None else found
