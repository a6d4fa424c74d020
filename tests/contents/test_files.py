"""Contents as files: written, hashed, found again, swept up."""

import hashlib
import io
import os
import zlib
from pathlib import Path

import pytest

from gateway.contents import FileContents, Receiving
from gateway.errors import Busy
from gateway.sealing import HEADER, seal
from tests.keys import KEYRING

DATA = os.urandom(700_001)
OLD, NEW = 1_000_000, 2_000_000


def lying(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_content_that_comes_in_pieces_is_described_and_found(tmp_path: Path) -> None:
    contents = FileContents(tmp_path, KEYRING)
    receiving = contents.begin()
    for at in range(0, len(DATA), 99_999):
        receiving.write(DATA[at : at + 99_999])
    content = receiving.finish()
    receiving.abort()  # changes nothing any more
    assert content.sha256 == hashlib.sha256(DATA).digest()
    assert (content.size, content.crc32, content.body) == (len(DATA), zlib.crc32(DATA), None)
    assert content.location is not None
    assert lying(tmp_path) == {content.location}
    assert b"".join(contents.chunks(content.location)) == DATA
    assert contents.read(content.location, 5, 7) == DATA[5:12]


def test_the_same_bytes_lie_at_places_of_their_own(tmp_path: Path) -> None:
    contents = FileContents(tmp_path, KEYRING)
    first, second = contents.put(io.BytesIO(DATA)), contents.put(io.BytesIO(DATA))
    assert first.sha256 == second.sha256
    assert first.location is not None
    assert second.location is not None
    contents.remove(first.location)
    contents.remove(first.location)
    assert lying(tmp_path) == {second.location}


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    contents = FileContents(tmp_path, KEYRING)
    receiving = contents.begin()
    receiving.write(DATA)
    receiving.abort()
    assert lying(tmp_path) == set()


class _Broken(io.BytesIO):
    def read(self, _size: int | None = -1) -> bytes:
        raise BrokenPipeError


def test_a_source_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError):
        FileContents(tmp_path, KEYRING).put(_Broken())
    assert lying(tmp_path) == set()


def fill(receiving: Receiving) -> None:
    receiving.write(DATA)
    receiving.finish()


@pytest.mark.parametrize("step", ["fsync", "write"])
def test_a_full_disk_is_busy_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    receiving = FileContents(tmp_path, KEYRING).begin()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if step == "write":
            assert receiving._file is not None
            with open("/dev/full", "wb") as device:  # noqa: PTH123
                os.dup2(device.fileno(), receiving._file.fileno())
        else:
            broken.setattr(os, "fsync", full)
        with pytest.raises(Busy, match="No space left"):
            fill(receiving)
    assert lying(tmp_path) == set()


@pytest.mark.parametrize(
    "place", ["", "..", "../../wristgate.db", "ab/cd/../../../x", "incoming/" + 24 * "0", f"ab/cd/{62 * '0'}ab", "/etc"]
)
def test_only_contents_can_be_removed(tmp_path: Path, place: str) -> None:
    with pytest.raises(ValueError, match="no location"):
        FileContents(tmp_path, KEYRING).remove(place)


def test_a_sweep_takes_what_is_old_and_unknown(tmp_path: Path) -> None:
    contents = FileContents(tmp_path, KEYRING)
    used, unused, fresh = (contents.put(io.BytesIO(bytes([n]) * 1000)).location for n in range(3))
    legacy = tmp_path / f"ab/cd/abcd{60 * '0'}"
    stranger = tmp_path / "ab/cd/notes.txt"
    for path in (legacy, stranger):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    half, going = (contents.begin() for _ in range(2))
    half.write(b"123")
    half._file.flush()
    for path in (tmp_path / used, tmp_path / unused, legacy, stranger, half._temporary):
        os.utime(path, (OLD, OLD))
    os.utime(tmp_path / fresh, (NEW, NEW))
    os.utime(going._temporary, (NEW, NEW))
    swept = dict(contents.sweep(lambda place: place == used, NEW))
    sealed = len(seal(KEYRING.current, bytes(1000)))
    assert swept == {unused: sealed, f"ab/cd/{legacy.name}": 5, f"incoming/{half._temporary.name}": HEADER}
    going.write(DATA)
    finished = going.finish().location
    assert lying(tmp_path) == {used, fresh, "ab/cd/notes.txt", finished}
    half.abort()


def test_a_sweep_of_nothing(tmp_path: Path) -> None:
    assert list(FileContents(tmp_path / "contents", KEYRING).sweep(lambda _place: False, NEW)) == []
