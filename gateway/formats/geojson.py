"""A track as GeoJSON (RFC 7946): a feature for the way, one for each way-point.

What was measured on the way goes with it as lists beside the coordinates, under ``coordinateProperties`` as togeojson
has it (github.com/placemark/togeojson): ``times`` in ISO 8601, ``heart`` and so on.
"""

import json
from itertools import pairwise
from typing import Any

from gateway.errors import FormatError
from gateway.formats.moments import iso
from gateway.formats.track import DECIMALS, Track, Waypoint

_MEASURED = {
    "hr": "heart", "cadence": "cadence", "power": "power", "speed": "speed", "temperature": "atemps",
    "distance": "distances",
}  # fmt: skip


def write(track: Track) -> bytes:
    """Return a ``FeatureCollection`` in ASCII; raises ``FormatError`` (``no_places``) for a track without places.

    Coordinates are (longitude, latitude) in degrees, and the altitude in metres where it is known. Samples without a
    place are left out, and so is a segment of a single one, unless that is all there is.
    """
    placed = list(filter(None, (_placed(track, *bounds) for bounds in _segments(track))))
    segments = [segment for segment in placed if len(segment) > 1] or placed[:1]
    if not segments and not track.waypoints:
        raise FormatError("no_places", 0, "the file has no places")
    features = [_way(track, segments)] if segments else []
    features += [_point(waypoint) for waypoint in track.waypoints]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode("ascii")


def _segments(track: Track) -> list[tuple[int, int]]:
    return list(pairwise((0, *track.breaks, len(track))))


def _placed(track: Track, start: int, end: int) -> list[int]:
    """Give the samples of a segment that have a place."""
    places = zip(range(start, end), track.column("lat")[start:end], track.column("lon")[start:end], strict=True)
    return [index for index, lat, lon in places if lat - lat == 0 == lon - lon]


def _way(track: Track, segments: list[list[int]]) -> dict[str, Any]:
    lines = [_coordinates(track, segment) for segment in segments]
    summary = track.summary
    known = {
        "name": summary.name, "sport": summary.sport, "sub_sport": summary.sub_sport, "distance": summary.distance,
        "elapsed": summary.elapsed, "time": None if summary.start is None else iso(summary.start),
    }  # fmt: skip
    properties: dict[str, Any] = {key: value for key, value in known.items() if value is not None}
    measured = _lists(track, segments)
    if measured:
        properties["coordinateProperties"] = measured
    return {"type": "Feature", "properties": properties, "geometry": _geometry(lines)}


def _geometry(lines: list[list[list[float]]]) -> dict[str, Any]:
    """Give the simplest geometry."""
    if len(lines) > 1:
        return {"type": "MultiLineString", "coordinates": lines}
    if len(lines[0]) > 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "Point", "coordinates": lines[0][0]}


def _coordinates(track: Track, indexes: list[int]) -> list[list[float]]:
    lat, lon, altitude = map(track.column, ("lat", "lon", "altitude"))
    digits = DECIMALS["lat"]
    return [
        [round(lon[at], digits), round(lat[at], digits)]
        + ([round(altitude[at], DECIMALS["altitude"])] if altitude[at] - altitude[at] == 0 else [])
        for at in indexes
    ]


def _lists(track: Track, segments: list[list[int]]) -> dict[str, Any]:
    """Give what was measured, a list a coordinate, of several lines a list of lists."""
    found: dict[str, Any] = {}
    for name in ("time", *_MEASURED):
        if name in track.columns:
            lists = [_values(track, name, segment) for segment in segments]
            found[_MEASURED.get(name, "times")] = lists[0] if len(lists) == 1 else lists
    return found


def _values(track: Track, name: str, indexes: list[int]) -> list[Any]:
    told = iso if name == "time" else lambda value: round(value, DECIMALS.get(name, 3))
    values = map(track.column(name).__getitem__, indexes)
    return [told(value) if value - value == 0 else None for value in values]


def _point(waypoint: Waypoint) -> dict[str, Any]:
    digits = DECIMALS["lat"]
    place = [round(waypoint.lon, digits), round(waypoint.lat, digits)]
    if waypoint.altitude is not None:
        place.append(waypoint.altitude)
    properties = {"name": waypoint.name, "kind": waypoint.kind}
    return {
        "type": "Feature", "properties": {key: value for key, value in properties.items() if value},
        "geometry": {"type": "Point", "coordinates": place},
    }  # fmt: skip
