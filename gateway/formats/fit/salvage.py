"""What is sound of a damaged FIT file: the whole messages of each of its parts, up to where sense ends."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.errors import FormatError
from gateway.formats.fit.definition import Definition
from gateway.formats.fit.encoding import PROTOCOL
from gateway.formats.fit.header import CRC_SIZE, HEADER_SIZES, MAGIC, MAGIC_AT, MAX_PARTS, Part, parts
from gateway.formats.fit.message import RECORD
from gateway.formats.fit.scan import Run, Scanner

LEAP: Final = 30 * 86_400
"""Seconds that a recording may stand still; what jumps further, or back, at its damaged end is no record."""

_LONGEST_TAIL = 64  # records; more that agree with one another are a clock that was set, not damage
_CLOCK_SET = 0x10000000  # smaller times count from the device's start, says the profile
_NO_TIME = 0xFFFFFFFF
_DEFINITION_BITS, _DEFINITION = 0xC0, 0x40


class Sound(NamedTuple):
    """A part: its whole messages, the versions of its header, and all of it where nothing is missing or changed."""

    body: bytes
    protocol: int
    profile: int
    intact: bytes | None


def sound_parts(data: bytes) -> Iterator[Sound]:
    """Yield what is sound of each part that can be found, at most as many as a file may have."""
    at = 0
    for _ in range(MAX_PARTS):
        start = _body_start(data, at)
        if start is None:
            return
        end = _body_end(data, at, start)
        sound = _sound_end(data, start, end)
        frame = data[at : end + CRC_SIZE]
        protocol = data[at + 1] if data[at + 1] >> 4 in {1, 2} else PROTOCOL
        profile = int.from_bytes(data[at + 2 : at + 4], "little")
        yield Sound(data[start:sound], protocol, profile, frame if sound == end and _is_closed(frame) else None)
        at = end + CRC_SIZE


def walk(data: bytes, start: int, end: int) -> Iterator[Run]:
    """Yield all runs of messages between two offsets, in order."""
    return Scanner(data).runs(Part(start, end))


def _body_start(data: bytes, at: int) -> int | None:
    """Return where the messages of a part begin, ``None`` where none does; only the first may have lost its magic."""
    header = data[at : at + HEADER_SIZES[-1]]
    named = header[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC
    if len(header) < HEADER_SIZES[0] or not (named or (at == 0 and header[0] in HEADER_SIZES)):
        return None
    sizes = dict.fromkeys((header[0], *reversed(HEADER_SIZES)))
    return next((at + size for size in sizes if _is_definition(data[at + size : at + size + 1])), None)


def _is_definition(header: bytes) -> bool:
    """Tell whether this is the first byte of a definition, with which the messages of a part begin."""
    return any(byte & _DEFINITION_BITS == _DEFINITION for byte in header)


def _body_end(data: bytes, at: int, start: int) -> int:
    """Return where the messages end: as the header says if anything else agrees with it, else at the end of all."""
    stated = start + int.from_bytes(data[at + 4 : at + MAGIC_AT], "little")
    if stated == start or stated > len(data):
        return len(data)
    behind = stated + CRC_SIZE
    next_magic = data[behind + MAGIC_AT : behind + MAGIC_AT + len(MAGIC)]
    agrees = next_magic == MAGIC or _is_closed(data[at:behind])
    return stated if agrees or _whole_end(data, start, stated) == stated else len(data)


def _is_closed(frame: bytes) -> bool:
    """Tell whether header and CRC of a part are right."""
    try:
        return len(parts(frame)) == 1
    except FormatError:
        return False


def _sound_end(data: bytes, start: int, end: int) -> int:
    whole = _whole_end(data, start, end)
    return whole if whole == end else _sensible_end(data, start, whole)


def _whole_end(data: bytes, start: int, end: int) -> int:
    """Return where the last whole message ends."""
    try:
        for _ in Scanner(data, frozenset()).runs(Part(start, end)):
            pass
    except FormatError as error:
        return error.offset
    return end


def _sensible_end(data: bytes, start: int, end: int) -> int:
    """Return where the last records begin whose times contradict the ones before: what damage left looks like them."""
    last = 0
    tail: list[int] = []
    for run in walk(data, start, end):
        if run.definition.message != RECORD or not run.definition.timestamp:
            continue
        for at in range(run.start, run.end, run.definition.size):
            time = _time(data, at, run.definition)
            if last < _CLOCK_SET or last <= time <= last + LEAP or len(tail) == _LONGEST_TAIL:
                last = time
                tail.clear()
            elif time != _NO_TIME:
                tail.append(at)
    return tail[0] if tail else end


def _time(data: bytes, at: int, definition: Definition) -> int:
    stamp = at + definition.timestamp
    return int.from_bytes(data[stamp : stamp + 4], definition.byteorder)
