"""FIT: the frame, the records and what becomes of them, with files made byte by byte."""

import math
import struct
from contextlib import suppress
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import FormatError
from gateway.formats.fit import scan
from gateway.formats.fit.definition import FIT_EPOCH
from gateway.formats.fit.header import MAX_PARTS, parts
from gateway.formats.fit.scan import MAX_DEFINITIONS, MAX_RUNS, Scanner
from gateway.formats.fit.summary import MAX_LAPS, MAX_MESSAGES
from gateway.model import Kind
from tests.formats.fit_files import (
    ENUM,
    FLOAT32,
    LAP,
    RECORD,
    SESSION,
    SINT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT32Z,
    crc,
    define,
    file_id,
    frame,
    frame_fast,
    uint32,
)

TIME = 1_000_000_000
WITH_TIME = define(RECORD, [(253, 4, UINT32), (3, 1, UINT8)])


def record(time: int, hr: int) -> bytes:
    return bytes((0,)) + uint32(time) + bytes((hr,))


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        formats.read(data)
    return caught.value


def test_no_message_is_no_activity() -> None:
    summary = formats.read(frame(define(RECORD, [(3, 1, UINT8)]) + b"\0\x80"))
    assert summary.kind is Kind.OTHER
    assert summary.records == 1
    assert "file_id" in summary.warnings[0]


def test_records_speak_when_no_session_does() -> None:
    records = b"".join(record(TIME + i, 100 + i) for i in range(11)) + record(0xFFFFFFFF, 0xFF)
    summary = formats.read(frame(file_id() + WITH_TIME + records))
    assert (summary.start, summary.elapsed) == (TIME + FIT_EPOCH, 10)
    assert (summary.avg_hr, summary.max_hr, summary.records) == (105, 110, 12)


@pytest.mark.parametrize("size", range(1, 16))
def test_a_beginning_of_a_file_is_truncated(size: int) -> None:
    assert refusal(frame(file_id())[:size]).code == "truncated"


def test_every_truncation_is_told_from_damage() -> None:
    data = frame(file_id() + WITH_TIME + record(TIME, 100) * 3)
    assert {refusal(data[:size]).code for size in range(len(data))} == {"truncated"}


def test_every_flipped_bit_is_found() -> None:
    data = frame(file_id() + WITH_TIME + record(TIME, 100))
    for place in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[place // 8] ^= 1 << place % 8
        if damaged[12:14] != b"\0\0":
            refusal(bytes(damaged))


def test_empty_data_was_never_closed() -> None:
    assert refusal(frame(b"", size=0)).code == "truncated"
    assert refusal(frame(file_id(), size=0)).code == "truncated"


def test_a_header_of_12_bytes_has_no_crc() -> None:
    assert formats.read(frame(file_id(), header_size=12)).kind is Kind.ACTIVITY


def test_a_header_crc_of_0_was_not_computed() -> None:
    data = frame(file_id())
    body = data[:12] + b"\0\0" + data[14:-2]
    assert formats.read(body + crc(body).to_bytes(2, "little")).kind is Kind.ACTIVITY


@pytest.mark.parametrize(("protocol", "fine"), [(0x10, True), (0x20, True), (0x2F, True), (0x30, False)])
def test_protocol_versions(protocol: int, *, fine: bool) -> None:
    data = frame(file_id(), protocol=protocol)
    if fine:
        formats.read(data)
    else:
        assert refusal(data).code == "unsupported_protocol"


def test_lost_magic_is_a_broken_fit_file() -> None:
    data = frame(file_id()).replace(b".FIT", b".FIX")
    assert refusal(data).code == "not_fit"


def test_the_second_part_counts_as_well() -> None:
    first, second = frame(file_id() + WITH_TIME + record(TIME, 100)), frame(WITH_TIME + record(TIME + 1, 110))
    assert formats.read(first + second).records == 2
    assert refusal(first + second[:-1]).code == "truncated"
    assert refusal(first + second[:-1] + b"\0").code == "bad_crc"
    assert refusal(first + b"rest").code == "trailing_bytes"


def test_local_types_end_with_their_part() -> None:
    first = frame(file_id() + WITH_TIME)
    assert refusal(first + frame(record(TIME, 100))).code == "undefined_local_type"


def test_too_many_parts() -> None:
    part = frame(file_id())
    formats.read(part * MAX_PARTS)
    assert refusal(part * (MAX_PARTS + 1)).code == "too_many_parts"


def test_a_record_runs_over_the_end() -> None:
    error = refusal(frame(file_id() + WITH_TIME + record(TIME, 100) * 5 + record(TIME, 100)[:-1]))
    assert error.code == "record_overrun"
    assert error.offset == 14 + len(file_id() + WITH_TIME) + 5 * 6


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_definition_runs_over_the_end(cut: int) -> None:
    definition = define(RECORD, [(3, 1, UINT8)], developer=[(0, 1, 0)])
    assert refusal(frame(file_id() + definition[:-cut])).code == "truncated_definition"


def test_developer_fields_are_skipped() -> None:
    definition = define(RECORD, [(3, 1, UINT8)], developer=[(0, 2, 0), (1, 1, 0)])
    summary = formats.read(frame(file_id() + definition + b"\0\x64\1\2\3" + b"\0\x6e\1\2\3"))
    assert (summary.records, summary.avg_hr) == (2, 105)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([(3, 1, UINT8), (3, 1, UINT8)], "duplicate_field"),
        ([(3, 0, UINT8)], "zero_size_field"),
    ],
)
def test_definitions_that_nobody_writes(fields: list[tuple[int, int, int]], reason: str) -> None:
    assert refusal(frame(file_id() + define(RECORD, fields))).code == reason


def test_compressed_timestamps_roll_over() -> None:
    definition = define(RECORD, [(3, 1, UINT8)], local=1)
    offsets = [(TIME + i) & 31 for i in range(0, 70, 7)]
    compressed = b"".join(bytes((0x80 | 1 << 5 | offset, 100)) for offset in offsets)
    summary = formats.read(frame(file_id() + WITH_TIME + record(TIME, 90) + definition + compressed))
    assert (summary.start, summary.elapsed, summary.records) == (TIME + FIT_EPOCH, 63, 11)


def test_big_endian_says_the_same() -> None:
    values = (TIME, 46 * 2**31 // 180, 14 * 2**31 // 180, 12345, 250)
    layouts = {}
    for order in "<>":
        definition = bytearray(
            define(RECORD, [(253, 4, UINT32), (0, 4, SINT32), (1, 4, SINT32), (5, 4, UINT32), (7, 2, UINT16)])
        )
        if order == ">":
            definition[2:5] = bytes((1, 0, RECORD))
        layouts[order] = formats.read(frame(file_id() + definition + b"\0" + struct.pack(f"{order}IiiIH", *values)))
    assert layouts["<"] == layouts[">"]
    assert layouts["<"].distance == 123.45
    assert layouts["<"].max_power == 250
    assert layouts["<"].bbox == pytest.approx((46, 14, 46, 14), abs=1e-6)


def test_many_records_across_definitions() -> None:
    """Batches end in the middle of runs, and a definition may change right after."""
    other = define(RECORD, [(3, 1, UINT8), (4, 1, UINT8)], local=1)
    body = b"".join(record(TIME + i, 100) for i in range(5000)) + b"\1\x78\x50" * 5000 + record(TIME + 6000, 140)
    summary = formats.read(frame(file_id() + WITH_TIME + other + body))
    assert (summary.records, summary.elapsed) == (10_001, 6000)
    assert (summary.avg_hr, summary.max_hr, summary.avg_cadence) == (110, 140, 80)


def test_bad_positions_are_left_out() -> None:
    definition = define(RECORD, [(0, 4, SINT32), (1, 4, SINT32)])
    places = [(2**29, 2**29), (0x7FFFFFFF, 2**29), (2**29, 0x7FFFFFFF), (2**30 + 1, 0), (-(2**29), 2**28)]
    body = b"".join(b"\0" + struct.pack("<ii", *place) for place in places)
    assert formats.read(frame(file_id() + definition + body)).bbox == (-45.0, 22.5, 45.0, 45.0)
    assert formats.read(frame(file_id() + define(RECORD, [(0, 4, SINT32)]) + b"\0" + b"\1" * 4)).bbox is None


def test_a_longitude_alone_may_be_missing() -> None:
    definition = define(RECORD, [(0, 4, SINT32), (1, 4, SINT32)])
    body = b"\0" + struct.pack("<ii", 2**29, 0x7FFFFFFF) + b"\0" + struct.pack("<ii", 2**28, 2**28)
    assert formats.read(frame(file_id() + definition + body)).bbox == (22.5, 22.5, 22.5, 22.5)
    assert formats.read(frame(file_id() + definition + body[:9])).polyline is None


def test_a_pulse_of_0_is_a_strap_that_nobody_wore() -> None:
    summary = formats.read(frame(file_id() + WITH_TIME + record(TIME, 0) + record(TIME, 100)))
    assert summary.avg_hr == 100
    assert formats.read(frame(file_id() + WITH_TIME + record(TIME, 0))).avg_hr is None


def session(fields: list[tuple[int, int, int]], values: bytes) -> bytes:
    return frame(file_id() + define(SESSION, fields) + b"\0" + values)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, 3e38])
def test_no_odd_float_gets_through(value: float) -> None:
    fields = [(2, 4, FLOAT32), (5, 4, FLOAT32), (7, 4, FLOAT32), (9, 4, FLOAT32), (11, 4, FLOAT32), (16, 4, FLOAT32)]
    summary = formats.read(session(fields, struct.pack("<6f", *[value] * 6)))
    assert summary.sessions == (replace(summary.sessions[0], start=None, elapsed=None, distance=None),)
    assert (summary.calories, summary.avg_hr, summary.sport) == (None, None, None)


def test_numbers_stay_within_what_a_watch_can_hold() -> None:
    fields = [(2, 4, UINT32), (11, 4, UINT32), (9, 4, UINT32)]
    summary = formats.read(session(fields, uint32(0xFFFFFFFE) * 2 + uint32(5)))
    assert (summary.start, summary.calories, summary.distance) == (None, None, 0.05)


def test_sizes_that_do_not_fit_their_type_are_left_out() -> None:
    fields = [(20, 3, UINT16), (16, 1, UINT8), (21, 4, UINT16)]
    summary = formats.read(session(fields, b"\1\2\3" + b"\x78" + b"\x2c\1\xff\xff"))
    assert (summary.avg_power, summary.avg_hr, summary.max_power) == (None, 120, 300)


def test_an_unknown_base_type_is_skipped_by_its_size() -> None:
    summary = formats.read(session([(20, 5, 0x1F), (16, 1, UINT8)], b"12345\x78"))
    assert (summary.avg_power, summary.avg_hr) == (None, 120)


def test_unknown_numbers_have_a_name() -> None:
    summary = formats.read(session([(5, 1, ENUM), (6, 1, ENUM)], b"\xfa\xfb"))
    assert (summary.sport, summary.sub_sport) == ("sport_250", "sub_sport_251")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"Hello\0World", "Hello"),
        (b"no end", "no end"),
        (b"  a\tb\n c  ", "a b c"),
        (b"bell\x07\x1b[31m", "bell[31m"),
        ("über \u202egnp.exe".encode(), "über gnp.exe"),
        (b"\xff\xfeabc", "\ufffd\ufffdabc"),
        (b"x" * 200, "x" * 64),
        (b"\0\0", None),
        (b"\x01\x02", None),
    ],
)
def test_names(raw: bytes, name: str | None) -> None:
    course = frame(file_id(6) + define(31, [(5, len(raw), STRING)]) + b"\0" + raw)
    assert formats.read(course).name == name


def test_the_creator_tells_what_file_id_does_not() -> None:
    creator = define(23, [(0, 1, UINT8), (2, 2, UINT16), (3, 4, UINT32Z), (5, 2, UINT16)])
    sensor = b"\0\1" + b"\1\0" + uint32(7) + b"\1\0"
    body = define(0, [(0, 1, ENUM), (1, 2, UINT16), (2, 2, UINT16)]) + b"\0\4\1\0" + (3990).to_bytes(2, "little")
    summary = formats.read(frame(body + creator + sensor + b"\0\0" + b"\1\0" + uint32(3_900_000_000) + b"\x14\5"))
    assert summary.device is not None
    assert (summary.device.manufacturer, summary.device.serial) == ("garmin", 3_900_000_000)
    assert summary.device.software == "13.00"


def test_too_many_laps_and_sessions_are_counted_out() -> None:
    laps = define(LAP, [(16, 1, UINT8)]) + b"\0\x78" * (MAX_LAPS + 5)
    sessions = define(SESSION, [(16, 1, UINT8)]) + b"\0\x78" * (MAX_MESSAGES + 5)
    summary = formats.read(frame(file_id() + laps + sessions))
    assert (len(summary.laps), len(summary.sessions)) == (MAX_LAPS, MAX_MESSAGES)
    assert "more sessions or laps than the index keeps" in summary.warnings


def test_steps_and_definitions_are_limited() -> None:
    definitions = b"".join(
        define(RECORD, [(number, 1 + size % 200, UINT8), (255, 1 + size // 200, UINT8)])
        for number in range(200)
        for size in range(51)
    )
    assert len(definitions) // 12 > MAX_DEFINITIONS
    assert refusal(frame_fast(file_id() + definitions)).code == "too_many_definitions"
    again = define(RECORD, []) + b"\0"
    assert refusal(frame_fast(file_id() + again * (MAX_RUNS // 2))).code == "too_many_messages"


@given(st.binary(max_size=300))
def test_any_records_are_read_or_refused(records: bytes) -> None:
    with suppress(FormatError):
        formats.read(frame(file_id() + WITH_TIME + records))


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 3, 4, 5, 7, 253, 9, 200]), st.integers(1, 9), st.integers(0, 255)),
        unique_by=lambda field: field[0],
    ),
    st.sampled_from([0, 12, 18, 19, 20, 23, 26, 31, 49]),
    st.data(),
)
def test_any_field_sizes_and_types_are_read(
    fields: list[tuple[int, int, int]], message: int, data: st.DataObject
) -> None:
    size = sum(field[1] for field in fields)
    values = data.draw(st.binary(min_size=size, max_size=size))
    formats.read(frame(file_id() + define(message, fields) + (b"\0" + values) * 3))


TURNS = [
    define(RECORD, [(253, 4, UINT32), (3, 1, UINT8)], local=0),
    define(78, [(0, 2, UINT16)], local=1),
    define(19, [(254, 2, UINT16)], local=2),
    define(200, [], local=3),
    define(RECORD, [(0, 4, SINT32), (1, 4, SINT32), (5, 4, UINT32)], local=4),
    define(RECORD, [(253, 4, UINT32), (0, 4, SINT32), (1, 4, SINT32), (7, 2, UINT16)], local=5),
    define(19, [(254, 2, UINT16), (15, 1, UINT8)], local=6),
]
HEADS = {0: 5, 1: 2, 2: 2, 3: 0, 4: 12, 5: 14, 6: 3}
VALUES = st.binary(min_size=14, max_size=14) | st.just(b"\xff" * 14) | st.just(b"\0" * 14)


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2, 3, 4, 4, 5, 5, 6]), VALUES), max_size=300), st.integers(0, 3))
def test_messages_that_take_turns_are_read_as_in_runs(messages: list[tuple[int, bytes]], cut: int) -> None:
    records = b"".join(bytes((kind,)) + values[: HEADS[kind]] for kind, values in messages)
    data = frame_fast(file_id() + b"".join(TURNS) + records[: len(records) - cut])
    with patch.object(scan, "PATIENCE", -1):
        patiently = outcome_of(data)
    with patch.object(scan, "PATIENCE", 1):
        assert outcome_of(data) == patiently


def outcome_of(data: bytes) -> object:
    try:
        track = formats.read_track(data)
    except FormatError as error:
        return error.code, error.offset
    return track.summary, {name: column.tobytes() for name, column in track.columns.items()}


def test_a_pattern_takes_over_where_messages_take_turns() -> None:
    turns = b"".join(TURNS) + (b"\0" + bytes(5) + b"\1ab\3") * 1000
    part = parts(frame(file_id() + turns))[0]
    steps = Scanner(frame(file_id() + turns), {RECORD})
    runs = list(steps.runs(part))
    assert sum((run.end - run.start) // run.definition.size for run in runs) == 1000
    assert steps.steps < 100


def test_a_time_that_is_none_does_not_set_the_clock_back_though_messages_take_turns() -> None:
    definitions = define(RECORD, [(253, 4, UINT32)], local=0) + define(200, [(3, 1, UINT8)], local=2)
    turns = b"".join(b"\0" + uint32(1_000_000_000 + i if i < 99 else 0xFFFFFFFF) + b"\2x" for i in range(100))
    last = define(RECORD, [(3, 1, UINT8)], local=1) + bytes((0xA0 | (1_000_000_105 & 31), 99))
    assert formats.read(frame(file_id() + definitions + turns + last)).elapsed == 105


def test_a_session_without_the_end_of_its_samples_is_odd() -> None:
    session = define(SESSION, [(2, 4, UINT32), (7, 4, UINT32), (8, 4, UINT32)], local=1)
    told = b"\1" + uint32(TIME) + uint32(3_600_000) + uint32(3_600_000)
    few = b"".join(record(TIME + second, 100) for second in range(0, 601, 10))
    every = b"".join(record(TIME + second, 100) for second in range(0, 3601, 10))
    assert formats.read(frame(file_id() + WITH_TIME + few + session + told)).warnings == (
        "samples of 10 of 60 min only",
    )
    assert formats.read(frame_fast(file_id() + WITH_TIME + every + session + told)).warnings == ()


def test_the_clock_goes_on_behind_messages_that_take_turns() -> None:
    compressed = define(RECORD, [(3, 1, UINT8)], local=1)
    plain = define(RECORD, [(253, 4, UINT32)], local=0) + define(200, [(3, 1, UINT8)], local=2)
    turns = b"".join(b"\0" + uint32(1_000_000_000 + i) + b"\2x" for i in range(100))
    track = formats.read_track(frame(file_id() + plain + turns + compressed + bytes((0xA0 | (1_000_000_105 & 31), 99))))
    assert list(track.columns["time"])[-2:] == [1_000_000_099 + FIT_EPOCH, 1_000_000_105 + FIT_EPOCH]


@pytest.mark.parametrize("field", [3, 200])
def test_compressed_times_behind_messages_with_a_time_are_the_last(field: int) -> None:
    plain = WITH_TIME + b"".join(record(TIME + second, 100) for second in range(11))
    compressed = define(RECORD, [(field, 1, UINT8)], local=1) + bytes((0xA0 | (TIME + 15) & 31, 99))
    assert formats.read(frame(file_id() + plain + compressed)).elapsed == 15


def test_packed_distances_add_up_though_definitions_take_turns() -> None:
    kinds = define(RECORD, [(8, 3, 13)]) + define(RECORD, [(8, 3, 13), (3, 1, UINT8)], local=1)
    turns = b"".join(
        bytes((local, 0, (step << 4) & 0xF0, step >> 4)) + bytes((100,) * local)
        for local, step in ((step % 2, step * 7) for step in range(200))
    )
    track = formats.read_track(frame(file_id() + kinds + turns))
    assert list(track.columns["distance"]) == [step * 7 / 16 for step in range(200)]


def test_nobody_moves_for_longer_than_it_takes() -> None:
    session = define(SESSION, [(7, 4, UINT32), (8, 4, UINT32)], local=1) + b"\1" + uint32(10_000) + uint32(10_500)
    summary = formats.read(frame(file_id() + session))
    assert (summary.elapsed, summary.timer, summary.moving) == (10, 10.5, 10)
