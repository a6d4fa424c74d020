"""Moves between open folders: never over what is there, never through a link."""

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gateway.service.droprules import REASON, Sight, names_for

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
INNER: Final = FOLDER | os.O_NOFOLLOW
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OLD: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NOREPLACE: Final = 1  # RENAME_NOREPLACE of <linux/fs.h>
_UNKNOWN: Final = frozenset({errno.ENOSYS, errno.EINVAL})


class Changed(Exception):
    """The file is another one than was seen; look again."""


def move(name: str, sight: Sight, source: int, target: int, reason: str | None) -> str:
    """Move a file, under a name that nothing has, with a ``reason`` beside it if there is one; gives the name.

    Raises ``Changed`` when it was another file, which stays where it was.
    """
    for new in names_for(name, len(REASON) if reason else 0):
        if not _is_there(new, target) and _moved(name, new, sight, source, target, reason):
            return new
    raise AssertionError("there is always another name")


def into(handle: int, name: str) -> int:
    """Go from an open folder into one inside; the first is closed then."""
    inner = os.open(name, INNER, dir_fd=handle)
    os.close(handle)
    return inner


@contextmanager
def made(top: Path, folders: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Open a folder below ``top``, made where it is missing; one whose name a file has gets a number."""
    handle = os.open(top, FOLDER)
    names: list[str] = []
    try:
        for folder in folders:
            for name in names_for(folder):
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=handle)
                if names and not stat.S_ISDIR(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
                    continue
                handle = into(handle, name)
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


def _moved(name: str, new: str, sight: Sight, source: int, target: int, reason: str | None) -> bool:
    """Move a file to a name, after its reason, so that none is ever without; False: the name has been taken since."""
    try:
        with _noted(f"{new}{REASON}", reason, target):
            _rename(name, new, source, target)
            _keep_same(name, new, sight, source, target)
    except FileExistsError:
        return False
    return True


@contextmanager
def _noted(name: str, reason: str | None, folder: int) -> Iterator[None]:
    """Write a reason, which goes again when the block fails; raises ``FileExistsError`` where something else is.

    One that says the same stays from a move that was killed before its file came, and is used.
    """
    data = (reason or "").encode()
    if not data or _says(name, data, folder):
        yield
        return
    handle = os.open(name, _NEW, 0o666, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        yield
    except (OSError, Changed):
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise


def _says(name: str, data: bytes, folder: int) -> bool:
    """Say whether there is a regular file with just these bytes."""
    try:
        handle = os.open(name, _OLD, dir_fd=folder)
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(handle).st_mode) and os.read(handle, len(data) + 1) == data
    except OSError:
        return False
    finally:
        os.close(handle)


def _keep_same(name: str, new: str, sight: Sight, source: int, target: int) -> None:
    """Give a file that was moved its name back unless it is the one that was seen.

    A move changes the ctime, and on disks that number their files by path the inode.
    """
    status = os.stat(new, dir_fd=target, follow_symlinks=False)
    if (status.st_size, status.st_mtime_ns) == (sight.size, sight.mtime):
        return
    for back in names_for(name):
        with suppress(FileExistsError):
            _rename(new, back, target, source)
            raise Changed


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
