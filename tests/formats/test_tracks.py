"""Tracks: every column as other programs read it."""

import math
from pathlib import Path
from typing import Any

import fitdecode
import garmin_fit_sdk
import gpxpy
import pytest

from gateway import formats
from gateway.formats.fit import profile
from gateway.formats.pointkinds import POINT_KINDS, point_kind
from gateway.formats.track import COLUMNS, Track
from tests.formats.corpus import CORPUS, FACTS
from tests.formats.fit_files import RECORD, STRING, UINT8, UINT16, UINT32, define, file_id, frame, uint32
from tests.formats.golden import VALID

FILES = VALID + [CORPUS / name for name, facts in FACTS.items() if facts["valid"] is True]
FIT = [path for path in FILES if path.suffix == ".fit" and path.name != "fit_bad_hr_no_ts.fit"]
GPX = [path for path in FILES if path.suffix == ".gpx"]
NOT_GPXPYS = {"gpx_undefined_prefix", "gpx_ok_prefixed", "gpx_ok_latin1", "gpx_bad_coords", "bad", "with_accuracy"}

COMPRESSED = ("compressed", "antfs-dump")  # Garmin's SDK for Python cannot read their headers
FIELDS = {
    "hr": "heart_rate",
    "cadence": "cadence",
    "power": "power",
    "distance": "distance",
    "temperature": "temperature",
}
TIMELESS = {"gpxpy--Mojstrovka.gpx"}  # its clock says 1901


def known(track: Track, name: str) -> list[float | None]:
    return [None if math.isnan(value) else value for value in track.column(name)]


def records_of(path: Path) -> list[dict[str, Any]]:
    """Of all parts: the SDK's decoder goes on to the next by itself."""
    messages, _ = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_file(str(path))).read(
        convert_datetimes_to_dates=False, merge_heart_rates=True
    )
    return messages.get("record_mesgs", [])


def moment(value: Any) -> float:
    """fitdecode gives a date, or for a compressed timestamp FIT's seconds."""
    return value + 631065600 if isinstance(value, int) else value.timestamp()


def first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_columns_are_of_one_length_and_the_summary_is_the_same(path: Path) -> None:
    data = path.read_bytes()
    track = formats.read_track(data)
    assert track.summary == formats.read(data)
    assert {len(column) for column in track.columns.values()} <= {len(track)}
    assert all(0 < at < len(track) for at in track.breaks)
    assert list(track.breaks) == sorted(set(track.breaks))
    assert all(point.index is None or 0 <= point.index < len(track) for point in track.waypoints)
    assert {point.kind for point in track.waypoints} <= POINT_KINDS


@pytest.mark.parametrize(
    "path", [path for path in FIT if any(word in path.name for word in COMPRESSED)], ids=lambda p: p.name
)
def test_compressed_timestamps_are_what_fitdecode_reads(path: Path) -> None:
    with fitdecode.FitReader(path.read_bytes()) as reader:
        records = [item for item in reader if isinstance(item, fitdecode.FitDataMessage) and item.name == "record"]
    track = formats.read_track(path.read_bytes())
    assert known(track, "time") == [moment(record.get_value("timestamp")) for record in records]
    assert known(track, "hr") == [record.get_value("heart_rate", fallback=None) or None for record in records]


@pytest.mark.parametrize(
    "path", [path for path in FIT if not any(word in path.name for word in COMPRESSED)], ids=lambda p: p.name
)
def test_fit_is_what_garmins_sdk_reads(path: Path) -> None:
    records = records_of(path)
    track = formats.read_track(path.read_bytes())
    assert len(track) in {0, len(records)}
    for name, field in FIELDS.items():
        expected = [first(record.get(field)) for record in records]
        if any(value is not None for value in expected) and name in track.columns:
            expected = [value or None if name == "hr" else value for value in expected]
            assert known(track, name) == pytest.approx(expected, abs=0.011), name
    times = [record.get("timestamp") for record in records]
    if any(times):
        assert known(track, "time") == [None if time is None else time + 631065600 for time in times]
    latitudes = [record.get("position_lat") for record in records]
    if "lat" in track.columns:
        expected = [None if value is None else value * 180 / 2**31 for value in latitudes]
        both = [
            None if record.get("position_long") is None else value
            for value, record in zip(expected, records, strict=True)
        ]
        assert [value for value in known(track, "lat") if value is not None] == pytest.approx(
            [value for value in both if value is not None], abs=1e-9
        )
    for name, plain in (("altitude", "enhanced_altitude"), ("speed", "enhanced_speed")):
        expected = [first(record.get(plain, record.get(name))) for record in records]
        if any(value is not None for value in expected) and name in track.columns:
            assert known(track, name) == pytest.approx(expected, abs=0.01), name


@pytest.mark.parametrize(
    "path", [path for path in GPX if path.stem.split("--")[-1] not in NOT_GPXPYS], ids=lambda p: p.name
)
def test_gpx_is_what_gpxpy_reads(path: Path) -> None:
    judge = gpxpy.parse(path.read_bytes().lstrip())
    points = [point for track in judge.tracks for segment in track.segments for point in segment.points]
    points = [point for point in points if abs(point.latitude) <= 90 and abs(point.longitude) <= 180]
    track = formats.read_track(path.read_bytes())
    if points:
        assert list(track.columns["lat"]) == pytest.approx([point.latitude for point in points])
        assert list(track.columns["lon"]) == pytest.approx([point.longitude for point in points])
        assert known(track, "altitude") == pytest.approx([point.elevation for point in points])
        if path.name not in TIMELESS:
            assert known(track, "time") == pytest.approx([point.time and point.time.timestamp() for point in points])
    else:
        route = [point for route in judge.routes for point in route.points]
        assert list(track.column("lat")) == pytest.approx([point.latitude for point in route])
    ways = [point for point in track.waypoints if point.index is None]
    assert [(point.lat, point.lon) for point in ways] == [
        (point.latitude, point.longitude) for point in judge.waypoints
    ]


def test_course_points_have_the_profiles_names() -> None:
    published = {name for name in garmin_fit_sdk.Profile["types"]["course_point"].values() if isinstance(name, str)}
    assert published == POINT_KINDS
    assert all(profile.course_point(profile.course_point_number(name)) == name for name in POINT_KINDS)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Summit", "summit"),
        ("1st Category", "first_category"),
        ("slight-left", "slight_left"),
        ("Flag", None),
        (None, None),
    ],
)
def test_words_for_places(word: str | None, kind: str | None) -> None:
    assert point_kind(word) == kind


def described(name: bytes, *, base: int = UINT8, scale: int = 255, native: int = 255, number: int = 0) -> bytes:
    fields = [
        (0, 1, UINT8),
        (1, 1, UINT8),
        (2, 1, UINT8),
        (3, 8, STRING),
        (6, 1, UINT8),
        (14, 2, UINT16),
        (15, 1, UINT8),
    ]
    values = (
        bytes((0, number, base))
        + name.ljust(8, b"\0")
        + bytes((scale,))
        + (20).to_bytes(2, "little")
        + bytes((native,))
    )
    return define(206, fields, local=1) + b"\1" + values


def record(developer: list[tuple[int, int, int]], values: bytes) -> bytes:
    return define(RECORD, [(253, 4, UINT32)], developer=developer) + b"\0" + uint32(1_000_000_000) + values


def track_of(*messages: bytes) -> Track:
    return formats.read_track(frame(file_id() + b"".join(messages)))


def test_a_developer_field_has_its_own_name_and_scale() -> None:
    track = track_of(described(b"SmO2", scale=10), record([(0, 1, 0)], b"\x7b"))
    assert list(track.columns["SmO2"]) == [12.3]


def test_a_developer_field_may_stand_for_a_native_one() -> None:
    track = track_of(described(b"Power", native=7), record([(0, 1, 0)], b"\x7b"))
    assert (list(track.columns["Power"]), list(track.columns["power"])) == ([123], [123])


def test_a_developer_field_never_takes_a_native_name() -> None:
    track = track_of(described(b"hr"), record([(0, 1, 0)], b"\x7b"))
    assert "hr" not in track.columns
    assert list(track.columns["hr (0)"]) == [123]


@pytest.mark.parametrize(
    "parts",
    [
        (record([(0, 1, 0)], b"\x7b"),),
        (described(b"x", number=9), record([(0, 1, 0)], b"\x7b")),
        (described(b"x", base=0x84), record([(0, 1, 0)], b"\x7b")),
        (described(b"x", base=0x07), record([(0, 1, 0)], b"\x7b")),
        (described(b"x", base=99), record([(0, 1, 0)], b"\x7b")),
        (described(b""), record([(0, 1, 0)], b"\x7b")),
        (described(b"x"), record([(0, 1, 0)], b"\xff")),
    ],
)
def test_developer_fields_that_say_nothing(parts: tuple[bytes, ...]) -> None:
    assert set(track_of(*parts).columns) == {"time"}


def test_many_developer_fields_are_cut() -> None:
    many = [described(b"n%d" % number, number=number) for number in range(100)]
    track = track_of(*many, record([(number, 1, 0) for number in range(100)], b"\1" * 100))
    assert len(track.columns) == 33


def test_a_json_document_is_no_track() -> None:
    assert len(formats.read_track(b"{}")) == 0
    assert set(COLUMNS) >= {"time", "lat", "lon"}


def event(kind: int, time: int) -> bytes:
    return b"\2" + uint32(time) + bytes((0, kind))


def test_the_timers_stops_are_breaks() -> None:
    events = define(21, [(253, 4, UINT32), (0, 1, 0), (1, 1, 0)], local=2)
    plain = define(RECORD, [(253, 4, UINT32)])
    at = [b"\0" + uint32(1_000_000_000 + second) for second in range(8)]
    track = track_of(
        events, plain, event(0, 0), at[0], at[1], event(4, 0), event(0, 0), at[5], event(0, 0), at[6], event(1, 0),
        event(0, 0), at[2], event(4, 0),
    )  # fmt: skip
    assert track.breaks == (2, 4)


def test_parts_and_sessions_are_parted_by_breaks() -> None:
    part = frame(file_id() + define(RECORD, [(253, 4, UINT32)]) + b"\0" + uint32(1_000_000_000))
    assert formats.read_track(part + part + part).breaks == (1, 2)
    session = define(18, [(2, 4, UINT32), (7, 4, UINT32)], local=1)
    sessions = session + b"".join(b"\1" + uint32(1_000_000_000 + second) + uint32(2000) for second in (0, 2))
    records = b"".join(b"\0" + uint32(1_000_000_000 + second) for second in range(4))
    assert track_of(define(RECORD, [(253, 4, UINT32)]), records, sessions).breaks == (2,)


def test_descriptions_hold_from_their_place_on_though_messages_take_turns() -> None:
    definitions = define(RECORD, [(253, 4, UINT32)], developer=[(0, 1, 0)]) + define(200, [(0, 1, UINT8)], local=3)
    turns = [b"\0" + uint32(1_000_000_000 + second) + b"\x0a\3x" for second in range(300)]
    track = track_of(described(b"One"), definitions, *turns[:150], described(b"Two"), *turns[150:])
    assert [len([value for value in track.columns[name] if not math.isnan(value)]) for name in ("One", "Two")] == [
        150,
        150,
    ]


def test_stops_among_messages_that_take_turns_are_in_their_place() -> None:
    events = define(21, [(253, 4, UINT32), (0, 1, 0), (1, 1, 0)], local=2)
    definitions = events + define(RECORD, [(253, 4, UINT32)]) + define(200, [(0, 1, UINT8)], local=3)
    start = 1_000_000_000
    turns = [b"\0" + uint32(start + second) + b"\3x" for second in range(300)]
    turns[200] = event(4, start + 200) + event(0, start + 200)
    del turns[201:250]
    assert track_of(definitions, event(0, start), *turns).breaks == (200,)
