"""Reading GPX: tracks, routes and way-points.

Heart rate, cadence, power, speed and temperature come from Garmin's TrackPointExtension (v1 and v2) and
PowerExtension, Cluetrust's gpxdata and the bare elements that Strava writes.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from math import nan

from gateway.formats.indexing import summary_of
from gateway.formats.moments import parse_moment
from gateway.formats.naming import clean_name
from gateway.formats.pointkinds import point_kind
from gateway.formats.quantities import number
from gateway.formats.safexml import Attributes, Hearers, Repeated, Texts, walk
from gateway.formats.samples import RANGES, Samples, map_of
from gateway.formats.sports import fit_sport
from gateway.formats.track import Column, Track, Waypoint
from gateway.model import Device, FileType, Kind, Session, Summary

_MEASURED = {
    "hr": "hr",
    "heartrate": "hr",
    "cad": "cadence",
    "cadence": "cadence",
    "power": "power",
    "watts": "power",
    "PowerInWatts": "power",
    "atemp": "temperature",
    "temp": "temperature",
    "speed": "speed",
}
_TRACK = {
    ("trkpt", "ele"): "altitude",
    ("trkpt", "time"): "time",
    ("trkpt", "speed"): "speed",
    **{
        (parent, element): column
        for element, column in _MEASURED.items()
        for parent in ("extensions", "TrackPointExtension")
    },
}
_INSIDE = frozenset({"extensions", "TrackPointExtension"})
_SUBTYPES = {Kind.ACTIVITY: "track", Kind.COURSE: "route", Kind.WAYPOINTS: "waypoints", Kind.OTHER: "empty"}
_PLACE = {("trkpt", "@lat"): "lat", ("trkpt", "@lon"): "lon"}


def read(data: bytes) -> Summary:
    """Check the document and sum it up; raises ``FormatError`` as ``safexml`` does.

    A track is an activity, a route a course. Gaps between segments and tracks count neither as distance nor as
    ``timer``.
    """
    return _read(data).summary()


def read_track(data: bytes) -> Track:
    """Return the track, else the route, with all way-points; raises ``FormatError`` as ``read`` does."""
    document = _read(data)
    _, samples = document.kind()
    return Track(
        summary=document.summary(),
        columns=samples.full_columns(),
        breaks=samples.inner_breaks(),
        waypoints=tuple(document.places()),
    )


def _read(data: bytes) -> "_Document":
    document = _Document()
    walk(data, document.hearers())
    return document


class _Points:
    """Points of one kind: ``trkpt``, ``rtept`` or ``wpt``. What an unusable one says does not count."""

    def __init__(self) -> None:
        self.samples = Samples()
        self.count = self.unusable = 0
        self.words: dict[int, dict[str, str]] = {}
        self._usable = False

    def begin(self, attributes: Attributes) -> None:
        latitude = number(attributes.get("lat"), *RANGES["lat"])
        longitude = number(attributes.get("lon"), *RANGES["lon"])
        self.count += 1
        self._usable = latitude is not None and longitude is not None
        if not self._usable:
            self.unusable += 1
            return
        self.samples.begin()
        self.samples.put("lat", latitude)
        self.samples.put("lon", longitude)

    def end(self) -> None:
        self._usable = False

    def put(self, column: str, text: str) -> None:
        if self._usable:
            self.samples.put(column, parse_moment(text) if column == "time" else number(text, *RANGES[column]))

    def word(self, key: str, text: str) -> None:
        if self._usable and text:
            self.words.setdefault(self.samples.count - 1, {}).setdefault(key, text)

    def take(self, count: int, columns: Mapping[str, Column]) -> None:
        self.count += count
        self.samples.extend(count, columns)


class _Document:
    """What has been read so far."""

    def __init__(self) -> None:
        self.track, self.route, self.waypoints = _Points(), _Points(), _Points()
        self.names: dict[str, str] = {}
        self.sport: str | None = None
        self.creator: str | None = None
        self.routes = 0

    def hearers(self) -> Hearers:
        points = {"trkpt": self.track, "rtept": self.route, "wpt": self.waypoints}
        return Hearers(
            opened={
                "gpx": self._root,
                "trkseg": lambda _: self.track.samples.pause(),
                "rte": self._new_route,
                **{element: some.begin for element, some in points.items()},
            },
            closed={element: some.end for element, some in points.items()},
            texts=self._texts(),
            repeated=Repeated("trkpt", _TRACK | _PLACE, self.track.take, _INSIDE),
        )

    def _texts(self) -> Texts:
        texts: Texts = {
            ("trk", "type"): self._type,
            ("trk", "name"): self._named("trk"),
            ("rte", "name"): self._named("rte"),
            ("metadata", "name"): self._named("gpx"),
            ("gpx", "name"): self._named("gpx"),
        }
        texts |= {key: partial(self.track.put, column) for key, column in _TRACK.items()}
        for element, points in (("rtept", self.route), ("wpt", self.waypoints)):
            texts |= {(element, key): partial(points.word, key) for key in ("name", "sym", "type")}
            texts[element, "ele"] = partial(points.put, "altitude")
            texts[element, "time"] = partial(points.put, "time")
        return texts

    def _named(self, owner: str) -> Callable[[str], None]:
        def hear(text: str) -> None:
            self.names.setdefault(owner, text)

        return hear

    def _root(self, attributes: Attributes) -> None:
        self.creator = self.creator or attributes.get("creator")

    def _type(self, text: str) -> None:
        self.sport = self.sport or text

    def _new_route(self, _attributes: Attributes) -> None:
        self.routes += 1
        self.route.samples.pause()

    def kind(self) -> tuple[Kind, Samples]:
        """Say what the document is, and which points tell about it."""
        if self.track.samples.count:
            return Kind.ACTIVITY, self.track.samples
        if self.route.samples.count or self.routes or self.track.count:
            return Kind.COURSE, self.route.samples
        if self.waypoints.samples.count:
            return Kind.WAYPOINTS, Samples()
        return Kind.OTHER, Samples()

    def places(self) -> list[Waypoint]:
        """Return the way-points, and the named points of a route."""
        found = [_place(self.waypoints, at) for at in range(self.waypoints.samples.count)]
        if self.kind()[0] is Kind.COURSE:
            found += [replace(_place(self.route, at), index=at) for at in self.route.words]
        return found

    def _name(self) -> str | None:
        order = ("trk", "gpx", "rte") if self.track.count else ("rte", "gpx", "trk")
        return next(filter(None, (clean_name(self.names.get(owner)) for owner in order)), None)

    def summary(self) -> Summary:
        kind, samples = self.kind()
        sport, sub_sport = fit_sport(self.sport)
        total = samples.session() if samples.count else Session()
        bbox, polyline = map_of([samples])
        if kind is Kind.WAYPOINTS:
            bbox, _ = map_of([self.waypoints.samples])
        creator = clean_name(self.creator)
        warnings = []
        if self.track.unusable:
            warnings.append(f"{self.track.unusable} of {self.track.count} points have no usable position")
        return summary_of(
            FileType.GPX,
            kind,
            replace(total, sport=sport, sub_sport=sub_sport),
            subtype=_SUBTYPES[kind],
            name=self._name(),
            records=self.track.count,
            device=Device(software=creator) if creator else None,
            bbox=bbox,
            polyline=polyline,
            warnings=tuple(warnings),
        )


def _place(points: _Points, at: int) -> Waypoint:
    columns, words = points.samples.full_columns(), points.words.get(at, {})

    def value(name: str) -> float | None:
        found = columns[name][at] if name in columns else nan
        return None if found != found else found  # noqa: PLR0124 - nan

    return Waypoint(
        lat=columns["lat"][at],
        lon=columns["lon"][at],
        name=clean_name(words.get("name")),
        kind=point_kind(words.get("sym")) or point_kind(words.get("type")) or "generic",
        altitude=value("altitude"),
        time=value("time"),
    )
