"""The drop folder's files: found, opened, and moved within it.

Every step goes from an open folder into the next one and follows no link, so whoever may write here, and exchanges a
folder for a link in the meantime, shows the gateway nothing of the rest of the disk.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from gateway.service.arrivals import DONE, FAILED, REASON, Sight, is_left_alone, names_for
from gateway.service.leases import is_open_for_writing
from gateway.service.paths import DEPTH

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_INNER: Final = _FOLDER | os.O_NOFOLLOW
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_NOREPLACE: Final = 1  # RENAME_NOREPLACE of <linux/fs.h>
_UNKNOWN: Final = frozenset({errno.ENOSYS, errno.EINVAL})

Blocked = Callable[[str, OSError], None]
"""Hears of a folder that cannot be read."""


class Changed(Exception):
    """The file is another one than was seen; look again."""


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
            yield from _below(top, (), os.fstat(top).st_dev, blocked)

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
        """Say whether a file still looks as it was found."""
        with self._at(found.folders) as folder:
            return sight_of(os.stat(found.name, dir_fd=folder, follow_symlinks=False)) == found.sight

    def move(self, found: Found, into: str, reason: str | None = None) -> str:
        """Move a file into ``done`` or ``failed``, under a name that nothing has, with a reason beside; gives its path.

        Raises ``Changed`` when it was another file, which stays where it was.
        """
        with self._at(found.folders) as source, _made(self.path, (into, *found.folders)) as (target, folders):
            for name in names_for(found.name, len(REASON) if reason else 0):
                if not _is_there(name, target) and _moved(found, name, reason, source, target):
                    break
            return "/".join((*folders, name))

    @contextmanager
    def _at(self, folders: tuple[str, ...]) -> Iterator[int]:
        handle = os.open(self.path, _FOLDER)
        try:
            for name in folders:
                handle = _into(handle, name)
            yield handle
        finally:
            os.close(handle)


def sight_of(status: os.stat_result) -> Sight:
    """Give how a file looks."""
    return Sight(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _is_same(status: os.stat_result, sight: Sight) -> bool:
    """Say whether a file that was moved, which is a change too, is the one that was seen."""
    return (status.st_ino, status.st_size, status.st_mtime_ns) == (sight.inode, sight.size, sight.mtime)


def _below(handle: int, folders: tuple[str, ...], device: int, blocked: Blocked) -> Iterator[Found]:
    with os.scandir(handle) as entries:
        for entry in entries:
            if is_left_alone(entry.name) or (not folders and entry.name.casefold() in {DONE, FAILED}):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    yield Found(folders, entry.name, sight_of(status))
                elif stat.S_ISDIR(status.st_mode) and status.st_dev == device and len(folders) < DEPTH:
                    inner = os.open(entry.name, _INNER, dir_fd=handle)
                    try:
                        yield from _below(inner, (*folders, entry.name), device, blocked)
                    finally:
                        os.close(inner)
            except FileNotFoundError:
                continue
            except OSError as error:
                blocked("/".join((*folders, entry.name)), error)


def _into(handle: int, name: str) -> int:
    """Go from an open folder into one inside; the first is closed then."""
    inner = os.open(name, _INNER, dir_fd=handle)
    os.close(handle)
    return inner


@contextmanager
def _made(top: Path, folders: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Open a folder below ``top``, made where it is missing; one whose name a file has gets a number."""
    handle = os.open(top, _FOLDER)
    names: list[str] = []
    try:
        for folder in folders:
            for name in names_for(folder):
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=handle)
                if names and not stat.S_ISDIR(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
                    continue
                handle = _into(handle, name)
                names.append(name)
                break
        yield handle, tuple(names)
    finally:
        os.close(handle)


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _moved(found: Found, name: str, reason: str | None, source: int, target: int) -> bool:
    """Move a file to a name, after its reason, so that none is ever without; False: the name has been taken since."""
    beside = f"{name}{REASON}"
    if reason:  # one of a file that never came makes way
        with os.fdopen(os.open(beside, _NEW, 0o666, dir_fd=target), "w", encoding="utf-8") as file:
            file.write(reason)
    try:
        _rename(found.name, name, source, target)
        if _is_same(os.stat(name, dir_fd=target, follow_symlinks=False), found.sight):
            return True
        _put_back(found.name, name, source, target)
    except FileExistsError:
        return False
    except OSError:
        _remove(beside, target, made=reason)
        raise
    _remove(beside, target, made=reason)
    raise Changed


def _remove(name: str, folder: int, *, made: object) -> None:
    if made:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)


def _rename(name: str, new: str, source: int, target: int) -> None:
    """Rename a file unless something is there: then ``FileExistsError``; only some network disks leave a gap there."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None:
        if not rename(source, os.fsencode(name), target, os.fsencode(new), _NOREPLACE):
            return
        code = ctypes.get_errno()
        if code not in _UNKNOWN:
            raise OSError(code, os.strerror(code), name)
    if _is_there(new, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
    os.rename(name, new, src_dir_fd=source, dst_dir_fd=target)


def _put_back(name: str, moved: str, source: int, target: int) -> None:
    """Give a file back its name, or one with a number, where it was."""
    for back in names_for(name):
        with suppress(FileExistsError):
            _rename(moved, back, target, source)
            return
