"""Sealed bytes: whole and in part, and what happens to whoever touches them."""

import io
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Damaged, KeyMissing
from gateway.sealing import HEADER, Keyring, MasterKey, Sealing, open_sealed, read_part, seal, unsealed
from gateway.sealing.segments import SEALED_SEGMENT, SEGMENT, TAG
from tests.keys import KEYRING

KEY = KEYRING.current
EDGES = (0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 17)
sizes = st.one_of(st.sampled_from(EDGES), st.integers(0, 5 * SEGMENT))


def content(size: int) -> bytes:
    return bytes(n * 7 % 251 for n in range(size))


@given(sizes)
def test_what_is_sealed_opens(size: int) -> None:
    data = content(size)
    sealed = seal(KEY, data)
    assert unsealed(KEYRING, sealed) == data
    assert len(sealed) == HEADER + size + max(1, -(-size // SEGMENT)) * TAG


@given(sizes, st.lists(st.integers(0, 3 * SEGMENT), max_size=6))
def test_however_the_pieces_come_the_segments_are_the_same(size: int, cuts: list[int]) -> None:
    data = content(size)
    sealing = Sealing(KEY)
    edges = [0, *sorted(min(cut, size) for cut in cuts), size]
    sealed = b"".join(sealing.write(data[a:b]) for a, b in pairwise(edges)) + sealing.finish()
    assert len(sealed) == len(seal(KEY, data))
    assert unsealed(KEYRING, sealed) == data


@given(sizes, st.integers(0, 6 * SEGMENT), st.integers(0, 6 * SEGMENT))
def test_a_part_is_what_it_is_of_the_whole_and_reads_no_other_segments(size: int, offset: int, length: int) -> None:
    data = content(size)
    sealed = seal(KEY, data)
    read: list[int] = []

    def source(begin: int, count: int) -> bytes:
        read.append(count)
        return sealed[begin : begin + count]

    assert read_part(KEYRING, source, len(sealed), offset, length) == data[offset : offset + length]
    assert sum(read) <= HEADER + (length // SEGMENT + 2) * SEALED_SEGMENT


def test_equal_contents_do_not_look_equal() -> None:
    assert seal(KEY, b"x" * 100)[HEADER:] != seal(KEY, b"x" * 100)[HEADER:]
    assert b"xxxx" not in seal(KEY, b"x" * 100)


@given(st.sampled_from(EDGES), st.data())
def test_a_changed_byte_is_seen(size: int, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, content(size)))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Damaged, KeyMissing)):
        unsealed(KEYRING, bytes(sealed))


@given(st.sampled_from(EDGES), st.data())
def test_bytes_that_are_left_out_or_added_are_seen(size: int, data: st.DataObject) -> None:
    sealed = seal(KEY, content(size))
    cut = data.draw(st.integers(0, len(sealed) - 1))
    for changed in (sealed[:cut], sealed + sealed[cut:], sealed[:HEADER] + sealed[HEADER + SEALED_SEGMENT :]):
        if changed == sealed:
            continue
        with pytest.raises(Damaged):
            unsealed(KEYRING, changed)


def test_segments_keep_their_place() -> None:
    sealed = seal(KEY, content(3 * SEGMENT))
    first, second = (slice(HEADER + n * SEALED_SEGMENT, HEADER + (n + 1) * SEALED_SEGMENT) for n in (0, 1))
    swapped = sealed[:HEADER] + sealed[second] + sealed[first] + sealed[second.stop :]
    with pytest.raises(Damaged):
        unsealed(KEYRING, swapped)
    other = seal(KEY, content(3 * SEGMENT))
    with pytest.raises(Damaged):
        unsealed(KEYRING, sealed[: second.start] + other[second.start :])


@given(st.binary(max_size=200))
def test_any_bytes_are_damaged_or_of_an_unknown_key(data: bytes) -> None:
    for junk in (data, b"WGS1" + data, b"WGS1" + KEY.id + data):
        with pytest.raises((Damaged, KeyMissing)):
            unsealed(KEYRING, junk)


def test_another_key_does_not_open() -> None:
    other = Keyring(None, (MasterKey.new(),))
    with pytest.raises(KeyMissing, match=KEY.id.hex()):
        unsealed(other, seal(KEY, b"secret"))


def test_an_open_file_reads_like_its_content(tmp_path: Path) -> None:
    data = content(3 * SEGMENT + 5)
    place = tmp_path / "sealed"
    place.write_bytes(seal(KEY, data))
    plain = io.BytesIO(data)
    with open_sealed(KEYRING, place.open("rb")) as file:
        assert file.read(10) == plain.read(10)
        for offset, whence in ((SEGMENT - 3, 0), (20, 1), (-7, 2), (0, 0), (10, 2)):
            assert file.seek(offset, whence) == plain.seek(offset, whence)
            assert file.read(40) == plain.read(40)
        file.seek(0)
        assert file.read() == data


def test_a_file_that_was_cut_is_damaged(tmp_path: Path) -> None:
    place = tmp_path / "sealed"
    place.write_bytes(seal(KEY, content(3 * SEGMENT))[: HEADER + 2 * SEALED_SEGMENT])
    with open_sealed(KEYRING, place.open("rb")) as file:
        file.seek(SEGMENT)
        with pytest.raises(Damaged):
            file.read(1)
    place.write_bytes(b"")
    with pytest.raises(Damaged):
        open_sealed(KEYRING, place.open("rb"))
