"""Writing a course as TCX: the way with times to ride against, and the course points on it."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from gateway.errors import UnsupportedType
from gateway.formats import geo
from gateway.formats.tcx.trackpoints import Trackpoints, altitude, position
from gateway.formats.track import Column, Track, Waypoint
from gateway.formats.xmltext import element, escaped, fixed, moment, place, plain

_NAME, _POINT_NAME = 15, 10
_UNNAMED = "Course"
_START = 1_577_836_800.0  # 2020-01-01
_PACE, _LONGEST = 2.8, 365 * 86_400  # m/s, as GPSBabel has it; s

_POINT_TYPES = {
    # FIT's kinds of course points in TCX' words, the nearest where it has none
    "summit": "Summit",
    "valley": "Valley",
    "water": "Water",
    "food": "Food",
    "danger": "Danger",
    "left": "Left",
    "left_fork": "Left",
    "slight_left": "Left",
    "sharp_left": "Left",
    "right": "Right",
    "right_fork": "Right",
    "slight_right": "Right",
    "sharp_right": "Right",
    "straight": "Straight",
    "middle_fork": "Straight",
    "first_aid": "First Aid",
    "fourth_category": "4th Category",
    "third_category": "3rd Category",
    "second_category": "2nd Category",
    "first_category": "1st Category",
    "hors_category": "Hors Category",
    "sprint": "Sprint",
}


def course(track: Track) -> Iterator[str]:
    """Yield the text of ``Courses``: one lap, a ``Track`` a segment, the course points that have an index.

    TCX wants times: where a sample has none, all get one from 2020-01-01 on, at 10 km/h or what it takes to arrive
    within a year. A course point has the time of its sample, by which readers find it on the way. Samples without a
    place are left out. Names are cut to what the schema allows, and stand whole under ``Notes``. Raises
    ``UnsupportedType`` when there is no place at all.
    """
    latitudes, longitudes = track.column("lat"), track.column("lon")
    way = [index for index in range(len(track)) if place(latitudes[index], longitudes[index])]
    if not way:
        raise UnsupportedType("a TCX course needs positions, and there are none")
    columns = _measured(track, way)
    points = Trackpoints(replace(track, columns=columns))
    name = plain(track.summary.name)
    yield f"<Courses>\n<Course>{element('Name', _cut(name or _UNNAMED, _NAME))}\n{_lap(track, columns, way)}\n"
    yield from points.tracks(way, on_foot=False)
    yield element("Notes", escaped(name) if len(name) > _NAME else "")
    for waypoint in track.waypoints:
        if waypoint.index is not None:
            at = way[min(bisect_left(way, waypoint.index), len(way) - 1)]
            yield _course_point(waypoint, columns["time"][at])
    yield "</Course>\n</Courses>\n"


def _measured(track: Track, way: Sequence[int]) -> dict[str, Column]:
    """Return the columns with a distance, and with a time, for every sample of the way."""
    columns = dict(track.columns)
    length = array("d", [0.0]) * len(track)
    for index, metres in zip(way, _lengths(track, way), strict=True):
        length[index] = metres
    if not all(moment(time) for time in _at(track.column("time"), way)):
        pace = max(_PACE, max(length) / _LONGEST)
        columns["time"] = array("d", [_START + metres / pace for metres in length])
    if not all(fixed(metres, 2) for metres in _at(track.column("distance"), way)):
        columns["distance"] = length
    return columns


def _lengths(track: Track, way: Sequence[int]) -> Iterator[float]:
    """Return the metres from the start to each sample of the way; what lies between segments does not count."""
    steps = geo.steps(_at(track.column("lat"), way), _at(track.column("lon"), way))
    segments = [bisect_right(track.breaks, index) for index in way]
    rides = (
        metres if before == after else 0.0 for metres, (before, after) in zip(steps, pairwise(segments), strict=True)
    )
    return accumulate(rides, initial=0.0)


def _lap(track: Track, columns: Mapping[str, Column], way: Sequence[int]) -> str:
    """Return the lap without the altitudes of its ends: they are optional, and GPSBabel 1.8 crashes on them."""
    first, last = way[0], way[-1]
    latitudes, longitudes = track.column("lat"), track.column("lon")
    times = _at(columns["time"], way)
    metres = fixed(track.summary.distance, 2) or fixed(columns["distance"][last], 2) or "0"
    inside = (
        element("TotalTimeSeconds", fixed(max(times) - min(times), 3))
        + element("DistanceMeters", metres)
        + position("BeginPosition", latitudes[first], longitudes[first])
        + position("EndPosition", latitudes[last], longitudes[last])
        + element("Intensity", "Active")
    )
    return element("Lap", inside)


def _course_point(waypoint: Waypoint, time: float) -> str:
    where = position("Position", waypoint.lat, waypoint.lon)
    if not where:
        return ""
    kind = _POINT_TYPES.get(waypoint.kind, "Generic")
    name = plain(waypoint.name)
    inside = (
        element("Name", _cut(name or kind, _POINT_NAME))
        + element("Time", moment(time))
        + where
        + altitude(waypoint.altitude)
        + element("PointType", kind)
        + element("Notes", escaped(name) if len(name) > _POINT_NAME else "")
    )
    return f"<CoursePoint>{inside}</CoursePoint>\n"


def _cut(name: str, length: int) -> str:
    return escaped(name[:length])


def _at(column: Column, indexes: Sequence[int]) -> list[float]:
    return [column[index] for index in indexes]
