"""The walk over all messages of a FIT file.

Messages of the same kind stand in runs: their header bytes lie ``size`` apart, so a run is found by looking at every
``size``-th byte at C speed. A run costs one step, whatever its length. Where kinds take turns all the time
(``mixture``), a regular expression walks on.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from gateway.formats.fit.definition import Definition, definition_end, parse_definition
from gateway.formats.fit.header import Part
from gateway.formats.fit.mixture import Kinds, Mixture, kinds_of, mixture
from gateway.formats.refusals import refusal

MAX_RUNS: Final = 1_000_000
MAX_DEFINITIONS: Final = 10_000
PATIENCE: Final = 64
"""Steps between two definitions after which a regular expression takes over; it costs some of them to compile."""

MAX_MIXTURES: Final = 6
"""Sets of local types in a file for which an expression is compiled, some milliseconds each."""

_WORTH = 1024  # bytes that a mixture must have for another one to be looked for at once
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
    """Data messages of one definition, end to end in ``data`` from ``start`` to ``end``.

    ``data`` is the file, or a copy of messages that lie scattered in it. ``first`` and ``last`` are their FIT times
    when their headers carry it (compressed timestamps), else ``None``.
    """

    definition: Definition
    data: bytes
    start: int
    end: int
    first: int | None
    last: int | None

    def times(self) -> Iterator[int]:
        """Yield the FIT times of all messages whose headers carry them.

        Source: FIT protocol, "Compressed Timestamp Header".
        """
        clock = self.first or 0
        for header in self.data[self.start : self.end : self.definition.size]:
            clock += (header - clock) & _OFFSET
            yield clock & _TIME_MASK


_new = tuple.__new__


class Scanner:
    """Reads the parts of one file; the limits hold for the file, local types and the clock for a part.

    A limit of ``MAX_RUNS`` steps and ``MAX_DEFINITIONS`` different definitions bounds time and memory. ``wanted`` are
    the global numbers of the messages that the caller asks for (``None``: all); others are checked and not given. With
    it the messages of each number come in the file's order, those of different numbers may not. ``take_turns`` may
    take those of several definitions with one number that take turns; without it, or if it says no, they come as runs.
    The numbers ``alone`` always come in their place.
    """

    __slots__ = ("_alone", "_data", "_definitions", "_kinds", "_patience", "_take_turns", "_wanted", "steps")

    def __init__(
        self,
        data: bytes,
        wanted: Collection[int] | None = None,
        take_turns: Callable[[Mixture], bool] | None = None,
        alone: Collection[int] = (),
    ) -> None:
        self._data = data
        self._wanted = wanted
        self._take_turns = take_turns
        self._alone = alone
        self._kinds: set[Kinds] = set()
        self._patience = PATIENCE
        self._definitions: set[bytes] = set()
        self.steps = 0
        """What the walk has cost so far."""

    def runs(self, part: Part) -> Iterator[Run]:
        """Yield all runs of the part, in order; the part is valid once the iterator is exhausted.

        Raises ``FormatError``: ``truncated_definition``, ``undefined_local_type``, ``record_overrun``,
        ``duplicate_field``, ``zero_size_field``, ``too_many_messages``, ``too_many_definitions``.
        """
        data, at, end, wanted = self._data, part.start, part.end, self._wanted
        local: list[Definition | None] = [None] * 16
        clock, patience = 0, self._patience
        used: set[int] = set()
        while at < end:
            self.steps += 1
            if self.steps > MAX_RUNS:
                raise refusal("too_many_messages", at)
            header = data[at]
            if header & (_COMPRESSED | _DEFINITION) == _DEFINITION:
                behind = definition_end(data, at, end)
                local[header & _LOCAL] = self._define(data[at:behind], at)
                at, patience = behind, self._patience
                used.clear()
                continue
            compressed = header & _COMPRESSED
            definition = local[header >> 5 & 3 if compressed else header & _LOCAL]
            if definition is None:
                raise refusal("undefined_local_type", at)
            size = definition.size
            behind = at + size
            if behind < end and (data[behind] == header or compressed):
                behind = _run_end(data, at, end, size)
            if behind > end:
                raise refusal("record_overrun", behind - size)
            first = last = None
            if compressed:
                first, clock = _advance(clock, data[at:behind:size])
                last = clock
            elif definition.timestamp:
                clock = _timestamp(data, behind - size, definition) or clock
            if wanted is None or definition.message in wanted:
                yield _new(Run, (definition, data, at, behind, first, last))  # a tenth of a step less than Run(...)
            at = behind
            used.add(header)
            patience -= 1
            if not patience and (mixed := self._mixture(at, end, local, used)):
                patience = self._patience_after(mixed.end - at)
                at, clock = mixed.end, mixed.clock or clock
                for found, messages in () if mixed.order else mixed.messages.values():
                    yield Run(found, messages, 0, len(messages), None, None)

    def _patience_after(self, size: int) -> int:
        """Return the steps until the next mixture; one that was not worth its call makes for more of them."""
        if size > _WORTH:
            return 1
        self._patience *= 4
        return self._patience

    def _mixture(self, at: int, end: int, local: Sequence[Definition | None], used: Collection[int]) -> Mixture | None:
        """Return what takes turns from ``at`` on; ``None``: go on in runs, up to the next definition.

        Only local types that are in use count, so that one that is defined anew and again does not cost an expression.
        """
        if self._wanted is None:
            return None
        in_use = [definition if header in used else None for header, definition in enumerate(local)]
        kinds = kinds_of(in_use, self._wanted, self._alone)
        if kinds not in self._kinds:
            if len(self._kinds) == MAX_MIXTURES or not kinds:
                return None
            self._kinds.add(kinds)
        mixed = mixture(self._data, at, end, local, kinds)
        if mixed and mixed.order and not (self._take_turns and self._take_turns(mixed)):
            return None
        return mixed

    def _define(self, message: bytes, at: int) -> Definition:
        definition = parse_definition(message, at)
        self._definitions.add(message[1:])  # without the local type; a list of developer fields shows in the length
        if len(self._definitions) > MAX_DEFINITIONS:
            raise refusal("too_many_definitions", at)
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
    value = int.from_bytes(data[at : at + 4], definition.byteorder)
    return None if value == _NO_TIME else value
