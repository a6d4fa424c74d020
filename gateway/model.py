"""Values that pass between the layers: frozen, without I/O.

Units everywhere: seconds (Unix time, UTC, for moments), metres, beats and revolutions per minute, watts, kilocalories,
degrees. ``None`` means that the source does not say.
"""

from dataclasses import dataclass
from enum import StrEnum


class FileType(StrEnum):
    """The four types that a watch may send or fetch; also the ending and the ``y`` of the watch API."""

    FIT = "fit"
    GPX = "gpx"
    TCX = "tcx"
    JSON = "json"


class Kind(StrEnum):
    """What a file is about; decides its folder."""

    ACTIVITY = "activity"
    COURSE = "course"  # a FIT or TCX course, a GPX route
    WORKOUT = "workout"
    WAYPOINTS = "waypoints"
    OTHER = "other"  # settings, monitoring, totals, any JSON document


@dataclass(frozen=True, slots=True)
class Device:
    """Who recorded a file, as far as the file tells."""

    manufacturer: str | None = None
    product: str | None = None
    serial: int | None = None
    software: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One sport of an activity (a triathlon has several) or one lap of it."""

    sport: str | None = None
    sub_sport: str | None = None
    start: int | None = None
    elapsed: float | None = None
    timer: float | None = None
    distance: float | None = None
    ascent: float | None = None
    descent: float | None = None
    avg_hr: int | None = None
    max_hr: int | None = None
    avg_power: int | None = None
    max_power: int | None = None
    avg_cadence: int | None = None
    max_cadence: int | None = None
    calories: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What the index keeps of one checked file.

    ``elapsed`` is wall-clock time from start to end, ``timer`` the time that the recording ran. ``bbox`` is
    (south, west, north, east); ``polyline`` Google's encoded polyline of at most some hundred points.
    ``warnings`` are short sentences about what is odd in a file that was accepted all the same.
    """

    type: FileType
    kind: Kind
    name: str | None = None
    sport: str | None = None
    sub_sport: str | None = None
    start: int | None = None
    elapsed: float | None = None
    timer: float | None = None
    distance: float | None = None
    ascent: float | None = None
    descent: float | None = None
    avg_hr: int | None = None
    max_hr: int | None = None
    avg_power: int | None = None
    max_power: int | None = None
    avg_cadence: int | None = None
    max_cadence: int | None = None
    calories: int | None = None
    sessions: tuple[Session, ...] = ()
    laps: tuple[Session, ...] = ()
    records: int = 0
    device: Device | None = None
    bbox: tuple[float, float, float, float] | None = None
    polyline: str | None = None
    warnings: tuple[str, ...] = ()
