"""The drop folder's files: found, opened, and moved within it.

Every step goes from an open folder into the next one and follows no link, so whoever may write here, and exchanges a
folder for a link in the meantime, shows the gateway nothing of the rest of the disk.
"""

import os
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from gateway.service import moving
from gateway.service.droprules import DONE, FAILED, Sight, is_left_alone
from gateway.service.leases import is_open_for_writing
from gateway.service.moving import Changed
from gateway.service.paths import DEPTH

_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

Blocked = Callable[[str, OSError], None]
"""Hears of a folder that cannot be read."""


class Held(Exception):
    """Somebody has the file open for writing, or may have."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: the folders down to it, and how it looked."""

    folders: tuple[str, ...]
    name: str
    sight: Sight

    @property
    def path(self) -> str:
        """The path within the drop folder."""
        return "/".join((*self.folders, self.name))


@dataclass(frozen=True, slots=True)
class _Folder:
    names: tuple[str, ...]
    identity: tuple[int, int]


class DropFolder:
    """The folder at ``path`` with ``done`` and ``failed`` inside. All methods raise ``OSError`` as the disk does."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the folders that are missing."""
        for folder in (self.path, self.path / DONE, self.path / FAILED):
            folder.mkdir(parents=True, exist_ok=True)

    def files(self, blocked: Blocked) -> Iterator[Found]:
        """Find the files that are not left alone, one in memory at a time; costs what reading the folders costs.

        What lies on another disk that is mounted inside stays, for it could not be moved.
        """
        with self._at(()) as top:
            for found in _below(top, (), os.fstat(top).st_dev, blocked):
                if isinstance(found, Found):
                    yield found

    def folders(self, most: int) -> dict[Path, tuple[int, int]]:
        """Give the first folders that ``files`` goes through, this one among them, with device and inode of each."""
        with self._at(()) as top:
            below = _below(top, (), os.fstat(top).st_dev, lambda *_words: None)
            with closing(below):
                inner = (found for found in below if isinstance(found, _Folder))
                return {self.path.joinpath(*folder.names): folder.identity for folder in islice(inner, most)}

    @contextmanager
    def open(self, found: Found, *, sure: bool) -> Iterator[BinaryIO]:
        """Open a file that is still as it was found; raises ``Changed``.

        Raises ``Held`` while somebody has it open for writing, and unless the caller is ``sure`` where nobody knows.
        """
        with self._at(found.folders) as folder, os.fdopen(os.open(found.name, _FILE, dir_fd=folder), "rb") as source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode) or sight_of(status) != found.sight:
                raise Changed
            held = is_open_for_writing(source.fileno())
            if held or (held is None and not sure):
                raise Held
            yield source

    def is_as(self, found: Found) -> bool:
        """Say whether a file is still there and looks as it was found."""
        try:
            with self._at(found.folders) as folder:
                return sight_of(os.stat(found.name, dir_fd=folder, follow_symlinks=False)) == found.sight
        except OSError:
            return False

    def move(self, found: Found, into: str, reason: str | None = None) -> str:
        """Move a file into ``done`` or ``failed``, under a name that nothing has, with a reason beside; gives its path.

        Raises ``Changed`` when it was another file, which stays where it was.
        """
        with self._at(found.folders) as source, moving.made(self.path, (into, *found.folders)) as (target, folders):
            name = moving.move(found.name, found.sight, source, target, reason)
            return "/".join((*folders, name))

    @contextmanager
    def _at(self, folders: tuple[str, ...]) -> Iterator[int]:
        handle = os.open(self.path, moving.FOLDER)
        try:
            for name in folders:
                handle = moving.into(handle, name)
            yield handle
        finally:
            os.close(handle)


def sight_of(status: os.stat_result) -> Sight:
    """Give how a file looks."""
    return Sight(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _below(
    handle: int, folders: tuple[str, ...], device: int, blocked: Blocked
) -> Generator[Found | _Folder, None, None]:
    """Give a folder, then what is in it."""
    yield _Folder(folders, (device, os.fstat(handle).st_ino))
    with os.scandir(handle) as entries:
        for entry in entries:
            if is_left_alone(entry.name) or (not folders and entry.name.casefold() in {DONE, FAILED}):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    yield Found(folders, entry.name, sight_of(status))
                elif stat.S_ISDIR(status.st_mode) and status.st_dev == device and len(folders) < DEPTH:
                    inner = os.open(entry.name, moving.INNER, dir_fd=handle)
                    try:
                        yield from _below(inner, (*folders, entry.name), device, blocked)
                    finally:
                        os.close(inner)
            except FileNotFoundError:
                continue
            except OSError as error:
                blocked("/".join((*folders, entry.name)), error)
