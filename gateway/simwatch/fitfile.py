"""Writing of FIT files: definition and data messages between a header and a CRC.

Only what the sample needs: little endian, one definition a message type, no developer fields. See
https://developer.garmin.com/fit/protocol/ and the profile in ``garmin-fit-sdk`` for the numbers.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from fastcrc import crc16

FIT_EPOCH = 631065600  # 1989-12-31 00:00:00 UTC in Unix time
HEADER_SIZE = 14
CRC_SIZE = 2

_PROTOCOL = 0x20
_PROFILE = 21200
_DEFINITION = 0x40
_TYPES = {"enum": (0x00, "B", 0xFF), "uint8": (0x02, "B", 0xFF), "uint16": (0x84, "H", 0xFFFF)} | {
    "sint32": (0x85, "i", 0x7FFFFFFF),
    "uint32": (0x86, "I", 0xFFFFFFFF),
    "uint32z": (0x8C, "I", 0),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message type: its global number, and by name its fields' numbers and types."""

    number: int
    fields: Mapping[str, tuple[int, str]]


class FitWriter:
    """Collects messages; ``finish`` gives the file."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._locals: list[tuple[Message, struct.Struct]] = []

    def write(self, message: Message, values: Mapping[str, int]) -> int:
        """Append one message, its definition before the first of its type; fields without a value become invalid.

        Returns the file offset of its first field.
        """
        local, layout = self._local(message)
        self._body.append(local)
        offset = HEADER_SIZE + len(self._body)
        row = [values.get(name, _TYPES[kind][2]) for name, (_, kind) in message.fields.items()]
        self._body += layout.pack(*row)
        return offset

    def finish(self) -> bytes:
        """Close the file: header with its own CRC, messages, CRC over both."""
        head = struct.pack("<BBHI4s", HEADER_SIZE, _PROTOCOL, _PROFILE, len(self._body), b".FIT")
        return with_crc(head + struct.pack("<H", crc16.arc(head)) + bytes(self._body))

    def _local(self, message: Message) -> tuple[int, struct.Struct]:
        for local, (known, layout) in enumerate(self._locals):
            if known is message:
                return local, layout
        local = len(self._locals)
        layout = struct.Struct("<" + "".join(_TYPES[kind][1] for _, kind in message.fields.values()))
        self._locals.append((message, layout))
        self._body += struct.pack("<BBBHB", _DEFINITION | local, 0, 0, message.number, len(message.fields))
        for number, kind in message.fields.values():
            base, code, _ = _TYPES[kind]
            self._body += bytes((number, struct.calcsize(code), base))
        return local, layout


def with_crc(content: bytes) -> bytes:
    """Append its FIT CRC to the content."""
    return content + struct.pack("<H", crc16.arc(content))
