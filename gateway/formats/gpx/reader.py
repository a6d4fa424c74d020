"""GPX 1.0 and 1.1: tracks, routes and waypoints.

Source: topografix.com/GPX/1/1; heart rate, cadence and power from Garmin's TrackPointExtension and PowerExtension,
Cluetrust's gpxdata and the bare elements that Strava writes.
"""

from collections.abc import Callable
from dataclasses import replace

from gateway.formats.indexing import summary_of
from gateway.formats.naming import clean_name
from gateway.formats.safexml import Attributes, Hearers, Texts, walk
from gateway.formats.samples import Samples
from gateway.formats.sports import fit_sport
from gateway.formats.track import Track
from gateway.model import Device, FileType, Kind, Session, Summary

_EXTENSIONS = ("extensions", "TrackPointExtension")
_MEASURED = {
    "hr": "hr",
    "heartrate": "hr",
    "cad": "cadence",
    "cadence": "cadence",
    "power": "power",
    "watts": "power",
    "PowerInWatts": "power",
}


def read(data: bytes) -> Summary:
    """Check the document and sum it up; raises ``FormatError`` as ``safexml`` does.

    A track with times is an activity, one without times or a route a course. Gaps between segments and tracks count
    neither as distance nor as ``timer``.
    """
    document = _Document()
    walk(data, document.hearers())
    return document.summary()


class _Document:
    """What has been read so far; a point's values count only when its place is usable."""

    def __init__(self) -> None:
        self.track, self.route, self.waypoints = Samples(), Samples(), Samples()
        self.points = self.unusable = 0
        self.names: dict[str, str] = {}
        self.sport: str | None = None
        self.creator: str | None = None
        self.routes = 0
        self._usable = False
        self._measured: set[str] = set()

    def hearers(self) -> Hearers:
        return Hearers(
            opened={
                "gpx": self._root,
                "trkseg": lambda _: self.track.pause(),
                "trkpt": self._track_point,
                "rte": self._new_route,
                "rtept": self._route_point,
                "wpt": self._waypoint,
            },
            closed={"trkpt": self._end_point, "rtept": self._end_point},
            texts=self._texts() | self._measurements(),
        )

    def _texts(self) -> Texts:
        return {
            ("trk", "type"): self._type,
            ("trk", "name"): self._named("trk"),
            ("rte", "name"): self._named("rte"),
            ("metadata", "name"): self._named("gpx"),
            ("gpx", "name"): self._named("gpx"),
            ("trkpt", "ele"): self._if_usable(self.track.add_altitude),
            ("trkpt", "time"): self._if_usable(self.track.add_time),
            ("rtept", "ele"): self._if_usable(self.route.add_altitude),
        }

    def _measurements(self) -> Texts:
        track = self.track
        adders = {"hr": track.add_hr, "cadence": track.add_cadence, "power": track.add_power}
        return {
            (parent, element): self._once(quantity, adders[quantity])
            for element, quantity in _MEASURED.items()
            for parent in _EXTENSIONS
        }

    def _named(self, owner: str) -> Callable[[str], None]:
        def hear(text: str) -> None:
            self.names.setdefault(owner, text)

        return hear

    def _if_usable(self, add: Callable[[str], None]) -> Callable[[str], None]:
        def hear(text: str) -> None:
            if self._usable:
                add(text)

        return hear

    def _once(self, quantity: str, add: Callable[[str], None]) -> Callable[[str], None]:
        """Several extensions may say the same of one point: the first counts."""

        def hear(text: str) -> None:
            if self._usable and quantity not in self._measured:
                self._measured.add(quantity)
                add(text)

        return hear

    def _root(self, attributes: Attributes) -> None:
        self.creator = self.creator or attributes.get("creator")

    def _type(self, text: str) -> None:
        self.sport = self.sport or text

    def _track_point(self, attributes: Attributes) -> None:
        self.points += 1
        self._measured.clear()
        self._usable = self.track.add_place(attributes.get("lat"), attributes.get("lon"))
        self.unusable += not self._usable

    def _end_point(self) -> None:
        self._usable = False

    def _new_route(self, _attributes: Attributes) -> None:
        self.routes += 1
        self.route.pause()

    def _route_point(self, attributes: Attributes) -> None:
        self._usable = self.route.add_place(attributes.get("lat"), attributes.get("lon"))

    def _waypoint(self, attributes: Attributes) -> None:
        self.waypoints.add_place(attributes.get("lat"), attributes.get("lon"))

    def _kind(self) -> tuple[Kind, Samples]:
        if self.track.first is not None or self.track.path.count:
            return Kind.ACTIVITY, self.track
        if self.route.path.count or self.routes or self.points:
            return Kind.COURSE, self.route
        return (Kind.WAYPOINTS if self.waypoints.path.count else Kind.OTHER), self.waypoints

    def _name(self) -> str | None:
        order = ("trk", "gpx", "rte") if self.points else ("rte", "gpx", "trk")
        return next(filter(None, (clean_name(self.names.get(owner)) for owner in order)), None)

    def summary(self) -> Summary:
        kind, samples = self._kind()
        total = samples.session() if kind in {Kind.ACTIVITY, Kind.COURSE} else Session()
        sport, sub_sport = fit_sport(self.sport)
        total = replace(total, sport=sport, sub_sport=sub_sport)
        creator = clean_name(self.creator)
        warnings = []
        if self.unusable:
            warnings.append(f"{self.unusable} of {self.points} points have no usable position")
        return summary_of(
            FileType.GPX,
            kind,
            total,
            name=self._name(),
            records=self.points,
            device=Device(software=creator) if creator else None,
            bbox=samples.path.box(),
            polyline=samples.path.line.encoded() if kind is not Kind.WAYPOINTS else None,
            warnings=tuple(warnings),
        )


def read_track(data: bytes) -> Track:
    """Return the track and way-points of the document; raises ``FormatError`` as ``read`` does."""
    return Track(read(data))
