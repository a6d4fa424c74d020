"""Unpacking in pieces, within what an archive is allowed."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.errors import FormatError, TooLarge

GZIP: Final = b"\x1f\x8b\x08"
RAW: Final = -zlib.MAX_WBITS
_WITH_HEADER: Final = 16 + zlib.MAX_WBITS
_JOINED: Final = 10_000  # gzip files in one: bgzip begins a new one every 64 KB
_FED: Final = 16 * 1024  # packed bytes at once: what is not used yet is copied with each piece
_FLAGS_AT, _FIXED, _FEXTRA, _FNAME = 3, 10, 4, 8  # RFC 1952, 2.3


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may be. A year of a busy athlete is 700 activities and some 60 MB of them unpacked."""

    members: int = 2000
    total: int = 256 * 1024 * 1024  # bytes unpacked, of all members together
    ratio: int = (
        200  # bytes unpacked for each that came; tracks shrink to a 20th at most, what is made to burst to a 1000th
    )
    free: int = 1024 * 1024  # bytes that do not count for the ratio: a small file of one letter harms nobody
    directory: int = 1024 * 1024  # bytes that a zip file's list of members may have, which is read whole
    piece: int = 64 * 1024  # bytes unpacked at once


class Allowance:
    """How much more may be unpacked of an archive of ``packed`` bytes. Once it is over, it stays so."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self.piece = limits.piece
        self._most = min(limits.total, limits.free + limits.ratio * packed)
        self._total = limits.total
        self._left = self._most
        self._is_over = False

    def announce(self, size: int) -> None:
        """Look at what an archive says that it has, before anything is unpacked; raises ``TooLarge``."""
        self._is_over |= size > self._most
        self.check()

    def spend(self, size: int) -> None:
        """Count bytes that were unpacked; raises ``TooLarge``."""
        self._left -= size
        self._is_over |= self._left < 0
        self.check()

    def check(self) -> None:
        """Raise ``TooLarge`` when the archive is over a limit."""
        if not self._is_over:
            return
        if self._most == self._total:
            raise TooLarge(f"the archive has over {self._total >> 20} MB unpacked, send it in parts")
        raise TooLarge("the archive unpacks to far more than tracks and photos do, send its files")


class Pieces:
    """Bytes that come in pieces, read as a file is."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def head(self, size: int) -> bytes:
        """Give the next bytes and leave them to be read; fewer than ``size`` when there are no more."""
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        return self._rest[:size]

    def read(self, size: int = 64 * 1024) -> bytes:
        """Give at most ``size`` bytes, b"" at the end only."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def put_back(self, piece: bytes) -> None:
        """Let bytes be read again."""
        self._rest = piece + self._rest


def inflated(packed: Pieces, allowance: Allowance, window: int) -> Iterator[bytes]:
    """Unpack one deflate stream and put what is behind it back; raises ``zlib.error``, ``EOFError`` when it is cut."""
    stream = zlib.decompressobj(window)
    while not stream.eof:
        data = stream.unconsumed_tail or packed.read(_FED)
        piece = stream.decompress(data, allowance.piece)
        if not data and not piece and not stream.eof:
            raise EOFError
        allowance.spend(len(piece))
        if piece:
            yield piece
    packed.put_back(stream.unused_data)


def gunzipped(packed: Pieces, allowance: Allowance) -> Iterator[bytes]:
    """Unpack a gzip file, or several that were joined; raises ``FormatError`` for one that is damaged."""
    for _ in range(_JOINED):
        try:
            yield from inflated(packed, allowance, _WITH_HEADER)
        except zlib.error:
            raise FormatError("bad_gzip", 0, "the packed file is damaged") from None
        except EOFError:
            raise FormatError("truncated", 0, "the packed file is cut short") from None
        if not packed.head(1):
            return
    raise FormatError("bad_gzip", 0, "the packed file has too many parts")


def header_name(head: bytes) -> str | None:
    """Give the name that a gzip file says of itself; None: none, or it is too far behind the beginning."""
    if len(head) <= _FIXED or not head[_FLAGS_AT] & _FNAME:
        return None
    at = _FIXED
    if head[_FLAGS_AT] & _FEXTRA:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    end = head.find(b"\0", at)
    return head[at:end].decode("latin-1") if end > at else None
