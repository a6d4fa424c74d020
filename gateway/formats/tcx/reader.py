"""Reading TCX: activities with laps, courses with their points, and workouts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from gateway.formats.indexing import summary_of
from gateway.formats.moments import parse_moment
from gateway.formats.naming import clean_name
from gateway.formats.quantities import number
from gateway.formats.safexml import Attributes, Hearers, Repeated, Texts, walk
from gateway.formats.samples import RANGES, Samples, map_of
from gateway.formats.tcx.parts import Part, device_of, place_of
from gateway.formats.totals import combine
from gateway.formats.track import Column, Track, Waypoint
from gateway.model import FileType, Kind, Summary

MAX_SESSIONS = 256
MAX_LAPS = 2000

_LAP_VALUES = {
    ("Lap", "TotalTimeSeconds"): "timer",
    ("Lap", "DistanceMeters"): "distance",
    ("Lap", "Calories"): "calories",
    ("Lap", "Cadence"): "avg_cadence",
    ("AverageHeartRateBpm", "Value"): "avg_hr",
    ("MaximumHeartRateBpm", "Value"): "max_hr",
    ("LX", "AvgRunCadence"): "avg_cadence",
    ("LX", "MaxRunCadence"): "max_cadence",
    ("LX", "MaxBikeCadence"): "max_cadence",
    ("LX", "AvgWatts"): "avg_power",
    ("LX", "MaxWatts"): "max_power",
}
_MEASURED = {
    ("Trackpoint", "Time"): "time",
    ("Trackpoint", "AltitudeMeters"): "altitude",
    ("Trackpoint", "DistanceMeters"): "distance",
    ("Trackpoint", "Cadence"): "cadence",
    ("HeartRateBpm", "Value"): "hr",
    ("TPX", "RunCadence"): "cadence",
    ("TPX", "Watts"): "power",
    ("TPX", "Speed"): "speed",
}
_PLACE = {("Position", "LatitudeDegrees"): "lat", ("Position", "LongitudeDegrees"): "lon"}
_INSIDE = frozenset({"Position", "HeartRateBpm", "TPX"})
_POINT_WORDS = {
    ("CoursePoint", "Name"): "name",
    ("CoursePoint", "PointType"): "kind",
    ("CoursePoint", "Time"): "time",
    ("CoursePoint", "AltitudeMeters"): "altitude",
}
_DEVICE_VALUES = {
    ("Creator", "Name"): "product",
    ("Creator", "UnitId"): "serial",
    ("Version", "VersionMajor"): "major",
    ("Version", "VersionMinor"): "minor",
}


def read(data: bytes) -> Summary:
    """Check the document and sum it up; raises ``FormatError`` as ``safexml`` does.

    Laps state time, distance and calories; altitude, and what laps leave out, comes from the track points.
    """
    return _read(data).summary()


def read_track(data: bytes) -> Track:
    """Return the points of all activities, else courses, each in segments of its own.

    Raises ``FormatError`` as ``read`` does.
    """
    document = _read(data)
    _, parts = document.kind()
    joined = Samples()
    for part in parts:
        joined.pause()
        start = joined.count
        joined.extend(part.samples.count, part.samples.full_columns())
        joined.breaks += [start + at for at in part.samples.breaks]
    columns = joined.full_columns()
    places = [place for part in parts for place in map(place_of, part.points) if place is not None]
    on_the_way = _on_the_way(places, columns.get("time", ()))
    return Track(document.summary(), columns, breaks=joined.inner_breaks(), waypoints=on_the_way)


def _on_the_way(places: list[Waypoint], times: Sequence[float]) -> tuple[Waypoint, ...]:
    """Give course points the sample of the same time."""
    samples = {time: index for index, time in enumerate(times)} if places else {}
    return tuple(replace(place, index=samples.get(place.time)) if place.time else place for place in places)


def _read(data: bytes) -> "_Document":
    document = _Document()
    walk(data, document.hearers())
    return document


class _Document:
    """What has been read so far. Values that belong to no activity or course fall to a part that nobody asks."""

    def __init__(self) -> None:
        self.activities: list[Part] = []
        self.courses: list[Part] = []
        self.workout: Part | None = None
        self.points = self.laps = self.skipped = 0
        self.multisport = False
        self.device: dict[str, str] = {}
        self._in_creator = False
        self._tracks = 0
        self._part = Part(None)
        self._lap: dict[str, str] = {}
        self._place: dict[str, str] = {}
        self._point: dict[str, str] | None = None

    def hearers(self) -> Hearers:
        return Hearers(
            opened={
                "Activity": partial(self._begin, self.activities),
                "Course": partial(self._begin, self.courses),
                "Workout": self._begin_workout,
                "Lap": self._begin_lap,
                "MultiSportSession": self._begin_multisport,
                "Track": self._begin_track,
                "Trackpoint": self._begin_point,
                "CoursePoint": self._begin_course_point,
                "Creator": self._begin_creator,
            },
            closed={
                "Position": self._end_position,
                "CoursePoint": self._end_course_point,
                "Creator": self._end_creator,
            },
            texts=self._texts(),
            repeated=Repeated("Trackpoint", _MEASURED | _PLACE, self._take, _INSIDE),
        )

    def _texts(self) -> Texts:
        named: Texts = {
            ("Activity", "Id"): self._id,
            ("Course", "Name"): self._name,
            ("Workout", "Name"): self._name,
        }
        named |= {key: partial(self._place.__setitem__, column) for key, column in _PLACE.items()}
        named |= {key: partial(self._point_word, word) for key, word in _POINT_WORDS.items()}
        measured = {key: partial(self._measured, column) for key, column in _MEASURED.items()}
        laps = {key: partial(self._lap_value, name) for key, name in _LAP_VALUES.items()}
        device = {key: partial(self._device_value, name) for key, name in _DEVICE_VALUES.items()}
        return named | measured | laps | device

    def _begin(self, parts: list[Part], attributes: Attributes) -> None:
        self._part = Part(attributes.get("Sport"))
        if len(parts) < MAX_SESSIONS:
            parts.append(self._part)
        else:
            self.skipped += 1

    def _begin_workout(self, attributes: Attributes) -> None:
        self._part = Part(attributes.get("Sport"))
        self.workout = self.workout or self._part

    def _begin_lap(self, attributes: Attributes) -> None:
        self._lap = {"start": attributes.get("StartTime", ""), "sport": self._part.sport or ""}
        self.laps += 1
        self._tracks = 0
        if self.laps <= MAX_LAPS:
            self._part.laps.append(self._lap)

    def _begin_multisport(self, _attributes: Attributes) -> None:
        self.multisport = True

    def _begin_track(self, _attributes: Attributes) -> None:
        """Take a second track of one lap for the end of a pause; the first goes on where the last lap ended."""
        self._tracks += 1
        if self._tracks > 1:
            self._part.samples.pause()

    def _begin_point(self, _attributes: Attributes) -> None:
        self.points += 1
        self._point = None
        self._part.samples.begin()

    def _take(self, count: int, columns: Mapping[str, Column]) -> None:
        self.points += count
        self._part.samples.extend(count, columns)

    def _begin_course_point(self, _attributes: Attributes) -> None:
        self._point = {}

    def _point_word(self, word: str, text: str) -> None:
        if self._point is not None:
            self._point.setdefault(word, text)

    def _end_course_point(self) -> None:
        if self._point is not None:
            self._part.points.append(self._point)
        self._point = None

    def _begin_creator(self, _attributes: Attributes) -> None:
        self._in_creator = True

    def _end_creator(self) -> None:
        self._in_creator = False

    def _end_position(self) -> None:
        place = {name: number(self._place.get(name), *RANGES[name]) for name in ("lat", "lon")}
        if self._point is not None:
            self._point |= self._place
        elif None not in place.values():
            for name, value in place.items():
                self._part.samples.put(name, value)
        self._place.clear()

    def _id(self, text: str) -> None:
        self._part.start = parse_moment(text)

    def _name(self, text: str) -> None:
        self._part.name = text

    def _measured(self, column: str, text: str) -> None:
        value = parse_moment(text) if column == "time" else number(text, *RANGES[column])
        self._part.samples.put(column, value)

    def _lap_value(self, name: str, text: str) -> None:
        self._lap.setdefault(name, text)

    def _device_value(self, name: str, text: str) -> None:
        if self._in_creator:
            self.device.setdefault(name, text)

    def kind(self) -> tuple[Kind, list[Part]]:
        if self.activities:
            return Kind.ACTIVITY, self.activities
        if self.courses:
            return Kind.COURSE, self.courses
        if self.workout:
            return Kind.WORKOUT, [self.workout]
        return Kind.OTHER, []

    def summary(self) -> Summary:
        kind, parts = self.kind()
        sessions = tuple(part.session() for part in parts)
        bbox, polyline = map_of(part.samples for part in parts)
        warnings = []
        if self.skipped or self.laps > MAX_LAPS:
            warnings.append("more activities or laps than the index keeps")
        if len(parts) > 1 and not self.multisport:
            warnings.append(f"{len(parts)} recordings in one file")
        return summary_of(
            FileType.TCX,
            kind,
            combine(sessions),
            name=next((clean_name(part.name) for part in parts if part.name), None),
            sessions=sessions if kind is Kind.ACTIVITY else (),
            laps=tuple(lap for part in parts for lap in part.lap_sessions()),
            records=self.points,
            device=device_of(self.device),
            bbox=bbox,
            polyline=polyline,
            warnings=tuple(warnings),
        )
