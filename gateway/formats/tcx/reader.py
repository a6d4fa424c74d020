"""Reading TCX: activities with laps, courses with their points, and workouts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from gateway.formats.indexing import summary_of
from gateway.formats.moments import parse_moment
from gateway.formats.naming import clean_name
from gateway.formats.pointkinds import point_kind
from gateway.formats.quantities import number, pulse, whole
from gateway.formats.safexml import Attributes, Hearers, Repeated, Texts, walk
from gateway.formats.samples import RANGES, Samples, map_of
from gateway.formats.sports import fit_sport
from gateway.formats.totals import combine
from gateway.formats.track import Column, Track, Waypoint
from gateway.model import Device, FileType, Kind, Session, Summary

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
_UINT32 = 2**32 - 1


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
    places = [place for part in parts for place in map(_place, part.points) if place is not None]
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


class _Part:
    """An activity or a course while it is read."""

    def __init__(self, sport: str | None) -> None:
        self.sport = sport
        self.start: float | None = None
        self.name: str | None = None
        self.samples = Samples()
        self.points: list[dict[str, str]] = []
        self.laps: list[dict[str, str]] = []

    def lap_sessions(self) -> list[Session]:
        return [_lap(values) for values in self.laps]

    def session(self) -> Session:
        """Take what laps state, and the points elsewhere. Laps know one duration, which stands for all."""
        measured = self.samples.session()
        stated = combine(self.lap_sessions())
        sport, sub_sport = fit_sport(self.sport)
        timer = measured.timer if stated.timer is None else stated.timer
        start = self.start if self.start is not None else stated.start
        start = measured.start if start is None else start
        return replace(
            measured,
            sport=sport,
            sub_sport=sub_sport,
            start=None if start is None else int(start),
            elapsed=measured.elapsed if stated.timer is None else stated.timer,
            timer=timer,
            moving=measured.moving if stated.timer is None else stated.timer,
            distance=measured.distance if stated.distance is None else stated.distance,
            avg_hr=stated.avg_hr or measured.avg_hr,
            max_hr=stated.max_hr or measured.max_hr,
            avg_power=stated.avg_power or measured.avg_power,
            max_power=stated.max_power or measured.max_power,
            avg_cadence=stated.avg_cadence or measured.avg_cadence,
            max_cadence=stated.max_cadence or measured.max_cadence,
            calories=stated.calories,
        )


class _Document:
    """What has been read so far. Values that belong to no activity or course fall to a part that nobody asks."""

    def __init__(self) -> None:
        self.activities: list[_Part] = []
        self.courses: list[_Part] = []
        self.workout: _Part | None = None
        self.points = self.laps = self.skipped = 0
        self.multisport = False
        self.device: dict[str, str] = {}
        self._in_creator = False
        self._tracks = 0
        self._part = _Part(None)
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

    def _begin(self, parts: list[_Part], attributes: Attributes) -> None:
        self._part = _Part(attributes.get("Sport"))
        if len(parts) < MAX_SESSIONS:
            parts.append(self._part)
        else:
            self.skipped += 1

    def _begin_workout(self, attributes: Attributes) -> None:
        self._part = _Part(attributes.get("Sport"))
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

    def kind(self) -> tuple[Kind, list[_Part]]:
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
            device=_device(self.device),
            bbox=bbox,
            polyline=polyline,
            warnings=tuple(warnings),
        )


def _lap(values: dict[str, str]) -> Session:
    started, timer = parse_moment(values["start"]), number(values.get("timer"))
    sport, sub_sport = fit_sport(values["sport"])
    return Session(
        sport=sport,
        sub_sport=sub_sport,
        start=None if started is None else int(started),
        timer=timer,
        distance=number(values.get("distance")),
        avg_hr=pulse(number(values.get("avg_hr"))),
        max_hr=pulse(number(values.get("max_hr"))),
        avg_power=whole(number(values.get("avg_power"))),
        max_power=whole(number(values.get("max_power"))),
        avg_cadence=whole(number(values.get("avg_cadence"))),
        max_cadence=whole(number(values.get("max_cadence"))),
        calories=whole(number(values.get("calories"))),
    )


def _device(values: dict[str, str]) -> Device | None:
    product = clean_name(values.get("product"))
    serial = whole(number(values.get("serial"), 1, _UINT32), 1, _UINT32)
    major, minor = (whole(number(values.get(name))) for name in ("major", "minor"))
    software = f"{major}.{minor}" if major is not None and minor is not None and (major, minor) != (0, 0) else None
    if product is None and serial is None and software is None:
        return None
    return Device(product=product, serial=serial, software=software)


def _place(words: dict[str, str]) -> Waypoint | None:
    latitude, longitude = number(words.get("lat"), *RANGES["lat"]), number(words.get("lon"), *RANGES["lon"])
    if latitude is None or longitude is None:
        return None
    return Waypoint(
        lat=latitude,
        lon=longitude,
        name=clean_name(words.get("name")),
        kind=point_kind(words.get("kind")) or "generic",
        altitude=number(words.get("altitude"), *RANGES["altitude"]),
        time=parse_moment(words.get("time")),
    )
