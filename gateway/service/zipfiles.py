"""Zip files: their list of members and the bytes of one, as PKWARE's APPNOTE.TXT 6.3.10 has them.

The standard library reads more kinds, some of them (bzip2, LZMA) without a bound of what one call unpacks, and
believes what a list of members says of sizes. Here a member has exactly the bytes that the list says, or it is damaged.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.errors import FormatError, TooLarge, UnsupportedType
from gateway.service.inflating import RAW, Allowance, Limits, Pieces, inflated

ZIP_MAGIC: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<4s22xHH")  # 4.3.7
_LISTED: Final = struct.Struct("<4s4xHH4xIIIHHH8xI")  # 4.3.12
_END: Final = struct.Struct("<4sHHHHIIH")  # 4.3.16
_LISTED_MAGIC, _END_MAGIC, _ZIP64_MAGIC = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07"
_ZIP64_SIZE: Final = 20  # bytes of a locator, which stands right before the end record
_COMMENT: Final = 0xFFFF
_IN_ZIP64: Final = 0xFFFFFFFF  # in place of a number that does not fit
_ENCRYPTED, _UTF8 = 1, 0x800  # 4.4.4
_STORED, _DEFLATED = 0, 8  # 4.4.5


@dataclass(frozen=True, slots=True)
class Packed:
    """A member as the list has it: ``packed`` bytes behind its header at ``offset`` become ``size`` bytes.

    ``end`` is the offset of the list, behind which no member goes on.
    """

    name: str
    flags: int
    method: int
    crc32: int
    packed: int
    size: int
    offset: int
    end: int

    def check(self) -> None:
        """Raise ``UnsupportedType`` for a member that cannot be unpacked here."""
        if self.flags & _ENCRYPTED:
            raise UnsupportedType("the file is encrypted, unpack it first")
        if self.method not in {_STORED, _DEFLATED}:
            raise UnsupportedType("the file is packed in an unusual way, unpack it first")


def directory(source: BinaryIO, size: int, limits: Limits) -> list[Packed]:
    """Read the list of members of a file of ``size`` bytes.

    Raises ``TooLarge`` over a limit, before the list is read, and ``FormatError`` when it is damaged or its members
    overlap.
    """
    count, length, offset, end = _end_record(source, size)
    if count > limits.members:
        raise TooLarge(f"the archive has over {limits.members} files, send it in parts")
    if length > limits.directory:
        raise TooLarge("the archive's list of files is too long, send it in parts")
    if offset + length > end:
        raise _damaged(end)
    source.seek(offset)
    listed = source.read(length)
    found: list[Packed] = []
    at = 0
    while at < length:
        if len(found) == count:
            raise _damaged(offset + at)
        member, at = _listed(listed, at, offset)
        found.append(member)
    if len(found) != count:
        raise _damaged(end)
    _lie_apart(found)
    return found


def _end_record(source: BinaryIO, size: int) -> tuple[int, int, int, int]:
    """Give number of members, length and offset of the list, and where that ends at most."""
    start = max(0, size - _END.size - _COMMENT - _ZIP64_SIZE)
    source.seek(start)
    tail = source.read(size - start)
    at = tail.rfind(_END_MAGIC)
    while at >= 0:
        if at + _END.size <= len(tail):
            _, disk, first, here, count, length, offset, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment == len(tail):
                break
        at = tail.rfind(_END_MAGIC, 0, at)
    else:
        raise FormatError("truncated", size, "the archive is cut short")
    if tail[max(0, at - _ZIP64_SIZE) : at].startswith(_ZIP64_MAGIC) or _IN_ZIP64 in {length, offset}:
        raise _huge()
    if disk or first or here != count:
        raise FormatError("bad_zip", start + at, "the archive is a part of one")
    return count, length, offset, start + at


def _listed(listed: bytes, at: int, offset: int) -> tuple[Packed, int]:
    """Read one entry of the list, which begins at ``offset`` of the file; gives it with where the next begins."""
    if at + _LISTED.size > len(listed):
        raise _damaged(offset + at)
    magic, flags, method, crc, packed, size, name, extra, comment, where = _LISTED.unpack_from(listed, at)
    at += _LISTED.size
    following = at + name + extra + comment
    if magic != _LISTED_MAGIC or following > len(listed):
        raise _damaged(offset + at)
    if _IN_ZIP64 in {packed, size, where}:
        raise _huge()
    return Packed(_decoded(listed[at : at + name], flags), flags, method, crc, packed, size, where, offset), following


def _decoded(name: bytes, flags: int) -> str:
    """Give a name as text; many programs write UTF-8 and do not say so."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & _UTF8 else name.decode("cp437")


def _lie_apart(found: list[Packed]) -> None:
    """Refuse members that share bytes: so a few of them become any number."""
    end = 0
    for member in sorted(found, key=lambda member: member.offset):
        if member.offset < end or member.offset + _LOCAL.size + member.packed > member.end:
            raise _damaged(member.offset)
        end = member.offset + _LOCAL.size + member.packed


def unpacked(source: BinaryIO, packed: Packed, allowance: Allowance) -> Iterator[bytes]:
    """Unpack a member; raises ``FormatError`` unless size and CRC-32 are what the list says, ``UnsupportedType``."""
    packed.check()
    size = crc = 0
    raw = Pieces(_raw(source, packed, allowance.piece))
    pieces = _counted(raw, allowance) if packed.method == _STORED else inflated(raw, allowance, RAW)
    try:
        for piece in pieces:
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > packed.size:
                raise _damaged(packed.offset)
            yield piece
    except zlib.error:
        raise _damaged(packed.offset) from None
    except EOFError:
        raise FormatError("truncated", packed.offset, "the file in the archive is cut short") from None
    if size != packed.size or raw.head(1):
        raise _damaged(packed.offset)
    if crc != packed.crc32:
        raise FormatError("bad_crc", packed.offset, "some bytes of the file have changed")


def _counted(raw: Pieces, allowance: Allowance) -> Iterator[bytes]:
    while piece := raw.read():
        allowance.spend(len(piece))
        yield piece


def _raw(source: BinaryIO, packed: Packed, piece: int) -> Iterator[bytes]:
    """Read the bytes of a member as they lie in the archive, wherever others have left the source."""
    source.seek(packed.offset)
    header = source.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(ZIP_MAGIC):
        raise _damaged(packed.offset)
    _, name, extra = _LOCAL.unpack(header)
    at = packed.offset + _LOCAL.size + name + extra
    end = at + packed.packed
    if end > packed.end:
        raise _damaged(packed.offset)
    while at < end:
        source.seek(at)
        chunk = source.read(min(piece, end - at))
        if not chunk:
            raise EOFError
        at += len(chunk)
        yield chunk


def _huge() -> TooLarge:
    return TooLarge("the archive is of the kind for huge ones (zip64), send it in parts")


def _damaged(offset: int) -> FormatError:
    return FormatError("bad_zip", offset, "the archive is damaged")
