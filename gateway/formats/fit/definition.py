"""FIT definition messages: where the fields of the data messages that follow lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from gateway.formats.refusals import refusal

FIT_EPOCH = 631_065_600
"""Unix time of FIT's second 0, 1989-12-31T00:00:00Z."""

TIMESTAMP = 253
DEVELOPER_FLAG = 0x20
_FIXED = 6  # header, reserved, architecture, global number (2), field count
_TRIPLE = 3  # field number, size, base type


class BaseType(NamedTuple):
    """How a value is stored: ``struct`` letter, bytes, and the value that means "none"."""

    code: str
    size: int
    invalid: int | None


BASE_TYPES = {
    # by the low five bits of the base type field
    0: BaseType("B", 1, 0xFF),  # enum
    1: BaseType("b", 1, 0x7F),
    2: BaseType("B", 1, 0xFF),
    3: BaseType("h", 2, 0x7FFF),
    4: BaseType("H", 2, 0xFFFF),
    5: BaseType("i", 4, 0x7FFFFFFF),
    6: BaseType("I", 4, 0xFFFFFFFF),
    7: BaseType("s", 1, None),
    8: BaseType("f", 4, None),
    9: BaseType("d", 8, None),
    10: BaseType("B", 1, 0),  # the z types
    11: BaseType("H", 2, 0),
    12: BaseType("I", 4, 0),
    13: BaseType("B", 1, 0xFF),  # byte
    14: BaseType("q", 8, 0x7FFFFFFFFFFFFFFF),
    15: BaseType("Q", 8, 0xFFFFFFFFFFFFFFFF),
    16: BaseType("Q", 8, 0),
}
_BASE_MASK = 0x1F
STRING = BASE_TYPES[7]


class Field(NamedTuple):
    """One field of a data message: offset from the message's header byte, size in bytes, base type if known."""

    offset: int
    size: int
    base: BaseType | None


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """The layout of one kind of data message.

    ``size`` counts the header byte and developer fields too; ``order`` is the byte order as ``struct`` writes it;
    ``timestamp`` the offset of a four-byte timestamp, 0 without one. ``native`` and ``developer`` are the fields as the
    file lists them, three bytes each.
    """

    message: int
    size: int
    order: str
    timestamp: int
    native: bytes
    developer: bytes

    @property
    def numbers(self) -> bytes:
        """The numbers of the native fields."""
        return self.native[::_TRIPLE]

    @property
    def byteorder(self) -> Literal["little", "big"]:
        """The byte order as ``int.from_bytes`` takes it."""
        return "big" if self.order == ">" else "little"

    def fields(self) -> dict[int, Field]:
        """Return the native fields by number."""
        found = {}
        offset = 1
        for number, size, base in _triples(self.native):
            found[number] = Field(offset, size, BASE_TYPES.get(base & _BASE_MASK))
            offset += size
        return found

    def developer_fields(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return (offset, size) of the developer fields by (developer's index, field number)."""
        found = {}
        offset = 1 + sum(self.native[1::_TRIPLE])
        for number, size, index in _triples(self.developer):
            found[index, number] = (offset, size)
            offset += size
        return found


def _triples(fields: bytes) -> Iterator[tuple[int, int, int]]:
    return zip(fields[::_TRIPLE], fields[1::_TRIPLE], fields[2::_TRIPLE], strict=True)


def definition_end(data: bytes, start: int, end: int) -> int:
    """Return the offset behind the definition at ``start``; ``truncated_definition`` when that is behind ``end``."""
    behind = start + _FIXED
    if behind <= end:
        behind += _TRIPLE * data[start + _FIXED - 1]
        if data[start] & DEVELOPER_FLAG and behind < end:
            return _whole(start, behind + 1 + _TRIPLE * data[behind], end)
        behind += bool(data[start] & DEVELOPER_FLAG)
    return _whole(start, behind, end)


def _whole(start: int, behind: int, end: int) -> int:
    if behind > end:
        raise refusal("truncated_definition", start)
    return behind


def parse_definition(message: bytes, at: int) -> Definition:
    """Return the definition in ``message``, a whole one; ``at`` is its place in the file, for errors.

    Raises ``FormatError``: ``duplicate_field`` and ``zero_size_field``, which no real file of the corpus has and
    which fitdecode stumbles over (it needs seconds for the first and fails on the second).
    """
    found = _parsed(message[1:])  # without the header: local types are the scanner's affair
    if isinstance(found, str):
        raise refusal(found, at)
    return found


@lru_cache(maxsize=1024)
def _parsed(body: bytes) -> Definition | str:
    """Return the definition or the fault's code; kept for all files, since a device always writes the same ones.

    That saves half the time of checking a file of 5 KB.
    """
    native_end = _FIXED - 1 + _TRIPLE * body[_FIXED - 2]
    native, developer = body[_FIXED - 1 : native_end], body[native_end + 1 :]
    numbers, sizes = native[::_TRIPLE], native[1::_TRIPLE]
    if len(set(numbers)) != len(numbers):
        return "duplicate_field"
    developer_sizes = developer[1::_TRIPLE]
    if 0 in sizes or 0 in developer_sizes:
        return "zero_size_field"
    return Definition(
        message=int.from_bytes(body[2:4], "big" if body[1] else "little"),
        size=1 + sum(sizes) + sum(developer_sizes),
        order=">" if body[1] else "<",
        timestamp=_timestamp(numbers, sizes),
        native=native,
        developer=developer,
    )


def _timestamp(numbers: bytes, sizes: bytes) -> int:
    place = numbers.find(TIMESTAMP)
    if place < 0 or sizes[place] != BASE_TYPES[6].size:
        return 0
    return 1 + sum(sizes[:place])
