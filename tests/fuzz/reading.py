"""What the readers promise for any bytes, as assertions that the fuzzer and the tests share."""

import math
from collections.abc import Callable
from dataclasses import asdict, astuple, fields
from enum import Enum
from typing import Any

import orjson

from gateway import formats
from gateway.errors import FormatError
from gateway.formats import repeats
from gateway.formats.refusals import MEANINGS
from gateway.formats.track import COLUMNS, Track
from gateway.model import FileType, Session, Summary

INT32 = 2**31
UINT32 = 2**32
LONGEST_MESSAGE = 80
CODES = {*MEANINGS, "unknown_format"}


def check_reading(data: bytes) -> Summary | None:
    """Detect, sum up and take columns; all three agree. Returns the summary of a file that is read."""
    kind, summary, track = (_or_refusal(reader, data) for reader in (formats.detect, formats.read, formats.read_track))
    if isinstance(summary, Summary):
        assert kind is summary.type
        check_summary(summary)
        assert isinstance(track, Track), track
        check_track(track)
        assert all(any(map(math.isfinite, column)) for column in track.columns.values())
        assert track.summary == summary
        return summary
    assert summary == track
    if not isinstance(kind, FileType):
        assert kind == summary
    return None


def check_reading_of_runs(data: bytes) -> None:
    """The same, and points in a run mean what they mean one by one (``gateway.formats.repeats``)."""
    check_reading(data)
    few = repeats.MIN_ELEMENTS
    try:
        said = []
        for few_enough in (0, len(data) + 1):
            repeats.MIN_ELEMENTS = few_enough  # type: ignore[misc]  # always, and never
            said.append(_said(_or_refusal(formats.read_track, data)))
    finally:
        repeats.MIN_ELEMENTS = few  # type: ignore[misc]
    assert said[0] == said[1], said


def _said(track: Track | tuple[str, int, str]) -> object:
    """What can be compared: a nan is none."""
    if isinstance(track, tuple):
        return track
    columns = {name: column.tobytes() for name, column in track.columns.items()}
    return track.summary, columns, track.units, track.breaks, track.waypoints


def check_detecting(data: bytes) -> None:
    """Tell the type."""
    assert _or_refusal(formats.detect, data)


def _or_refusal(reader: Callable[[bytes], Any], data: bytes) -> Any:
    """What a reader returns, or code, offset and message of its ``FormatError``: nothing else may be raised."""
    try:
        return reader(data)
    except FormatError as error:
        check_refusal(error, len(data))
        return error.code, error.offset, error.message


def check_refusal(error: FormatError, size: int) -> None:
    """A known code, a byte of the file, a sentence for a watch."""
    assert error.code in CODES
    assert 0 <= error.offset <= size
    assert error.message.isascii()
    assert error.message.isprintable()
    assert len(error.message) <= LONGEST_MESSAGE, error.message


def check_summary(summary: Summary) -> None:
    """Every value is fit for the index, for JSON and for a watch."""
    for session in (summary, *summary.sessions, *summary.laps):
        _check_values(session)
    device = astuple(summary.device) if summary.device else ()
    for word in (summary.name, *device, *summary.warnings):
        if isinstance(word, str):
            assert 0 < len(word) <= 80
            assert word.isprintable()
        elif word is not None:
            assert 0 < word < UINT32  # a serial number
    assert 0 <= summary.records < INT32
    if summary.bbox is not None:
        south, west, north, east = summary.bbox
        assert -90 <= south <= north <= 90
        assert -180 <= west <= east <= 180
    assert summary.polyline is None or summary.polyline.isascii()
    assert orjson.loads(orjson.dumps(summary)) == _plain(asdict(summary))


def _check_values(session: Session | Summary) -> None:
    for field in fields(Session):
        value = getattr(session, field.name)
        if isinstance(value, str):
            assert len(value) <= 64
            assert value.isprintable()
        elif value is not None:
            assert math.isfinite(value), field.name
            assert 0 <= value < INT32, field.name


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def check_track(track: Track) -> None:
    """Columns of one length, each with a name and a unit; places on the globe."""
    for name, column in track.columns.items():
        assert name in COLUMNS or name in track.units
        assert name.isprintable()
        assert len(column) == len(track)
        assert not any(map(math.isinf, column)), name
    assert all(-90 <= value <= 90 or math.isnan(value) for value in track.column("lat"))
    assert all(-180 <= value <= 180 or math.isnan(value) for value in track.column("lon"))
    assert list(track.breaks) == sorted(set(track.breaks))
    assert all(0 < at < len(track) for at in track.breaks)
    for point in track.waypoints:
        assert -90 <= point.lat <= 90
        assert -180 <= point.lon <= 180
        assert point.index is None or 0 <= point.index < len(track)
        assert all(value is None or math.isfinite(value) for value in (point.altitude, point.time, point.distance))
        assert point.name is None or (point.name.isprintable() and point.name)
