"""Whatever the bytes, there is a sane summary or one of the two errors."""

import math
from dataclasses import astuple, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import FormatError, UnknownFormat
from gateway.model import Session, Summary
from tests.formats.fit_files import crc
from tests.formats.golden import INVALID, VALID

INT32 = 2**31
UINT32 = 2**32
SEEDS = {path.name: path.read_bytes() for path in (*VALID, *INVALID)}
SMALL = {name: data for name, data in SEEDS.items() if 0 < len(data) < 1000}
FIT_SEEDS = [data for name, data in SEEDS.items() if name.startswith("fit_ok") and "chained" not in name]
ANY_SEED = st.sampled_from(sorted(SEEDS.values()))


def check(data: bytes) -> Summary | None:
    """Read; every value of a summary that comes back must be fit for the index and for a watch."""
    try:
        summary = formats.read(data)
    except UnknownFormat:
        return None
    except FormatError as error:
        _check_error(error, len(data))
        return None
    for session in (summary, *summary.sessions, *summary.laps):
        _check_values(session)
    device = astuple(summary.device) if summary.device else ()
    for word in (summary.name, *device, *summary.warnings):
        if isinstance(word, str):
            assert 0 < len(word) <= 80
            assert word.isprintable()
        elif word is not None:
            assert 0 < word < UINT32  # a serial number
    if summary.bbox is not None:
        south, west, north, east = summary.bbox
        assert -90 <= south <= north <= 90
        assert -180 <= west <= east <= 180
    return summary


def _check_error(error: FormatError, size: int) -> None:
    assert 0 <= error.offset <= size
    assert error.code.replace("_", "").isalpha()
    assert error.code.islower()


def _check_values(session: Session | Summary) -> None:
    for field in fields(Session):
        value = getattr(session, field.name)
        if isinstance(value, str):
            assert len(value) <= 64
            assert value.isprintable()
        elif value is not None:
            assert math.isfinite(value)
            assert 0 <= value < INT32


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    check(data)


@given(st.text(max_size=200), st.sampled_from(["", "<", "<gpx>", "<TrainingCenterDatabase>", "{", "[", '{"a":']))
def test_random_text(text: str, before: str) -> None:
    check((before + text).encode("utf-8", "surrogatepass"))


@given(ANY_SEED, st.data())
def test_mutated_files(seed: bytes, draw: st.DataObject) -> None:
    data = bytearray(seed)
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 8)))
        data[start:end] = draw.draw(st.binary(max_size=8) | st.sampled_from([b"<", b">", b"&", b'"', b"\0", b"]]>"]))
    check(bytes(data))


@given(st.sampled_from(FIT_SEEDS), st.data())
def test_mutated_records_under_a_good_crc(seed: bytes, draw: st.DataObject) -> None:
    """A mutation that the CRC does not give away, so that the walk over the records is what meets it."""
    data = bytearray(seed[:-2])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(data[0], min(len(data) - 1, 400)))] = draw.draw(st.integers(0, 255))
    check(bytes(data) + crc(bytes(data)).to_bytes(2, "little"))


@given(ANY_SEED, ANY_SEED, st.data())
def test_spliced_files(one: bytes, two: bytes, draw: st.DataObject) -> None:
    check(one[: draw.draw(st.integers(0, len(one)))] + two[draw.draw(st.integers(0, len(two))) :])


@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_truncation(name: str) -> None:
    for size in range(len(SMALL[name])):
        check(SMALL[name][:size])


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_the_valid_files_pass_this_check(path: Path) -> None:
    assert check(path.read_bytes()) is not None
