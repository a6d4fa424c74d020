"""Contents as files ``ab/cd/<sha256>-<8 random hex digits>.sealed`` of a folder.

A location belongs to one stored object and is never used again, so removing it can never take another's bytes. Files of
earlier releases have no ``.sealed`` and are as they came; the oldest have no random digits either.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from gateway.contents.receiving import INCOMING, ON_THE_WAY, SEALED, Receiving, make_folder
from gateway.errors import Busy
from gateway.model import Content
from gateway.sealing import Keyring, open_sealed
from gateway.secretfile import create, sync_folder

_CHUNK: Final = 256 * 1024
_SHELF: Final = re.compile(r"[0-9a-f]{2}", re.ASCII)
_LOCATION: Final = re.compile(
    r"(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P=a)(?P=b)[0-9a-f]{60}(-[0-9a-f]{8}(\.sealed)?)?", re.ASCII
)


class FileContents:
    """A folder of immutable files; a file that bears its final name is whole and on the disk."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def begin(self) -> Receiving:
        """Begin a content that comes piece by piece; raises ``Busy`` when the disk refuses.

        The file is there before the row that names it, so a crash leaves a file without a row, never the reverse.
        """
        return Receiving(self._folder, self._keyring.current).open()

    def put(self, source: BinaryIO, progress: Callable[[int], None] = lambda _bytes: None) -> Content:
        """Copy ``source`` in, a quarter of a megabyte at a time; raises ``Busy`` when the disk refuses."""
        receiving = self.begin()
        try:
            while chunk := source.read(_CHUNK):
                receiving.write(chunk)
                progress(receiving.size)
            return receiving.finish()
        finally:
            receiving.abort()

    def read(self, location: str, offset: int, length: int) -> bytes:
        """Read at most ``length`` bytes from ``offset``; raises ``OSError``, ``KeyMissing``, ``Damaged``."""
        with self.open(location) as file:
            file.seek(offset)
            return file.read(length)

    def has(self, location: str) -> bool:
        """Say whether a content is there."""
        return (self._folder / location).is_file()

    def length(self, place: str) -> int:
        """Give the bytes that a file takes on the disk; raises ``OSError``."""
        return (self._folder / place).stat().st_size

    def open(self, location: str) -> BinaryIO:
        """Open a content for reading; raises ``OSError``, ``KeyMissing``, ``Damaged``, the last from ``read`` too."""
        file = (self._folder / location).open("rb")
        return open_sealed(self._keyring, file) if is_sealed(location) else file

    def open_stored(self, location: str) -> BufferedReader:
        """Open a content as it lies on the disk, sealed; raises ``OSError``."""
        return (self._folder / location).open("rb")

    def put_stored(self, location: str, pieces: Iterable[bytes]) -> None:
        """Write a content as it lay on a disk, to its place; raises ``ValueError``, ``Busy``."""
        if not _LOCATION.fullmatch(location):
            raise ValueError(f"no location of a content: {location!r}")
        target = self._folder / location
        try:
            make_folder(target.parent)
            target.unlink(missing_ok=True)
            with create(target) as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(target.parent)
        except OSError as error:
            raise Busy(f"the gateway cannot keep the file: {error.strerror}", wait=60) from error

    def chunks(self, location: str) -> Iterator[bytes]:
        """Read a content piece by piece."""
        with self.open(location) as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def remove(self, location: str) -> None:
        """Remove a content, if it is there; raises ``ValueError`` for what is no location, ``Busy`` for a disk's no.

        Who is reading it reads on to its end.
        """
        if not _LOCATION.fullmatch(location):
            raise ValueError(f"no location of a content: {location!r}")
        try:
            (self._folder / location).unlink(missing_ok=True)
        except OSError as error:
            raise Busy(f"the gateway cannot remove a file: {error.strerror}", wait=60) from error

    def remove_all(self, places: Iterable[str]) -> None:
        """Remove contents that no row names any more; what the disk does not let go of is swept up later."""
        for place in places:
            with suppress(Busy):
                self.remove(place)

    def sweep(self, known: Callable[[str], bool], before: float) -> Iterator[tuple[str, int]]:
        """Remove files that nobody ``known`` to use, last written ``before`` (Unix seconds); yields place and bytes.

        Among them those that were on their way in when the gateway was killed. Files of other names are not ours and
        stay. ``before`` must lie further back than a content may take from its first byte to its row.
        """
        for folder, place, name in self._files():
            try:
                found = (folder / name).stat(follow_symlinks=False)
                if found.st_mtime >= before or known(place):
                    continue
                (folder / name).unlink()
            except OSError:  # somebody else has removed it, or nobody can: the next sweep sees it again
                continue
            yield place, found.st_size

    def _files(self) -> Iterator[tuple[Path, str, str]]:
        """Find all files of ours: their folder, their place, their name."""
        for name in _names(self._folder / INCOMING):
            if ON_THE_WAY.fullmatch(name):
                yield self._folder / INCOMING, f"{INCOMING}/{name}", name
        for first in filter(_SHELF.fullmatch, _names(self._folder)):
            for second in filter(_SHELF.fullmatch, _names(self._folder / first)):
                folder = self._folder / first / second
                for name in _names(folder):
                    place = f"{first}/{second}/{name}"
                    if _LOCATION.fullmatch(place):
                        yield folder, place, name


def is_sealed(location: str) -> bool:
    """Say whether the file at a location is sealed."""
    return location.endswith(SEALED)


def _names(folder: Path) -> Iterator[str]:
    """List a folder, one entry in memory at a time; what is no folder has no entries."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry.name
    except (FileNotFoundError, NotADirectoryError):
        return
