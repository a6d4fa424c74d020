"""The walk over all messages of a FIT file.

Messages of the same kind stand in runs: their header bytes lie ``size`` apart, so a run is found by looking at every
``size``-th byte at C speed. A run costs one step, whatever its length.
"""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.formats.fit.definition import Definition, definition_end, parse_definition
from gateway.formats.fit.header import Part
from gateway.formats.refusals import refusal

MAX_RUNS = 1_000_000
MAX_DEFINITIONS = 10_000

_COMPRESSED = 0x80
_DEFINITION = 0x40
_LOCAL = 0x0F
_OFFSET = 0x1F
_FIRST_LOOK = 4
_LONGEST_LOOK = 65_536
_NO_TIME = 0xFFFFFFFF
_TIME_MASK = 0xFFFFFFFF
_KINDS = bytes(byte & 0xE0 if byte & _COMPRESSED else byte for byte in range(256))  # drops the time offset


class Run(NamedTuple):
    """``count`` data messages of one definition from byte ``start`` on, end to end.

    ``first`` and ``last`` are their FIT times when their headers carry them (compressed timestamps), else ``None``.
    """

    definition: Definition
    start: int
    end: int
    first: int | None
    last: int | None


class Scanner:
    """Reads the parts of one file; the limits hold for the file, local types and the clock for a part.

    A limit of ``MAX_RUNS`` steps and ``MAX_DEFINITIONS`` different definitions bounds time and memory.
    """

    __slots__ = ("_data", "_definitions", "_steps")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._definitions: dict[bytes, Definition] = {}
        self._steps = 0

    def runs(self, part: Part) -> Iterator[Run]:
        """Yield all runs of the part, in order; the part is valid once the iterator is exhausted.

        Raises ``FormatError``: ``truncated_definition``, ``undefined_local_type``, ``record_overrun``,
        ``duplicate_field``, ``zero_size_field``, ``too_many_messages``, ``too_many_definitions``.
        """
        data, at, end = self._data, part.start, part.end
        local: list[Definition | None] = [None] * 16
        clock = 0
        while at < end:
            self._steps += 1
            if self._steps > MAX_RUNS:
                raise refusal("too_many_messages", at)
            header = data[at]
            if header & (_COMPRESSED | _DEFINITION) == _DEFINITION:
                behind = definition_end(data, at, end)
                local[header & _LOCAL] = self._define(data[at:behind], at)
                at = behind
                continue
            compressed = header & _COMPRESSED
            definition = local[header >> 5 & 3 if compressed else header & _LOCAL]
            if definition is None:
                raise refusal("undefined_local_type", at)
            behind = at + definition.size
            if behind < end and (data[behind] == header or compressed):
                behind = _run_end(data, at, end, definition.size)
            if behind > end:
                raise refusal("record_overrun", behind - definition.size)
            first = last = None
            if compressed:
                first, clock = _advance(clock, data[at : behind : definition.size])
                last = clock
            elif definition.timestamp:
                clock = _timestamp(data, behind - definition.size, definition) or clock
            yield Run(definition, at, behind, first, last)
            at = behind

    def _define(self, message: bytes, at: int) -> Definition:
        key = message[1:]  # without the local type; a list of developer fields shows in the length
        definition = self._definitions.get(key)
        if definition is None:
            if len(self._definitions) == MAX_DEFINITIONS:
                raise refusal("too_many_definitions", at)
            definition = self._definitions[key] = parse_definition(message, at)
        return definition


def _run_end(data: bytes, start: int, end: int, size: int) -> int:
    """Return the offset behind the run of messages of ``size`` bytes that begins at ``start``; may lie behind ``end``.

    Looks at a few messages first and at more each time, so that short runs stay cheap and the work linear.
    """
    kind = _KINDS[data[start]]
    strip = bytes((kind,))
    at = start + size
    look = _FIRST_LOOK
    while at < end:
        kinds = data[at : min(end, at + size * look) : size].translate(_KINDS)
        other = len(kinds.lstrip(strip))
        at += (len(kinds) - other) * size
        if other:
            break
        look = min(2 * look, _LONGEST_LOOK)
    return at


def _advance(clock: int, headers: bytes) -> tuple[int, int]:
    """Return the times of the first and last message with these compressed headers, after a message at ``clock``."""
    clock += (headers[0] - clock) & _OFFSET
    first = clock
    for header in headers[1:]:
        clock += (header - clock) & _OFFSET
    return first, clock & _TIME_MASK


def _timestamp(data: bytes, start: int, definition: Definition) -> int | None:
    at = start + definition.timestamp
    value = int.from_bytes(data[at : at + 4], "big" if definition.order == ">" else "little")
    return None if value == _NO_TIME else value
