"""A track as the rows of a FIT file: a time for every sample, whole places, values as stored."""

from array import array
from collections.abc import Mapping
from itertools import pairwise
from math import nan
from typing import NamedTuple

from gateway.formats.fit.encoding import Field, Message, stored_column, stored_floats
from gateway.formats.fit.written import RECORD, RECORD_NUMBER, WIDE
from gateway.formats.geo import MAX_LATITUDE, MAX_LONGITUDE
from gateway.formats.track import COLUMNS, Column, Track

MAX_DEVELOPER_FIELDS = 255

_MOST_EAST = MAX_LONGITUDE - 1e-7  # from here on a position rounds to the number that means "none"


class Rows(NamedTuple):
    """Record messages: their layout, the stored values by field, the names of the developer fields at the end."""

    message: Message
    columns: list[list[int]]
    developer: tuple[str, ...]

    def between(self, first: int, behind: int) -> list[list[int]]:
        """Return the columns of a stretch of samples."""
        return [column[first:behind] for column in self.columns]


def columns_of(track: Track) -> dict[str, Column]:
    """Return the columns as they can be written.

    Every sample has a time, unless none has one: what lacks it, or has one that FIT cannot store, gets it from its
    neighbours. A latitude without a longitude goes, as does a place outside the Earth; 180 degrees east is west.
    """
    columns = dict(track.columns)
    times = _filled(columns.pop("time", array("d")))
    if "lat" in columns or "lon" in columns:
        columns["lat"], columns["lon"] = _places(track.column("lat"), track.column("lon"))
    return columns if times is None else {"time": times, **columns}


def rows_of(columns: Mapping[str, Column]) -> Rows:
    """Return the records of what ``columns_of`` returned, without a column of which nothing can be stored."""
    fields: dict[str, Field] = {}
    written = []
    for name in filter(columns.__contains__, RECORD):
        field, values = _stored(name, columns[name])
        if values.count(field.limits()[2]) < len(values):
            fields[name] = field
            written.append(values)
    developer = [name for name in columns if name not in COLUMNS][:MAX_DEVELOPER_FIELDS]
    written += [stored_floats(columns[name]) for name in developer]
    return Rows(Message(RECORD_NUMBER, fields, len(developer)), written, tuple(developer))


def _stored(name: str, column: Column) -> tuple[Field, list[int]]:
    """Store a column in the usual field, or in the enhanced one where that has room for more of the values."""
    field = RECORD[name]
    values = stored_column(field, column)
    if name in WIDE:
        wide = stored_column(WIDE[name], column)
        if wide.count(WIDE[name].limits()[2]) < values.count(field.limits()[2]):
            return WIDE[name], wide
    return field, values


def _filled(times: Column) -> "Column | None":
    """Put times where there are none: evenly between known ones, at both ends as the nearest; ``None`` without any."""
    field = RECORD["time"]
    _, highest, _ = field.limits()
    known = [index for index, time in enumerate(times) if 0 <= time + field.offset <= highest]
    if not known or len(known) == len(times):
        return times if known else None
    filled = array("d", [times[known[0]]]) * known[0]
    for before, behind in pairwise(known):
        step = (times[behind] - times[before]) / (behind - before)
        filled.extend(times[before] + number * step for number in range(behind - before))
    filled.extend([times[known[-1]]] * (len(times) - known[-1]))
    return filled


def _places(latitudes: Column, longitudes: Column) -> tuple[Column, Column]:
    whole = [
        (south, east if east < _MOST_EAST else -MAX_LONGITUDE)
        if abs(south) <= MAX_LATITUDE and abs(east) <= MAX_LONGITUDE
        else (nan, nan)
        for south, east in zip(latitudes, longitudes, strict=True)
    ]
    return array("d", [south for south, _ in whole]), array("d", [east for _, east in whole])
