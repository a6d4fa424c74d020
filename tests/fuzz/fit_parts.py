"""FIT files taken apart into messages and put together again, sizes and CRCs mended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from fastcrc import crc16

HEADER_SIZES = (14, 14, 14, 12)
PROTOCOLS = (0x10, 0x20, 0x20, 0x21)
_DEFINITION, _DEVELOPER, _COMPRESSED = 0x40, 0x20, 0x80
_FIXED = 6


@dataclass
class Part:
    """One file of a chain: the messages' bytes, definitions and data in their order."""

    messages: list[bytes] = field(default_factory=list)
    header_size: int = 14
    protocol: int = 0x20

    def framed(self, random: Random) -> bytes:
        """The part as bytes, correct but for a header CRC that is left out now and then."""
        body = b"".join(self.messages)
        header = bytes((self.header_size, self.protocol)) + b"\x7b\x08" + len(body).to_bytes(4, "little") + b".FIT"
        if self.header_size == 14:
            header += crc16.arc(header).to_bytes(2, "little") if random.random() < 0.9 else b"\0\0"
        return header + body + crc16.arc(header + body).to_bytes(2, "little")


def is_definition(message: bytes) -> bool:
    return message[:1] != b"" and message[0] & (_COMPRESSED | _DEFINITION) == _DEFINITION


def whole_definitions(messages: list[bytes]) -> list[int]:
    """Where the definitions are that have all the bytes that they announce."""
    return [
        at
        for at, message in enumerate(messages)
        if is_definition(message) and _definition_size(message, 0) == len(message)
    ]


def local_type(message: bytes) -> int:
    return message[0] >> 5 & 3 if message[0] & _COMPRESSED else message[0] & 0x0F


def field_sizes(definition: bytes) -> bytes:
    """The sizes of all fields, native ones first."""
    end = _FIXED + 3 * definition[_FIXED - 1]
    developer = definition[end + 1 :] if definition[0] & _DEVELOPER else b""
    return definition[_FIXED + 1 : end : 3] + developer[1::3]


def take_apart(data: bytes) -> list[Part]:
    """The parts of a file, right or wrong; what cannot be followed is one last message."""
    parts: list[Part] = []
    at = 0
    while at < len(data) and len(parts) < 64:
        header_size = data[at] if data[at] in HEADER_SIZES else 14
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        start = at + header_size
        end = min(start + size, len(data)) if size else max(start, len(data) - 2)
        protocol = data[at + 1] if b"" < data[at + 1 : at + 2] < b"\x30" else 0x20
        parts.append(Part(list(_messages(data[start:end])), header_size, protocol))
        at = end + 2
    return parts or [Part()]


def _messages(body: bytes) -> Iterator[bytes]:
    sizes: dict[int, int] = {}
    at = 0
    while at < len(body):
        size = _definition_size(body, at) if is_definition(body[at : at + 1]) else sizes.get(local_type(body[at:]))
        if size is None or at + size > len(body):
            yield body[at:]
            return
        message = body[at : at + size]
        if is_definition(message):
            sizes[local_type(message)] = 1 + sum(field_sizes(message))
        yield message
        at += size


def _definition_size(body: bytes, at: int) -> int | None:
    if at + _FIXED > len(body):
        return None
    size = _FIXED + 3 * body[at + _FIXED - 1]
    if body[at] & _DEVELOPER:
        if at + size >= len(body):
            return None
        size += 1 + 3 * body[at + size]
    return size


def put_together(parts: list[Part], random: Random) -> bytes:
    """The file, every size and CRC right."""
    return b"".join(part.framed(random) for part in parts)
