"""From the messages of a FIT file to columns: records with developer fields, breaks, course points."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import isnan, nan

from gateway.formats.fit import profile
from gateway.formats.fit.definition import FIT_EPOCH
from gateway.formats.fit.message import Message
from gateway.formats.fit.recorded import recorded_of
from gateway.formats.fit.records import SEMICIRCLE
from gateway.formats.fit.summary import read
from gateway.formats.samples import RANGES
from gateway.formats.track import Track, Waypoint
from gateway.model import Session


def read_track(data: bytes) -> Track:
    """Return records and course points; raises ``FormatError`` as ``read`` does."""
    summary = read(data)
    recorded = recorded_of(data)
    recorded.merge_heart_rates()
    columns = {name: column for name, column in recorded.samples.full_columns().items() if not all(map(isnan, column))}
    times = columns.get("time", array("d"))
    return Track(
        summary=summary,
        columns=columns,
        units={name: unit for name, unit in recorded.developers.units.items() if name in columns},
        breaks=tuple(_breaks(times, recorded.restarts, summary.sessions)),
        waypoints=tuple(_waypoints(recorded.course_points, times)),
    )


def _breaks(times: Sequence[float], restarts: Sequence[int], sessions: Sequence[Session]) -> list[int]:
    """Return the samples at which the timer was started again, or another part or session begins."""
    starts = {bisect_left(times, session.start) for session in sessions[1:] if session.start is not None}
    return sorted(at for at in {*restarts, *starts} if 0 < at < len(times))


def _waypoints(course_points: Sequence[Message], times: Sequence[float]) -> Iterator[Waypoint]:
    for point in course_points:
        latitude, longitude = (_degrees(point, name) for name in ("lat", "lon"))
        if latitude is None or longitude is None:
            continue
        time = point.real("time")
        moment = None if time is None else time + FIT_EPOCH
        index = len(times) if moment is None else bisect_left(times, moment)
        yield Waypoint(
            lat=latitude,
            lon=longitude,
            name=point.names.get("name"),
            kind=profile.course_point(point.whole("kind")) or "generic",
            time=moment,
            distance=point.real("distance"),
            index=index if index < len(times) else None,
        )


def _degrees(message: Message, name: str) -> float | None:
    low, high = RANGES[name]
    degrees = message.numbers.get(name, nan) * SEMICIRCLE
    return degrees if low <= degrees <= high else None
