"""Contents as files ``ab/cd/<sha256>`` of a folder."""

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from gateway.errors import Busy
from gateway.model import Content

_CHUNK: Final = 256 * 1024


class FileContents:
    """A folder of immutable files; a file that bears its final name is whole and on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: BinaryIO, progress: Callable[[int], None] = lambda _bytes: None) -> Content:
        """Copy ``source`` in, a quarter of a megabyte at a time; raises ``Busy`` when the disk refuses.

        The file is there before the row that names it, so a crash leaves a file without a row, never the reverse.
        """
        incoming = self._folder / "incoming"
        temporary = incoming / os.urandom(12).hex()
        try:
            _make_folder(incoming)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                content = self._copy(source, file, progress)
                file.flush()
                os.fsync(file.fileno())
            assert content.location is not None
            target = self._folder / content.location
            _make_folder(target.parent)
            temporary.replace(target)
            for folder in (target.parent, target.parent.parent, self._folder):
                _sync_folder(folder)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise Busy(f"the gateway cannot keep the file: {error.strerror}", wait=60) from error
        return content

    @staticmethod
    def _copy(source: BinaryIO, file: BinaryIO, progress: Callable[[int], None]) -> Content:
        digest, crc, size = hashlib.sha256(), 0, 0
        while chunk := source.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            progress(size)
        name = digest.hexdigest()
        return Content(digest.digest(), size, crc, location=f"{name[:2]}/{name[2:4]}/{name}")

    def read(self, location: str, offset: int, length: int) -> bytes:
        """Read at most ``length`` bytes from ``offset``."""
        with (self._folder / location).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def open(self, location: str) -> BinaryIO:
        """Open a content for reading."""
        return (self._folder / location).open("rb")

    def chunks(self, location: str) -> Iterator[bytes]:
        """Read a content piece by piece."""
        with (self._folder / location).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def _make_folder(folder: Path) -> None:
    for missing in reversed([folder, *folder.parents]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
