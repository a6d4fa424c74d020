"""Samples that a watch recorded itself: rows of small whole numbers in, the columns of a ``Track`` out.

Rows are kept as 32-bit little-endian integers, one row behind the other, so that batches are compared and joined as
bytes; 2147483647 (FIT's own mark) stands for a value that the watch does not have.
"""

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any, Final

from gateway.errors import BadRequest
from gateway.formats.track import Track
from gateway.model import FileType, Kind, Summary

NONE: Final = 2**31 - 1
WIDTH: Final = 4  # bytes of a value


@dataclass(frozen=True, slots=True)
class Column:
    """What a watch sends under one name: its range, whether -1 is none too, and the ``Track`` column that it fills."""

    name: str
    least: int
    most: int
    scale: float
    minus_one: bool = False


COLUMNS: Final = {
    "dt": Column("time", 0, NONE - 1, 1.0),  # seconds since the start
    "lat": Column("lat", -900_000_000, 900_000_000, 1e7),
    "lon": Column("lon", -1_800_000_000, 1_800_000_000, 1e7),
    "alt": Column("altitude", -10_000, 200_000, 10.0),  # decimetres
    "hr": Column("hr", 0, 255, 1.0, minus_one=True),
    "cad": Column("cadence", 0, 255, 1.0, minus_one=True),
    "pwr": Column("power", 0, 10_000, 1.0, minus_one=True),
    "dist": Column("distance", 0, NONE - 1, 1.0, minus_one=True),  # metres
}


def known_columns(names: Sequence[object]) -> tuple[str, ...]:
    """Check the names of columns; raises ``BadRequest``."""
    for name in names:
        if not isinstance(name, str) or name not in COLUMNS:
            raise BadRequest(f"cols: takes {', '.join(COLUMNS)}")
    if len(set(names)) != len(names) or "dt" not in names:
        raise BadRequest("cols: takes each column once, and dt is needed")
    return tuple(str(name) for name in names)


def packed(rows: Sequence[object], columns: Sequence[str], start: int) -> bytes:
    """Check rows of a track that begins at ``start`` and pack them; raises ``BadRequest`` that names the row."""
    kinds = [(name, COLUMNS[name]) for name in columns]
    kinds[columns.index("dt")] = "dt", replace(COLUMNS["dt"], most=NONE - 1 - start)
    values: list[int] = []
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(kinds):
            raise BadRequest(f"rows[{number}]: must be a list of {len(kinds)} numbers")
        values += [_value(value, number, name, kind) for value, (name, kind) in zip(row, kinds, strict=True)]
    return struct.pack(f"<{len(values)}i", *values)


def _value(value: object, number: int, name: str, kind: Column) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or value == NONE or (kind.minus_one and value == -1):
        if name == "dt":
            raise BadRequest(f"rows[{number}]: dt is missing")
        return NONE
    if isinstance(value, bool) or not isinstance(value, int) or not kind.least <= value <= kind.most:
        raise BadRequest(f"rows[{number}]: {name} must be from {kind.least} to {kind.most}")
    return value


def track_of(body: bytes, columns: Sequence[str], start: int, sport: str | None, sub_sport: str | None) -> Track:
    """Give packed rows as a track in the order of time; a position of which half is missing is none."""
    width = len(columns)
    numbers = struct.unpack(f"<{len(body) // WIDTH}i", body)
    rows = sorted(range(0, len(numbers), width), key=lambda row: numbers[row + columns.index("dt")])
    found: dict[str, array[float]] = {}
    for place, name in enumerate(columns):
        kind = COLUMNS[name]
        values = array("d", [_scaled(numbers[row + place], kind.scale) for row in rows])
        if any(value == value for value in values):  # noqa: PLR0124  nan is not itself
            found[kind.name] = values
    found["time"] = array("d", [start + seconds for seconds in found["time"]])
    _whole_positions(found)
    return Track(_summary(found, sport, sub_sport), found)


def _scaled(number: int, scale: float) -> float:
    return nan if number == NONE else number / scale


def _whole_positions(found: dict[str, Any]) -> None:
    lat, lon = found.get("lat"), found.get("lon")
    if lat is None or lon is None:
        found.pop("lat", None)
        found.pop("lon", None)
        return
    for n, both in enumerate(zip(lat, lon, strict=True)):
        if any(value != value for value in both):  # noqa: PLR0124
            lat[n] = lon[n] = nan


def _summary(found: dict[str, Any], sport: str | None, sub_sport: str | None) -> Summary:
    first, last = found["time"][0], found["time"][-1]
    return Summary(
        FileType.FIT, Kind.ACTIVITY, sport=sport, sub_sport=sub_sport, start=int(first), elapsed=last - first,
        timer=last - first, records=len(found["time"]),
    )  # fmt: skip
