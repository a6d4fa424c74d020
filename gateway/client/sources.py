"""Bytes to send: of a file, which is read piece by piece, or at hand."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

from gateway.client.errors import Misused

PIECE: Final = 16 * 1024


class Source(Protocol):
    """What a request carries: ``size`` bytes, which can be read as often as the request is sent."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def pieces(self) -> Iterator[bytes]:
        """Read from the beginning; raises ``OSError``, and ``Misused`` where there are not ``size`` bytes any more."""


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes at hand."""

    data: bytes

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.data)

    def pieces(self) -> Iterator[bytes]:
        """Give them."""
        for start in range(0, len(self.data), PIECE):
            yield self.data[start : start + PIECE]


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file as it was when it was looked at; ``mtime`` in seconds."""

    path: Path
    size: int
    mtime: int

    @classmethod
    def look(cls, path: Path) -> Self:
        """Look at a file; raises ``OSError``, and ``Misused`` for a pipe or a device, whose length nobody knows."""
        status = path.stat()
        if path.is_dir():
            raise IsADirectoryError(21, "is a folder", str(path))
        _must_be_regular(status, path)
        return cls(path, status.st_size, max(0, int(status.st_mtime)))

    def pieces(self) -> Iterator[bytes]:
        """Read it, no further than it was long."""
        left = self.size
        with open(self.path, "rb", buffering=0, opener=_at_once) as file:
            _must_be_regular(os.fstat(file.fileno()), self.path)
            while left:
                piece = file.read(min(PIECE, left))
                if not piece:
                    raise Misused(f"{self.path.name} became shorter while it was sent")
                left -= len(piece)
                yield piece


def _at_once(path: str, flags: int) -> int:
    """Open, also a pipe that has come to the path and that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _must_be_regular(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Misused(f"{path} is no regular file: save it to one first")


def digest(source: Source) -> str:
    """Give the SHA-256 in hex."""
    hashed = hashlib.sha256()
    for piece in source.pieces():
        hashed.update(piece)
    return hashed.hexdigest()


def opened(source: "str | os.PathLike[str] | bytes") -> Held | OnDisk:
    """Take bytes as they are, all else as the path of a file."""
    return Held(source) if isinstance(source, bytes) else OnDisk.look(Path(source))
