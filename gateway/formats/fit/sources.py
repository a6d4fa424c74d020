"""Where the columns of a track come from: fields of record messages, native ones and developers'."""

from array import array
from collections.abc import Iterator
from math import nan
from typing import Final, NamedTuple

from gateway.formats.fit.definition import FIT_EPOCH, STRING, TIMESTAMP, Definition, Field
from gateway.formats.fit.developer import Developers
from gateway.formats.fit.gather import column
from gateway.formats.fit.records import SEMICIRCLE
from gateway.formats.samples import RANGES
from gateway.formats.track import Column

_NATIVE: Final = {
    # field of record: column, scale, offset (the value is stored / scale - offset); enhanced fields come first
    TIMESTAMP: ("time", 1.0, -FIT_EPOCH),
    0: ("lat", 1 / SEMICIRCLE, 0.0),
    1: ("lon", 1 / SEMICIRCLE, 0.0),
    78: ("altitude", 5.0, 500.0),
    2: ("altitude", 5.0, 500.0),
    3: ("hr", 1.0, 0.0),
    4: ("cadence", 1.0, 0.0),
    5: ("distance", 100.0, 0.0),
    73: ("speed", 1000.0, 0.0),
    6: ("speed", 1000.0, 0.0),
    7: ("power", 1.0, 0.0),
    13: ("temperature", 1.0, 0.0),
}
_PLACE: Final = frozenset({0, 1})
_FINITE: Final = (-1e300, 1e300)


class Source(NamedTuple):
    """Where a column comes from."""

    column: str
    field: Field
    scale: float
    offset: float


def sources(definition: Definition, developers: Developers) -> Iterator[Source]:
    """Yield the sources of a record definition's columns, of several for one column the best first.

    A developer field that stands for a native one (Stryd's power) fills that column where the native one is missing.
    """
    fields = definition.fields()
    packed = fields.get(PackedDistance.NUMBER)
    if packed and packed.size == PackedDistance.SIZE:
        yield Source(PackedDistance.COLUMN, packed, 1, 0)
    for number, (name, scale, offset) in _NATIVE.items():
        field = fields.get(number)
        if number in _PLACE and not fields.keys() >= _PLACE:
            continue
        if field and field.base and field.base is not STRING and not field.size % field.base.size:
            yield Source(name, field, scale, offset)
    for described, field in developers.fields(definition):
        yield Source(described.name, field, described.scale, described.offset)
        if described.native in _NATIVE and described.native not in {TIMESTAMP, *_PLACE}:
            yield Source(_NATIVE[described.native][0], field, described.scale, described.offset)


def values(definition: Definition, messages: bytes, source: Source) -> Column:
    """Return a column of ``messages``; a value that is marked as invalid or no sane one becomes nan."""
    stored = column(definition, messages, source.field)
    invalid = source.field.base.invalid if source.field.base else None
    low, high = RANGES.get(source.column, _FINITE)
    scale, offset = source.scale, source.offset
    scaled = ((value / scale - offset, value) for value in stored)
    return array("d", [number if low <= number <= high and value != invalid else nan for number, value in scaled])


class PackedDistance:
    """Field ``compressed_speed_distance`` of old Edges: 12 bits of speed, 12 bits of a distance that rolls over."""

    NUMBER: Final = 8
    SIZE: Final = 3
    COLUMN: Final = "speed and distance"

    def __init__(self) -> None:
        self._last = 0
        self._total = 0

    def unpack(self, definition: Definition, messages: bytes, field: Field) -> dict[str, Column]:
        """Return speed (1/100 m/s stored) and distance (1/16 m stored)."""
        places = range(field.offset, field.offset + self.SIZE)
        stored = zip(*(messages[place :: definition.size] for place in places), strict=True)
        speeds, distances = array("d"), array("d")
        for low, middle, high in stored:
            if low == middle == high == 255:  # noqa: PLR2004 - invalid
                speeds.append(nan)
                distances.append(nan)
                continue
            distance = middle >> 4 | high << 4
            self._total += (distance - self._last) & 0xFFF
            self._last = distance
            speeds.append((low | (middle & 0xF) << 8) / 100)
            distances.append(self._total / 16)
        return {"speed": speeds, "distance": distances}
