"""A track as JSON columns: what apps and scripts draw from."""

import json
from collections.abc import Sequence
from typing import Any

import orjson

from gateway.formats.track import COLUMNS, DECIMALS, Track, Waypoint


def write(track: Track) -> bytes:
    """Return one JSON object in ASCII.

    ``count`` samples; ``columns`` by name, each a list of so many numbers, null where a sample does not say; ``units``
    of all columns; ``breaks`` the indexes of samples that begin another segment; ``waypoints``.
    """
    columns = ",".join(f"{json.dumps(name)}:{_numbers(name, values)}" for name, values in track.columns.items())
    units = {name: COLUMNS.get(name) or track.units.get(name) for name in track.columns}
    about = {
        "count": len(track),
        "units": {name: unit for name, unit in units.items() if unit},
        "breaks": track.breaks,
        "waypoints": [_waypoint(waypoint) for waypoint in track.waypoints],
    }
    return f'{{"ok":true,"columns":{{{columns}}},{json.dumps(about, separators=(",", ":"))[1:]}'.encode("ascii")


def _numbers(name: str, values: Sequence[float]) -> str:
    """Write numbers as far as their digits say something; what is not a number is null."""
    decimals = DECIMALS.get(name)
    told = values if decimals is None else [round(value, decimals) if value - value == 0 else None for value in values]
    return orjson.dumps(list(told)).decode()


def _waypoint(waypoint: Waypoint) -> dict[str, Any]:
    known = {
        "lat": round(waypoint.lat, DECIMALS["lat"]), "lon": round(waypoint.lon, DECIMALS["lon"]),
        "name": waypoint.name, "kind": waypoint.kind, "altitude": waypoint.altitude, "time": waypoint.time,
        "distance": waypoint.distance, "index": waypoint.index,
    }  # fmt: skip
    return {key: value for key, value in known.items() if value is not None}
