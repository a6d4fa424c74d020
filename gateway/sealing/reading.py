"""Reading sealed contents, whole, in part, or as an open file."""

import io
import os
from typing import BinaryIO, Final, Protocol

from gateway.sealing.keyring import Keyring
from gateway.sealing.segments import CONTENT, HEADER, SEALED_SEGMENT, SEGMENT, Opening, key_id_of

_BUFFER: Final = 256 * 1024


class Source(Protocol):
    """Where sealed bytes lie."""

    def __call__(self, offset: int, length: int, /) -> bytes:
        """Read ``length`` bytes from ``offset``; fewer at the end only."""


def opening(keyring: Keyring, header: bytes, size: int, purpose: bytes = CONTENT) -> Opening:
    """Begin to open what has this header and so many sealed bytes; raises ``KeyMissing``, ``Damaged``."""
    return Opening(keyring.get(key_id_of(header)), header, size, purpose)


def unsealed(keyring: Keyring, sealed: bytes, purpose: bytes = CONTENT) -> bytes:
    """Open bytes that are in memory; raises ``KeyMissing``, ``Damaged``."""
    return opening(keyring, sealed[:HEADER], len(sealed), purpose).open(0, sealed[HEADER:])


def read_part(keyring: Keyring, read: Source, size: int, offset: int, length: int) -> bytes:
    """Open ``length`` bytes from ``offset`` of a content with ``size`` sealed bytes; a range past the end is cut.

    Reads the segments that have a part of them, and no others. Raises ``KeyMissing``, ``Damaged``.
    """
    return part_of(opening(keyring, read(0, HEADER), size), read, offset, length)


def part_of(opened: Opening, read: Source, offset: int, length: int) -> bytes:
    """Do the same with what is being opened already."""
    end = min(offset + length, opened.size)
    if offset >= end:
        return b""
    first, last = offset // SEGMENT, (end - 1) // SEGMENT
    sealed = read(HEADER + first * SEALED_SEGMENT, (last - first + 1) * SEALED_SEGMENT)
    content = opened.open(first, sealed)
    begin = offset - first * SEGMENT
    return content[begin : begin + end - offset]


class SealedFile(io.RawIOBase):
    """A sealed file, read as the content that it holds; it can be sought in. ``open_sealed`` gives it with a buffer."""

    def __init__(self, keyring: Keyring, file: BinaryIO) -> None:
        self._file = file
        self._handle = file.fileno()
        self._opened = opening(keyring, self._pread(0, HEADER), os.fstat(self._handle).st_size)
        self._at = 0

    def _pread(self, offset: int, length: int) -> bytes:
        return os.pread(self._handle, length, offset)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place in the content."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._opened.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read into a buffer; raises ``Damaged``."""
        content = part_of(self._opened, self._pread, self._at, len(buffer))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()


def open_sealed(keyring: Keyring, file: BinaryIO) -> BinaryIO:
    """Give a sealed file as the content that it holds, and close it with that; raises ``KeyMissing``, ``Damaged``."""
    try:
        return io.BufferedReader(SealedFile(keyring, file), _BUFFER)
    except BaseException:
        file.close()
        raise
