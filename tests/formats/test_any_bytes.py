"""Whatever the bytes, there is a sane summary and track, or a sane error."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.fit_files import crc
from tests.formats.golden import INVALID, VALID
from tests.fuzz.reading import check_reading

SEEDS = {path.name: path.read_bytes() for path in (*VALID, *INVALID)}
SMALL = {name: data for name, data in SEEDS.items() if 0 < len(data) < 1000}
FIT_SEEDS = [data for name, data in SEEDS.items() if name.startswith("fit_ok") and "chained" not in name]
ANY_SEED = st.sampled_from(sorted(SEEDS.values()))


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    check_reading(data)


@given(st.text(max_size=200), st.sampled_from(["", "<", "<gpx>", "<TrainingCenterDatabase>", "{", "[", '{"a":']))
def test_random_text(text: str, before: str) -> None:
    check_reading((before + text).encode("utf-8", "surrogatepass"))


@given(ANY_SEED, st.data())
def test_mutated_files(seed: bytes, draw: st.DataObject) -> None:
    data = bytearray(seed)
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 8)))
        data[start:end] = draw.draw(st.binary(max_size=8) | st.sampled_from([b"<", b">", b"&", b'"', b"\0", b"]]>"]))
    check_reading(bytes(data))


@given(st.sampled_from(FIT_SEEDS), st.data())
def test_mutated_records_under_a_good_crc(seed: bytes, draw: st.DataObject) -> None:
    """A mutation that the CRC does not give away, so that the walk over the records is what meets it."""
    data = bytearray(seed[:-2])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(data[0], min(len(data) - 1, 400)))] = draw.draw(st.integers(0, 255))
    check_reading(bytes(data) + crc(bytes(data)).to_bytes(2, "little"))


@given(ANY_SEED, ANY_SEED, st.data())
def test_spliced_files(one: bytes, two: bytes, draw: st.DataObject) -> None:
    check_reading(one[: draw.draw(st.integers(0, len(one)))] + two[draw.draw(st.integers(0, len(two))) :])


@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_truncation(name: str) -> None:
    for size in range(len(SMALL[name])):
        check_reading(SMALL[name][:size])


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_the_valid_files_pass_this_check_reading(path: Path) -> None:
    assert check_reading(path.read_bytes()) is not None
