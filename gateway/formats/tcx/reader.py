"""Garmin's Training Center XML: activities with laps, courses and workouts.

Source: garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd and ActivityExtensionv2.xsd.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from gateway.formats.geo import merged
from gateway.formats.indexing import summary_of
from gateway.formats.moments import parse_moment
from gateway.formats.naming import clean_name
from gateway.formats.quantities import number, pulse, whole, within
from gateway.formats.safexml import Attributes, Hearers, Texts, walk
from gateway.formats.samples import Samples
from gateway.formats.sports import fit_sport
from gateway.formats.totals import combine
from gateway.formats.track import Track
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
_POINT_VALUES = {
    ("Trackpoint", "Time"): Samples.add_time,
    ("Trackpoint", "AltitudeMeters"): Samples.add_altitude,
    ("Trackpoint", "Cadence"): Samples.add_cadence,
    ("HeartRateBpm", "Value"): Samples.add_hr,
    ("TPX", "RunCadence"): Samples.add_cadence,
    ("TPX", "Watts"): Samples.add_power,
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
    document = _Document()
    walk(data, document.hearers())
    return document.summary()


class _Part:
    """An activity or a course while it is read."""

    def __init__(self, sport: str | None) -> None:
        self.sport = sport
        self.start: float | None = None
        self.name: str | None = None
        self.samples = Samples()
        self.laps: list[dict[str, str]] = []

    def lap_sessions(self) -> list[Session]:
        return [_lap(values) for values in self.laps]

    def session(self) -> Session:
        """Laps where they speak, the points elsewhere; elapsed is never shorter than the time that it ran."""
        measured = self.samples.session()
        stated = combine(self.lap_sessions())
        sport, sub_sport = fit_sport(self.sport)
        timer = measured.timer if stated.timer is None else stated.timer
        start = self.start if self.start is not None else stated.start
        start = measured.start if start is None else start
        elapsed = timer
        if start is not None and self.samples.last is not None:
            elapsed = within(max(self.samples.last - start, timer or 0.0))
        return replace(
            measured,
            sport=sport,
            sub_sport=sub_sport,
            start=None if start is None else int(start),
            elapsed=elapsed,
            timer=timer,
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
                "Creator": self._begin_creator,
            },
            closed={"Position": self._end_position, "Creator": self._end_creator},
            texts=self._texts(),
        )

    def _texts(self) -> Texts:
        named: Texts = {
            ("Activity", "Id"): self._id,
            ("Course", "Name"): self._name,
            ("Workout", "Name"): self._name,
            ("Position", "LatitudeDegrees"): partial(self._place.__setitem__, "latitude"),
            ("Position", "LongitudeDegrees"): partial(self._place.__setitem__, "longitude"),
        }
        measured = {key: partial(self._measured, add) for key, add in _POINT_VALUES.items()}
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

    def _begin_creator(self, _attributes: Attributes) -> None:
        self._in_creator = True

    def _end_creator(self) -> None:
        self._in_creator = False

    def _end_position(self) -> None:
        self._part.samples.add_place(self._place.get("latitude"), self._place.get("longitude"))
        self._place.clear()

    def _id(self, text: str) -> None:
        self._part.start = parse_moment(text)

    def _name(self, text: str) -> None:
        self._part.name = text

    def _measured(self, add: Callable[[Samples, str], None], text: str) -> None:
        add(self._part.samples, text)

    def _lap_value(self, name: str, text: str) -> None:
        self._lap.setdefault(name, text)

    def _device_value(self, name: str, text: str) -> None:
        if self._in_creator:
            self.device.setdefault(name, text)

    def _kind(self) -> tuple[Kind, list[_Part]]:
        if self.activities:
            return Kind.ACTIVITY, self.activities
        if self.courses:
            return Kind.COURSE, self.courses
        if self.workout:
            return Kind.WORKOUT, [self.workout]
        return Kind.OTHER, []

    def summary(self) -> Summary:
        kind, parts = self._kind()
        sessions = tuple(part.session() for part in parts)
        bbox, polyline = merged([part.samples.path for part in parts])
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


def read_track(data: bytes) -> Track:
    """Return the points of the document; raises ``FormatError`` as ``read`` does."""
    return Track(read(data))
