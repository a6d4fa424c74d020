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
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
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
    if reason:  # one of a file that never came makes way
        with os.fdopen(os.open(f"{new}{REASON}", _NEW, 0o666, dir_fd=target), "w", encoding="utf-8") as file:
            file.write(reason)
    try:
        _rename(name, new, source, target)
        _keep_same(name, new, sight, source, target)
    except FileExistsError:
        return False
    except (OSError, Changed):
        if reason:
            with suppress(OSError):
                os.unlink(f"{new}{REASON}", dir_fd=target)
        raise
    return True


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
