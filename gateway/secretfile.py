"""Small files that only their user can read: made once, replaced as a whole, on the disk when a function returns."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def create(path: Path) -> BinaryIO:
    """Make a file that only its user can read; raises ``OSError``, also where something is there already."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """Read a file, made where it is missing; of several processes that do so one makes it. Raises ``OSError``."""
    if path.exists():
        return path.read_bytes()
    with locked(path.parent):
        if not path.exists():
            replace(path, make())
        return path.read_bytes()


def replace(path: Path, data: bytes) -> None:
    """Write a file in the place of what is there; whoever reads meanwhile sees the one or the other.

    Raises ``OSError``, and leaves what is there then. Two that do so at once want ``locked``.
    """
    new = path.with_name(f".{path.name}-{os.urandom(6).hex()}")
    try:
        with create(new) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        sync_folder(path.parent)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes that do the same out of a folder; the lock goes with the process."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Have a file's bytes on the disk, whoever has written them."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Have a folder's entries on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
