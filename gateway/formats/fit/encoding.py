"""Writing of FIT files: definition and data messages between a header and a CRC, little endian.

Source: developer.garmin.com/fit/protocol.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

from fastcrc import crc16

from gateway.formats.fit.definition import BASE_TYPES, DEVELOPER_FLAG
from gateway.formats.fit.header import MAGIC
from gateway.formats.fit.profile_names import VERSION

ENUM, SINT8, UINT8, UINT16, SINT32, UINT32 = 0x00, 0x01, 0x02, 0x84, 0x85, 0x86
STRING, FLOAT32, UINT32Z, BYTE = 0x07, 0x88, 0x8C, 0x0D

HEADER_SIZE = 14
PROTOCOL = 0x20
"""Version 2.0, which has developer fields."""

_DEFINITION = 0x40
_BASE_MASK = 0x1F
_FLOAT_SIZE = 4
_NO_FLOAT = 0xFFFFFFFF
_LARGEST_FLOAT = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
_FLOAT, _BITS = struct.Struct("<f"), struct.Struct("<I")


class Field(NamedTuple):
    """A field of a message: its number, base type, and how a quantity becomes the stored ``(value + offset) * scale``.

    ``size`` is the bytes of a text or an array of bytes.
    """

    number: int
    base: int
    scale: float = 1
    offset: float = 0
    size: int = 0

    def limits(self) -> tuple[int, int, int]:
        """Return the smallest and largest number that the base type stores, and the one that means "none"."""
        code, size, none = BASE_TYPES[self.base & _BASE_MASK]
        if none is None:
            raise ValueError(self)
        if code.islower():
            return -(1 << 8 * size - 1), none - 1, none
        return (0, none - 1, none) if none else (1, (1 << 8 * size) - 1, none)


class Message(NamedTuple):
    """A kind of message: its global number, its fields by name, and how many developer fields (float32) follow."""

    number: int
    fields: Mapping[str, Field]
    developer: int = 0


Value = float | str | bytes | None


class Encoder:
    """Collects messages; ``finish`` gives the file. One local type a kind of message, so at most 16 kinds."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._locals: dict[int, tuple[int, struct.Struct]] = {}

    def write(self, message: Message, values: Mapping[str, Value]) -> None:
        """Append one message; fields without a value, or with one out of range, say so."""
        local, layout = self._local(message)
        row = (stored(field, values.get(name)) for name, field in message.fields.items())
        self._body += layout.pack(local, *row)

    def write_rows(self, message: Message, columns: Sequence[Sequence[int]]) -> None:
        """Append a message for each row of the columns: stored values of the fields, then of the developer fields."""
        local, layout = self._local(message)
        self._body += b"".join(map(layout.pack, repeat(local), *columns))

    def body(self) -> bytes:
        """Return the messages so far."""
        return bytes(self._body)

    def finish(self) -> bytes:
        """Return the file."""
        return framed(self._body)

    def _local(self, message: Message) -> tuple[int, struct.Struct]:
        known = self._locals.get(message.number)
        if known is None:
            known = self._locals[message.number] = (len(self._locals), _layout(message))
            self._body += _definition(known[0], message)
        return known


def framed(body: bytes | bytearray, protocol: int = PROTOCOL, profile: int = VERSION) -> bytes:
    """Put messages between a header of 14 bytes and their CRC."""
    head = struct.pack("<BBHI4s", HEADER_SIZE, protocol, profile, len(body), MAGIC)
    content = head + struct.pack("<H", crc16.arc(head)) + body
    return content + struct.pack("<H", crc16.arc(content))


def stored(field: Field, value: Value) -> int | bytes:
    """Return what a field stores of a quantity, text or bytes; the value that means "none" where it cannot."""
    if field.size:
        return _padded(value if isinstance(value, bytes) else _text(value, field.size), field.size)
    return stored_column(field, (value,))[0] if isinstance(value, int | float) else field.limits()[2]


def stored_column(field: Field, values: Iterable[float]) -> list[int]:
    """Return what a field stores of quantities; the value that means "none" for nan and what is out of range."""
    low, high, none = field.limits()
    scale, offset = field.scale, field.offset
    return [round(raw) if low <= (raw := (value + offset) * scale) <= high else none for value in values]


def stored_floats(values: Iterable[float]) -> list[int]:
    """Return the bits of float32 values; those that mean "none" for nan and what is out of range."""
    return [_bits(value) if abs(value) <= _LARGEST_FLOAT else _NO_FLOAT for value in values]


def _bits(value: float) -> int:
    bits: int = _BITS.unpack(_FLOAT.pack(value))[0]
    return bits


def _text(value: Value, size: int) -> bytes:
    """Encode a text so that a NUL fits behind it; no character is cut in two."""
    whole = value.replace("\0", " ") if isinstance(value, str) else ""
    return whole.encode("utf-8", "replace")[: size - 1].decode("utf-8", "ignore").encode()


def _padded(content: bytes, size: int) -> bytes:
    return content[:size].ljust(size, b"\0")


def _layout(message: Message) -> struct.Struct:
    codes = (
        f"{field.size}s" if field.size else BASE_TYPES[field.base & _BASE_MASK].code
        for field in message.fields.values()
    )
    return struct.Struct(f"<B{''.join(codes)}{message.developer}I")


def _definition(local: int, message: Message) -> bytes:
    flag = DEVELOPER_FLAG if message.developer else 0
    head = struct.pack("<BBBHB", _DEFINITION | flag | local, 0, 0, message.number, len(message.fields))
    fields = (
        bytes((field.number, field.size or BASE_TYPES[field.base & _BASE_MASK].size, field.base))
        for field in message.fields.values()
    )
    developer = [bytes((number, _FLOAT_SIZE, 0)) for number in range(message.developer)]
    count = [bytes((len(developer),))] if developer else []
    return b"".join([head, *fields, *count, *developer])
