"""Bodies on their way in: in memory, on the disk, and what is left of them afterwards."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.contents import FileContents
from gateway.errors import TooLarge
from gateway.service.incoming import Incoming, Received, receive_all
from gateway.store import INLINE, Transaction
from tests.keys import KEYRING
from tests.service.harness import Services

MB = 1 << 20


@pytest.fixture
def contents(tmp_path: Path) -> FileContents:
    return FileContents(tmp_path / "contents", KEYRING)


def received(contents: FileContents, data: bytes, most: int = 10 * MB) -> Received:
    return receive_all(io.BytesIO(data), Incoming(contents, most))


def lying(folder: Path) -> list[str]:
    return [path.name for path in (folder / "contents").rglob("*") if path.is_file()]


@pytest.mark.parametrize(("size", "in_memory"), [(0, True), (INLINE, True), (INLINE + 1, False), (3 * MB, False)])
def test_a_body_is_what_came(contents: FileContents, tmp_path: Path, size: int, in_memory: bool) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    incoming = Incoming(contents, size)
    for at in range(0, size, 100_000):
        incoming.write(data[at : at + 100_000])
    assert incoming.size == size
    body = incoming.finish()
    incoming.abort()
    assert body.data == (data if in_memory else None)
    assert len(lying(tmp_path)) == (0 if in_memory else 1)
    assert body.head(10) == data[:10]
    with body.open() as source:
        assert source.read() == data
        source.seek(-5, 2)
        assert source.read() == data[-5:]
    body.discard()
    assert lying(tmp_path) == []


@pytest.mark.parametrize("most", [1000, INLINE + 1000])
def test_one_byte_too_many(contents: FileContents, tmp_path: Path, most: int) -> None:
    incoming = Incoming(contents, most)
    incoming.write(bytes(most))
    with pytest.raises(TooLarge):
        incoming.write(b"x")
    assert lying(tmp_path) == []


def test_a_source_that_breaks_leaves_nothing(contents: FileContents, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 2 * INLINE:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        receive_all(Broken(bytes(MB)), Incoming(contents, MB))
    assert lying(tmp_path) == []


def test_settling_leaves_one_file_however_often_it_comes(services: Services) -> None:
    contents = FileContents(services.folder / "contents", KEYRING)
    first, again, failed = (received(contents, bytes(MB) + bytes([n])) for n in (0, 0, 1))

    def fails(transaction: Transaction) -> None:
        transaction.contents.add(failed.content)
        raise ZeroDivisionError

    for body in (first, again):
        services.write(lambda transaction, body=body: transaction.contents.add(body.content))
    with pytest.raises(ZeroDivisionError):
        services.write(fails)
    for body in (again, failed, first):
        body.settle(services.store)
    assert first.content.location is not None
    assert lying(services.folder) == [first.content.location.rpartition("/")[2]]
    first.discard()


def test_settling_a_small_body(services: Services) -> None:
    received(FileContents(services.folder / "contents", KEYRING), b"small").settle(services.store)


STREAM = """
import resource, sys
from pathlib import Path
from gateway.contents import FileContents
from gateway.service.incoming import Incoming
from tests.keys import KEYRING

incoming = Incoming(FileContents(Path(sys.argv[1]), KEYRING), 1 << 30)
piece = bytes(65536)
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for _ in range(640):
    incoming.write(piece)
print(incoming.finish().content.size)
"""


def test_memory_does_not_grow_with_the_body(tmp_path: Path) -> None:
    """40 MB with 2 MB to spare."""
    line = [sys.executable, "-c", STREAM, str(tmp_path), str(2 * MB)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (done.stderr, done.stdout.strip()) == ("", str(40 * MB))
