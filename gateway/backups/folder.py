"""A folder of backups, on another disk if it is to help against a broken one."""

import errno
import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from gateway.backups.place import PIECE, Listed
from gateway.errors import Busy, Conflicting, Damaged, NotFound
from gateway.secretfile import create, sync_folder

_UNFINISHED: Final = ".unfinished-"
_OURS: Final = re.compile(r"\.unfinished-[0-9a-f]{16}", re.ASCII)
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_CHUNK: Final = 256 * 1024


class FolderPlace:
    """Objects as files; each is written under another name, synced, and then named."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder).absolute()
        self._unsynced: set[Path] = set()
        self.name = str(self._folder)

    def put(self, name: str, data: bytes | BinaryIO, *, new: bool = False) -> None:
        """Write an object."""
        target = self._folder / name
        with self._told():
            self._make(target.parent)
            temporary = target.parent / f"{_UNFINISHED}{os.urandom(8).hex()}"
            try:
                _write(temporary, io.BytesIO(data) if isinstance(data, bytes) else data)
                if new:
                    _name(temporary, target)
                else:
                    temporary.replace(target)
            except FileExistsError:
                raise Conflicting(f"{target} is there already") from None
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
            self._unsynced.add(target.parent)

    def settle(self) -> None:
        """Return when all that was put is on the disk."""
        with self._told():
            while self._unsynced:
                sync_folder(next(iter(self._unsynced)))
                self._unsynced.pop()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Read an object piece by piece."""
        with self._told():
            try:
                file = (self._folder / name).open("rb")
            except FileNotFoundError:
                raise NotFound(f"{self._folder / name} is missing") from None
            with file:
                try:
                    while piece := file.read(PIECE):
                        yield piece
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
                    raise Damaged(f"{self._folder / name} cannot be read: {error.strerror}") from error

    def list(self, folder: str) -> Iterator[Listed]:
        """Give all objects below a folder."""
        with self._told():
            for root, _, files in os.walk(self._folder / folder, onerror=_unless_missing):
                for file in files:
                    path = Path(root, file)
                    if not _OURS.fullmatch(file):
                        found = path.stat()
                        yield Listed(path.relative_to(self._folder).as_posix(), found.st_size, found.st_mtime)

    def remove(self, name: str) -> None:
        """Remove an object."""
        with self._told():
            (self._folder / name).unlink(missing_ok=True)
            self._unsynced.add((self._folder / name).parent)

    def tidy(self, before: float) -> None:
        """Remove what a process that was killed has begun to write."""
        with self._told():
            for path in self._folder.rglob(f"{_UNFINISHED}*"):
                if _OURS.fullmatch(path.name) and path.stat().st_mtime < before:
                    path.unlink(missing_ok=True)

    def _make(self, folder: Path) -> None:
        for missing in reversed([folder, *folder.parents]):
            if not missing.exists():
                missing.mkdir(mode=0o700, exist_ok=True)
                self._unsynced.add(missing.parent)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = error.filename or self._folder
            raise Busy(f"the place of the backups cannot be used: {where}: {error.strerror}", wait=60) from error


def _name(temporary: Path, target: Path) -> None:
    """Give a file its name; raises ``FileExistsError`` where something has it."""
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():  # a stick knows no links, and has one writer
            raise FileExistsError from None
        temporary.replace(target)
    else:
        temporary.unlink()


def _write(path: Path, source: BinaryIO) -> None:
    with create(path) as file:
        shutil.copyfileobj(source, file, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
