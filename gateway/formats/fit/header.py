"""The frame of a FIT file: header, data, CRC; a file may be a chain of such parts."""

from dataclasses import dataclass

from fastcrc import crc16

from gateway.formats.refusals import refusal

MAGIC = b".FIT"
MAGIC_AT = 8
HEADER_SIZES = (12, 14)
MAX_PARTS = 32
_MAX_PROTOCOL = 2
CRC_SIZE = 2


@dataclass(frozen=True, slots=True)
class Part:
    """The records of one file of the chain: byte offsets of the first and behind the last."""

    start: int
    end: int


def parts(data: bytes) -> tuple[Part, ...]:
    """Return the chain's parts, their sizes and CRCs checked.

    Raises ``FormatError``: ``truncated`` (shorter than its header says, or closed by nobody: data size 0),
    ``not_fit``, ``bad_header``, ``unsupported_protocol``, ``bad_header_crc``, ``bad_crc``, ``trailing_bytes``,
    ``too_many_parts``.
    """
    found: list[Part] = []
    at = 0
    while at < len(data) or not found:
        if len(found) == MAX_PARTS:
            raise refusal("too_many_parts", at)
        part = _part(data, at)
        found.append(part)
        at = part.end + CRC_SIZE
    return tuple(found)


def _part(data: bytes, at: int) -> Part:
    header = data[at : at + HEADER_SIZES[-1]]
    _check_header(header, at, len(data))
    end = at + header[0] + int.from_bytes(header[4:8], "little")
    if end + CRC_SIZE > len(data):
        missing = end + CRC_SIZE - len(data)
        raise refusal("truncated", len(data), "1 byte is missing" if missing == 1 else f"{missing:,} bytes are missing")
    if crc16.arc(data[at:end]) != int.from_bytes(data[end : end + CRC_SIZE], "little"):
        raise refusal("bad_crc", end)
    return Part(at + header[0], end)


def _check_header(header: bytes, at: int, end: int) -> None:
    magic = header[MAGIC_AT : MAGIC_AT + len(MAGIC)]
    if not MAGIC.startswith(magic) or (at and magic != MAGIC):
        raise refusal("trailing_bytes" if at else "not_fit", at)
    if magic != MAGIC:
        raise refusal("truncated", end)
    if header[0] not in HEADER_SIZES:
        raise refusal("bad_header", at, f"a header of {header[0]} bytes")
    if header[1] >> 4 > _MAX_PROTOCOL:
        raise refusal("unsupported_protocol", at + 1)
    if len(header) < header[0]:
        raise refusal("truncated", end)
    if not any(header[4:MAGIC_AT]):
        raise refusal("truncated", at + 4, "the recording was never closed")
    stored = int.from_bytes(header[12:14], "little") if header[0] == HEADER_SIZES[-1] else 0
    if stored and crc16.arc(header[:12]) != stored:
        raise refusal("bad_header_crc", at + 12)


def stated_size(data: bytes) -> int:
    """Return how many bytes the first part has, as its header says, which nobody has checked."""
    return int.from_bytes(data[:1]) + int.from_bytes(data[4:MAGIC_AT], "little") + CRC_SIZE


def spoiled_magic(data: bytes) -> bool:
    """Tell whether this is a FIT file but for its magic: known header size, protocol, and sizes that fit exactly."""
    if len(data) < HEADER_SIZES[0] or data[0] not in HEADER_SIZES or data[1] >> 4 > _MAX_PROTOCOL:
        return False
    size = int.from_bytes(data[4:8], "little")
    return size > 0 and data[0] + size + CRC_SIZE == len(data)


def cut_header(data: bytes) -> bool:
    """Tell whether these few bytes are the beginning of a FIT header."""
    if len(data) >= MAGIC_AT + len(MAGIC):
        return False
    known = data[0] in HEADER_SIZES and all(byte >> 4 in {1, 2} for byte in data[1:2])
    return known and MAGIC.startswith(data[MAGIC_AT:])
