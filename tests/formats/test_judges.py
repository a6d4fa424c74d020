"""Independent programs agree: Garmin's SDK on names, fitdecode and gpxpy on the repository's files."""

from typing import Any

import fitdecode
import garmin_fit_sdk
import gpxpy
import pytest

from gateway import formats
from gateway.formats.fit import written
from gateway.formats.fit.encoding import Message
from gateway.formats.fit.message import WANTED
from tests.formats.golden import VALID

STUMBLES = {"fit_bad_hr_no_ts.fit"}  # fitdecode asserts on it
FIT = [path for path in VALID if path.suffix == ".fit" and path.name not in STUMBLES]
GPX = [path for path in VALID if path.suffix == ".gpx" and path.name not in {"gpx_bad_coords.gpx", "gpx_ok_latin1.gpx"}]
NOT_GPXPYS = {"gpx_undefined_prefix.gpx", "gpx_ok_prefixed.gpx"}  # refused, and read as empty

FULL_NAMES = {
    "start": "start_time",
    "elapsed": "total_elapsed_time",
    "timer": "total_timer_time",
    "distance": "total_distance",
    "calories": "total_calories",
    "avg_hr": "avg_heart_rate",
    "max_hr": "max_heart_rate",
    "ascent": "total_ascent",
    "descent": "total_descent",
    "serial": "serial_number",
    "index": "device_index",
    "software": "software_version",
    "moving": "total_moving_time",
}


@pytest.mark.parametrize("message", sorted(WANTED))
def test_fields_are_the_profiles(message: int) -> None:
    published: dict[int, Any] = garmin_fit_sdk.Profile["messages"][message]["fields"]
    for number, (name, scale) in WANTED[message].items():
        assert published[number]["name"] in {name, FULL_NAMES.get(name), "wkt_name"}
        if name != "software":  # kept as the raw hundredths
            assert published[number]["scale"] == [scale]


WRITTEN = [value for value in vars(written).values() if isinstance(value, Message)]
WRITTEN += [Message(written.RECORD_NUMBER, fields) for fields in (written.RECORD, written.WIDE)]
UNITS = {"date_time": (1, -631_065_600), "semicircles": (2**31 / 180, 0)}  # ours are Unix seconds and degrees
RAW = {"software_version"}


@pytest.mark.parametrize("message", WRITTEN, ids=lambda message: f"message {message.number}")
def test_written_fields_are_the_profiles(message: Message) -> None:
    published: dict[int, Any] = garmin_fit_sdk.Profile["messages"][message.number]["fields"]
    for field in message.fields.values():
        theirs = published[field.number]
        assert garmin_fit_sdk.fit.BASE_TYPE[theirs["base_type"].upper()] == field.base & 0x1F, theirs["name"]
        unit = UNITS.get(theirs["type"]) or UNITS.get(str(theirs["units"]))
        if theirs["name"] not in RAW:
            assert (field.scale, field.offset) == (unit or (theirs["scale"][0], theirs["offset"][0])), theirs["name"]


def test_each_written_field_is_one_of_its_own() -> None:
    for message in WRITTEN:
        assert len({field.number for field in message.fields.values()}) == len(message.fields)


@pytest.mark.parametrize("path", FIT, ids=lambda path: path.name)
def test_fitdecode_reads_the_same(path: Any) -> None:
    summary = formats.read(path.read_bytes())
    with fitdecode.FitReader(str(path), error_handling=fitdecode.ErrorHandling.IGNORE) as reader:
        messages = [item for item in reader if isinstance(item, fitdecode.FitDataMessage)]
    by_name: dict[str, list[Any]] = {}
    for message in messages:
        by_name.setdefault(message.name, []).append(message)
    assert summary.records == len(by_name.get("record", []))
    assert len(summary.laps) == len(by_name.get("lap", []))
    for ours, theirs in zip(summary.sessions, by_name.get("session", []), strict=True):
        for name in ("timer", "distance", "calories", "avg_hr", "max_hr", "ascent"):
            assert getattr(ours, name) == theirs.get_value(FULL_NAMES[name], fallback=None), name


@pytest.mark.parametrize("path", [path for path in GPX if path.name not in NOT_GPXPYS], ids=lambda path: path.name)
def test_gpxpy_reads_the_same(path: Any) -> None:
    summary = formats.read(path.read_bytes())
    judge = gpxpy.parse(path.read_bytes().lstrip())
    times = judge.get_time_bounds()
    assert summary.records == judge.get_track_points_no()
    if summary.records:
        assert summary.distance == pytest.approx(judge.length_2d(), rel=0.01)  # gpxpy takes another radius
    if times.start_time is not None and times.end_time is not None:
        assert summary.start == times.start_time.timestamp()
