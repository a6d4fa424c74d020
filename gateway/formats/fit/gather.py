"""Messages of one definition, thousands at a time, and their fields as columns."""

import sys
from array import array
from collections.abc import Callable, Collection
from typing import Final

from gateway.formats.fit.definition import Definition, Field
from gateway.formats.fit.scan import Run

Take = Callable[[Definition, bytes], None]

_MOST: Final = 65_536  # bytes that wait
_NATIVE: Final = "<" if sys.byteorder == "little" else ">"
_TYPECODES: Final = {"s": "B"}


class Gatherer:
    """Joins neighbouring runs of one definition and gives them to ``take``, in order; ``flush`` gives the last ones."""

    __slots__ = ("_definition", "_pending", "_take")

    def __init__(self, take: Take) -> None:
        self._take = take
        self._definition: Definition | None = None
        self._pending = bytearray()

    def add(self, run: Run) -> None:
        """Go on to the next run."""
        definition, data, start, end, _, _ = run
        if definition is not self._definition:
            if self._pending:
                self.flush()
            self._definition = definition
        if end - start > _MOST:
            step = max(_MOST // definition.size, 1) * definition.size
            for at in range(start, end, step):
                self._pending += data[at : min(end, at + step)]
                self.flush()
            return
        self._pending += data[start:end]
        if len(self._pending) >= _MOST:
            self.flush()

    def waiting(self) -> Collection[int]:
        """Return the numbers of the fields that messages which wait have."""
        return self._definition.numbers if self._definition and self._pending else ()

    def flush(self) -> None:
        """Give what waits."""
        if self._definition is not None and self._pending:
            self._take(self._definition, bytes(self._pending))
            self._pending.clear()


def column(definition: Definition, messages: bytes, field: Field) -> "array[int]":
    """Return the (first) value of ``field`` in each of the ``messages``, as stored; floats too, whatever the type says.

    The bytes of all values are put together place by place, at C speed: ``struct`` takes twenty times as long.
    """
    base = field.base
    if base is None:
        return array("B", messages[field.offset :: definition.size])
    values = array(_TYPECODES.get(base.code, base.code))
    if base.size == 1:
        values.frombytes(messages[field.offset :: definition.size])
        return values
    count = len(messages) // definition.size
    planes = bytearray(count * base.size)
    for place in range(base.size):
        planes[place :: base.size] = messages[field.offset + place :: definition.size]
    values.frombytes(planes)
    if definition.order != _NATIVE:
        values.byteswap()
    return values
