"""FIT files made on the spot, right or wrong in every byte that a test asks for."""

from collections.abc import Sequence

from fastcrc import crc16

ENUM, UINT8, UINT16, SINT32, UINT32, STRING, FLOAT32, UINT32Z = 0x00, 0x02, 0x84, 0x85, 0x86, 0x07, 0x88, 0x8C
FILE_ID, SESSION, LAP, RECORD = 0, 18, 19, 20
ACTIVITY = 4

Field = tuple[int, int, int]
"""Number, size, base type."""


def crc(data: bytes) -> int:
    """The FIT CRC, bit by bit (CRC-16/ARC), so that the tests do not lean on the library under test."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def frame(records: bytes, *, header_size: int = 14, protocol: int = 0x20, size: int | None = None) -> bytes:
    """Header, records, CRC."""
    stated = len(records) if size is None else size
    header = bytes((header_size, protocol)) + (2171).to_bytes(2, "little") + stated.to_bytes(4, "little") + b".FIT"
    if header_size == 14:
        header += crc(header).to_bytes(2, "little")
    return header + records + crc(header + records).to_bytes(2, "little")


def frame_fast(records: bytes) -> bytes:
    """As ``frame``, for long files: the library's CRC, and none in the header."""
    header = frame(b"", size=len(records))[:12] + b"\0\0"
    return header + records + crc16.arc(header + records).to_bytes(2, "little")


def define(message: int, fields: Sequence[Field], *, local: int = 0, developer: Sequence[Field] = ()) -> bytes:
    """A little-endian definition message."""
    parts = [bytes((0x40 | local | (0x20 if developer else 0), 0, 0)), message.to_bytes(2, "little")]
    parts += [bytes((len(fields),)), *map(bytes, fields)]
    if developer:
        parts += [bytes((len(developer),)), *map(bytes, developer)]
    return b"".join(parts)


def file_id(file_type: int = ACTIVITY) -> bytes:
    return define(FILE_ID, [(0, 1, ENUM)], local=15) + bytes((15, file_type))


def uint32(value: int) -> bytes:
    return value.to_bytes(4, "little")
