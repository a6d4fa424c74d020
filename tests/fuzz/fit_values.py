"""Values, definitions and developer fields for the mutations of FIT files: those of the profile, and edges."""

import struct
from random import Random
from typing import Any

from garmin_fit_sdk import Profile

from tests.fuzz.fit_parts import field_sizes

PROFILE: dict[int, dict[str, Any]] = Profile["messages"]
READ = (0, 12, 18, 19, 20, 20, 20, 21, 23, 26, 27, 31, 32, 34, 49, 55, 78, 101, 132, 206, 206, 207)
"""Messages that a reader may look into, those most looked into repeated."""

BASE_TYPES = {
    "enum": (0x00, 1),
    "sint8": (0x01, 1),
    "uint8": (0x02, 1),
    "sint16": (0x83, 2),
    "uint16": (0x84, 2),
    "sint32": (0x85, 4),
    "uint32": (0x86, 4),
    "string": (0x07, 8),
    "float32": (0x88, 4),
    "float64": (0x89, 8),
    "uint8z": (0x0A, 1),
    "uint16z": (0x8B, 2),
    "uint32z": (0x8C, 4),
    "byte": (0x0D, 1),
    "sint64": (0x8E, 8),
    "uint64": (0x8F, 8),
    "uint64z": (0x90, 8),
}
"""By name: the byte in a definition, and the size."""

_FLOATS = (float("nan"), float("inf"), -float("inf"), -0.0, 1e-45, 3e38)
_TIMES = (0, 1, 0x0FFFFFFF, 0x10000000, 631_065_600, 1_100_000_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_WORDS = (b".FIT", "ü".encode()[:1], b"\xed\xa0\x80", b"\xe2\x80\xae", b"\0a", b"a\0b", b"\x1b[31m", "\u2028".encode())
_NAMES = (b"Power", b"power", b"heart_rate", b"SmO2", b"lat", b"\xff\xfe", b"", b"a" * 15, b"time")
_NUMBERS = (253, 254, 0, 1, 2, 3, 4, 5, 7, 9)
_SIZES = (0, 1, 2, 3, 4, 8, 9, 16, 255)


def edge_value(random: Random) -> bytes:
    """One to eight bytes that a decoder may stumble over."""
    size = random.choice((1, 2, 4, 8))
    order = random.choice("<>")
    kind = random.randrange(6)
    if kind == 0:
        return struct.pack(f"{order}f", random.choice(_FLOATS))
    if kind == 1:
        return struct.pack(f"{order}I", random.choice(_TIMES))
    if kind == 2:
        return random.choice(_WORDS)
    if kind == 3:
        return random.randbytes(size)
    most = 2 ** (8 * size)
    edge = random.choice((0, 1, most - 1, most - 2, most // 2, most // 2 - 1))
    return edge.to_bytes(size, "big" if order == ">" else "little")


def messages_of_the_profile(random: Random) -> list[bytes]:
    """A definition with fields as the profile has them, and some data messages."""
    number = random.choice(READ) if random.random() < 0.8 else random.choice(list(PROFILE))
    known = list(PROFILE[number]["fields"].items())
    fields = random.sample(known, random.randint(0, min(len(known), 12)))
    local, order = random.randrange(16), random.randrange(2)
    definition = bytes((0x40 | local, 0, order)) + number.to_bytes(2, "big" if order else "little")
    definition += bytes((len(fields),))
    for field, facts in fields:
        base, size = BASE_TYPES[facts["base_type"]]
        definition += bytes((field, size * random.choice((1, 1, 1, 1, 2, 3)), base))
    size = sum(field_sizes(definition))
    count = random.choice((0, 1, 1, 2, 8))
    return [definition, *(bytes((local,)) + _values(size, random) for _ in range(count))]


def _values(size: int, random: Random) -> bytes:
    made = b""
    while len(made) < size:
        made += edge_value(random) if random.random() < 0.4 else random.choice((b"\0", b"\1", b"\x64")) * 2
    return made[:size]


def changed_fields(triples: list[bytes], random: Random) -> list[bytes]:
    """The fields of a definition with one more, one less, or one that has another number, size or type."""
    at = random.randrange(len(triples)) if triples else 0
    choice = random.randrange(5) if triples else 0
    base, size = random.choice(list(BASE_TYPES.values()))
    if choice == 0:
        added = bytes((random.choice((*_NUMBERS, random.randrange(256))), size, base))
        return [*triples[:at], added, *triples[at:]][:255]
    if choice == 1:
        return triples[:at] + triples[at + 1 :]
    changed = bytearray(triples[at])
    changed[choice - 2] = random.choice((random.randrange(256), (*_NUMBERS,)[at % 10], random.choice(_SIZES), base))
    return [*triples[:at], bytes(changed), *triples[at + 1 :]]


def developer_fields(random: Random) -> bytes:
    """The end of a definition: how many fields of applications, and number, size and application of each."""
    fields = [
        bytes((random.randrange(4), random.choice((1, 2, 4, 8, 0)), random.randrange(3)))
        for _ in range(random.randint(0, 4))
    ]
    return bytes((len(fields),)) + b"".join(fields)


def described(random: Random) -> list[bytes]:
    """A developer_data_id and some field_descriptions for such fields."""
    index = random.randrange(3)
    made = [b"\x4f\0\0\xcf\0\1\3\1\2", bytes((15, index)), b"\x4e\0\0\xce\0\5\0\1\2\1\1\2\2\1\2\3\x10\7\x08\6\7"]
    for number in range(random.randint(1, 4)):
        base, _ = random.choice(list(BASE_TYPES.values()))
        stated = random.choice((base, base & 0x1F, 0xFF))
        made.append(bytes((14, index, number, stated)) + random.choice(_NAMES).ljust(16, b"\0") + b"Watts\0")
    return made
