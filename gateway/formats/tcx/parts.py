"""Activities, courses and their laps, as the elements of a TCX document tell about them."""

from dataclasses import replace

from gateway.formats.moments import parse_moment
from gateway.formats.naming import clean_name
from gateway.formats.pointkinds import point_kind
from gateway.formats.quantities import number, pulse, whole
from gateway.formats.samples import RANGES, Samples
from gateway.formats.sports import fit_sport
from gateway.formats.totals import combine
from gateway.formats.track import Waypoint
from gateway.model import Device, Session

_UINT32 = 2**32 - 1


class Part:
    """An activity or a course while it is read."""

    def __init__(self, sport: str | None) -> None:
        self.sport = sport
        self.start: float | None = None
        self.name: str | None = None
        self.samples = Samples()
        self.points: list[dict[str, str]] = []
        self.laps: list[dict[str, str]] = []

    def lap_sessions(self) -> list[Session]:
        """Return the laps in the model's words."""
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


def device_of(values: dict[str, str]) -> Device | None:
    """Return the recorder that the words of a ``Creator`` name."""
    product = clean_name(values.get("product"))
    serial = whole(number(values.get("serial"), 1, _UINT32), 1, _UINT32)
    major, minor = (whole(number(values.get(name))) for name in ("major", "minor"))
    software = f"{major}.{minor}" if major is not None and minor is not None and (major, minor) != (0, 0) else None
    if product is None and serial is None and software is None:
        return None
    return Device(product=product, serial=serial, software=software)


def place_of(words: dict[str, str]) -> Waypoint | None:
    """Return the course point of these words, ``None`` without a usable position."""
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
