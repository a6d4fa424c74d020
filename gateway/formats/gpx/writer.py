"""GPX 1.1 from any track.

Source: topografix.com/GPX/1/1 (the order of elements) and Garmin's TrackPointExtension v2. Power is the bare ``power``
that Strava, GoldenCheetah and others read and write; the schema wants another namespace there, but no reader does.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from gateway.errors import UnsupportedType
from gateway.formats.samples import RANGES
from gateway.formats.track import Track, Waypoint
from gateway.formats.xmltext import DECLARATION, element, escaped, fixed, moment, place, plain
from gateway.model import Device, Kind, Summary

_OPEN = (
    '<gpx xmlns="http://www.topografix.com/GPX/1/1"'
    ' xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"'
    ' version="1.1" creator="Wristgate">\n'
)
_CLOSE = "</gpx>\n"
_COLUMNS = ("lat", "lon", "altitude", "time", "temperature", "hr", "cadence", "speed", "power")
_MAX_PULSE, _MAX_CADENCE = 255, 254  # of the extension's schema

_TYPES: Mapping[tuple[str | None, str | None], str] = {
    # where one word says sport and sub-sport: Garmin Connect's, or Strava's
    ("running", "trail"): "trail_running",
    ("running", "treadmill"): "treadmill_running",
    ("cycling", "road"): "road_biking",
    ("cycling", "mountain"): "mountain_biking",
    ("cycling", "gravel_cycling"): "gravel_cycling",
    ("cycling", "indoor_cycling"): "indoor_cycling",
    ("cycling", "virtual_activity"): "virtual_ride",
    ("swimming", "lap_swimming"): "lap_swimming",
    ("swimming", "open_water"): "open_water_swimming",
}
_SYMBOLS = {
    # Garmin's names of symbols for FIT's kinds of course points
    "summit": "Summit",
    "water": "Drinking Water",
    "food": "Restaurant",
    "danger": "Danger Area",
    "campsite": "Campground",
    "toilet": "Restroom",
    "tunnel": "Tunnel",
    "bridge": "Bridge",
}


def write(track: Track) -> bytes:
    """Return the track as GPX: an activity as ``trk``, a course as ``rte``, places beside the way as ``wpt``.

    A segment is a ``trkseg`` or a ``rte`` of its own. A course point names its point of the route; a second one at
    the same point is a ``wpt``. A course goes without times. GPX knows places only: samples without one are left
    out, as are distance, laps and developer fields. Raises ``UnsupportedType`` when no sample has a place, as in
    an indoor activity: TCX and FIT can hold that.
    """
    places, named = _divided(track) if track.summary.kind is Kind.COURSE else (track.waypoints, {})
    way = _course(track, named) if track.summary.kind is Kind.COURSE else _activity(track)
    if not way and (len(track) or not track.waypoints):
        raise UnsupportedType("GPX needs positions, and there are none: take TCX or FIT")
    name = "" if way else element("metadata", element("name", escaped(track.summary.name)))
    return "".join([DECLARATION, _OPEN, name, *map(_waypoint, places), way, _CLOSE]).encode()


def _divided(track: Track) -> tuple[list[Waypoint], dict[int, Waypoint]]:
    """Tell the places beside the way from the course points, which go by sample."""
    beside: list[Waypoint] = []
    on_the_way: dict[int, Waypoint] = {}
    latitudes, longitudes = track.column("lat"), track.column("lon")
    for waypoint in track.waypoints:
        at = waypoint.index
        if at is None or at in on_the_way or place(latitudes[at], longitudes[at]) is None:
            beside.append(waypoint)
        else:
            on_the_way[at] = waypoint
    return beside, on_the_way


def _activity(track: Track) -> str:
    summary = track.summary
    samples = zip(*map(track.column, _COLUMNS), strict=True)
    segments = _segments(track, [_track_point(*sample) for sample in samples])
    if not segments:
        return ""
    about = element("name", escaped(summary.name)) + element("src", escaped(_recorder(summary.device)))
    about += element("type", escaped(_sport(summary)))
    return "".join([f"<trk>{about}\n", *(f"<trkseg>\n{segment}</trkseg>\n" for segment in segments), "</trk>\n"])


def _course(track: Track, named: Mapping[int, Waypoint]) -> str:
    columns = map(track.column, ("lat", "lon", "altitude"))
    samples = enumerate(zip(*columns, strict=True))
    points = [_route_point(sample, named.get(index)) for index, sample in samples]
    about = element("name", escaped(track.summary.name)) + element("type", escaped(_sport(track.summary)))
    return "".join(f"<rte>{about}\n{segment}</rte>\n" for segment in _segments(track, points))


def _segments(track: Track, points: list[str]) -> list[str]:
    """Join the points of each segment; one without points is none."""
    bounds = pairwise((0, *track.breaks, len(points)))
    return list(filter(None, ("".join(points[start:end]) for start, end in bounds)))


def _sport(summary: Summary) -> str | None:
    return _TYPES.get((summary.sport, summary.sub_sport), summary.sport)


def _recorder(device: Device | None) -> str:
    return " ".join(filter(None, (device.manufacturer, device.product))) if device else ""


def _track_point(
    latitude: float,
    longitude: float,
    altitude: float,
    time: float,
    temperature: float,
    hr: float,
    cadence: float,
    speed: float,
    power: float,
) -> str:
    where = place(latitude, longitude)
    if where is None:
        return ""
    measured = (
        element("gpxtpx:atemp", fixed(temperature, 1, *RANGES["temperature"]))
        + element("gpxtpx:hr", fixed(hr, 0, 1, _MAX_PULSE))
        + element("gpxtpx:cad", fixed(cadence, 0, 0, _MAX_CADENCE))
        + element("gpxtpx:speed", fixed(speed, 3, *RANGES["speed"]))
    )
    extensions = element("power", fixed(power, 0, *RANGES["power"])) + element("gpxtpx:TrackPointExtension", measured)
    inside = _altitude(altitude) + element("time", moment(time)) + element("extensions", extensions)
    return _point("trkpt", where, inside)


def _route_point(sample: Sequence[float], named: Waypoint | None) -> str:
    latitude, longitude, altitude = sample
    where = place(latitude, longitude)
    if where is None:
        return ""
    return _point("rtept", where, _altitude(altitude) + (_words(named) if named else ""))


def _waypoint(waypoint: Waypoint) -> str:
    where = place(waypoint.lat, waypoint.lon)
    if where is None:
        return ""
    return _point(
        "wpt", where, _altitude(waypoint.altitude) + element("time", moment(waypoint.time)) + _words(waypoint)
    )


def _words(waypoint: Waypoint) -> str:
    """Say what a place is; the type of one that has no name either tells that it is a course point at all."""
    kind = waypoint.kind if waypoint.kind != "generic" or not plain(waypoint.name) else ""
    symbol = element("sym", _SYMBOLS.get(waypoint.kind, ""))
    return element("name", escaped(waypoint.name)) + symbol + element("type", escaped(kind))


def _altitude(altitude: float | None) -> str:
    return element("ele", fixed(altitude, 2, *RANGES["altitude"]))


def _point(name: str, where: tuple[str, str], inside: str) -> str:
    start = f'<{name} lat="{where[0]}" lon="{where[1]}"'
    return f"{start}>{inside}</{name}>\n" if inside else f"{start}/>\n"
