"""What the record messages (the samples) of a FIT file amount to."""

from collections.abc import Iterable, Sequence
from struct import Struct

from gateway.formats.fit.definition import BASE_TYPES, TIMESTAMP, BaseType, Definition, Field
from gateway.formats.fit.scan import Run
from gateway.formats.geo import MAX_LATITUDE, MAX_LONGITUDE, Box, rounded_box
from gateway.formats.polyline import Line
from gateway.formats.tally import Tally

SEMICIRCLE = 180 / 2**31
"""Degrees in one unit of a FIT position."""

_LATITUDE, _LONGITUDE, _HR, _CADENCE, _DISTANCE, _POWER = 0, 1, 3, 4, 5, 7
_SINT32, _UINT32, _UINT16, _UINT8 = BASE_TYPES[5], BASE_TYPES[6], BASE_TYPES[4], BASE_TYPES[2]
_TYPES: dict[int, BaseType] = {
    TIMESTAMP: _UINT32,
    _LATITUDE: _SINT32,
    _LONGITUDE: _SINT32,
    _DISTANCE: _UINT32,
    _POWER: _UINT16,
    _HR: _UINT8,
    _CADENCE: _UINT8,
}
_BYTES = (_HR, _CADENCE)
_NO_POSITION = 0x7FFFFFFF
_NO_UINT32 = 0xFFFFFFFF
_NO_POWER = 0xFFFF
_NORTH = round(MAX_LATITUDE / SEMICIRCLE)
_CENTIMETRES = 100
_BATCH = 4096


class _Layout:
    """Takes messages of one definition apart into columns by field number; a position needs both its fields."""

    __slots__ = ("_byte_offsets", "_numbers", "_size", "_struct")

    def __init__(self, definition: Definition) -> None:
        fields = {number: field for number, field in definition.fields().items() if _as_expected(number, field)}
        if not {_LATITUDE, _LONGITUDE} <= fields.keys():
            fields.pop(_LATITUDE, None)
            fields.pop(_LONGITUDE, None)
        codes = [definition.order]
        behind = 0
        self._numbers = [number for number in fields if number not in _BYTES]
        for number in self._numbers:
            offset, size, _ = fields[number]
            codes.append(f"{offset - behind}x{_TYPES[number].code}")
            behind = offset + size
        codes.append(f"{definition.size - behind}x")
        self._struct = Struct("".join(codes))
        self._size = definition.size
        self._byte_offsets = [(number, fields[number].offset) for number in _BYTES if number in fields]

    def gather(self, messages: bytearray, integers: dict[int, list[int]], octets: dict[int, bytearray]) -> None:
        """Add the values of whole messages, end to end, to the columns."""
        for number, at in self._byte_offsets:
            octets[number] += messages[at :: self._size]
        if self._numbers:
            columns = zip(*self._struct.iter_unpack(messages), strict=True)
            for number, values in zip(self._numbers, columns, strict=True):
                integers[number] += values


class Records:
    """Sums up record messages, many at a time: neighbours of one definition are taken apart together.

    ``first`` and ``last`` are FIT times, ``distance`` metres, as the last record tells.
    """

    __slots__ = (
        "_box", "_definition", "_integers", "_layouts", "_octets", "_pending", "_rows", "cadence", "count", "distance",
        "first", "hr", "last", "line", "power",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = 0
        self.first: int | None = None
        self.last: int | None = None
        self.distance: float | None = None
        self.hr = Tally()
        self.cadence = Tally()
        self.power = Tally()
        self.line = Line(SEMICIRCLE)
        self._box: tuple[int, int, int, int] | None = None
        self._layouts: dict[Definition, _Layout] = {}
        self._definition: Definition | None = None
        self._pending = bytearray()
        self._rows = 0
        self._integers: dict[int, list[int]] = {number: [] for number in _TYPES if number not in _BYTES}
        self._octets = {number: bytearray() for number in _BYTES}

    def add(self, data: bytes, run: Run) -> None:
        """Take a run of record messages."""
        size = run.definition.size
        if run.definition is not self._definition:
            self._take_apart()
            self._definition = run.definition
        for start in range(run.start, run.end, _BATCH * size):
            end = min(run.end, start + _BATCH * size)
            self._pending += data[start:end]
            self._rows += (end - start) // size
            if self._rows > _BATCH:
                self.flush()
        self.count += (run.end - run.start) // size
        if run.first is not None and run.last is not None:
            self._integers[TIMESTAMP] += (run.first, run.last)

    def _take_apart(self) -> None:
        if self._definition is None or not self._pending:
            return
        layout = self._layouts.get(self._definition)
        if layout is None:
            layout = self._layouts[self._definition] = _Layout(self._definition)
        layout.gather(self._pending, self._integers, self._octets)
        self._pending.clear()

    def flush(self) -> None:
        """Sum up what has been gathered; call it after the last run."""
        self._take_apart()
        self._rows = 0
        self._sum_times(self._integers[TIMESTAMP])
        self._sum_distances(self._integers[_DISTANCE])
        self._sum_positions(self._integers[_LATITUDE], self._integers[_LONGITUDE])
        _sum_up(self.power, [power for power in self._integers[_POWER] if power != _NO_POWER])
        _sum_up(self.hr, self._octets[_HR].translate(None, b"\x00\xff"))
        _sum_up(self.cadence, self._octets[_CADENCE].translate(None, b"\xff"))
        for column in (*self._integers.values(), *self._octets.values()):
            column.clear()

    def _sum_times(self, times: list[int]) -> None:
        if self.first is None:
            self.first = _next_valid(times)
        last = _next_valid(reversed(times))
        self.last = self.last if last is None else last

    def _sum_distances(self, distances: list[int]) -> None:
        last = _next_valid(reversed(distances))
        if last is not None:
            self.distance = last / _CENTIMETRES

    def _sum_positions(self, latitudes: Sequence[int], longitudes: Sequence[int]) -> None:
        if not latitudes:
            return
        if min(latitudes) < -_NORTH or max(latitudes) > _NORTH or _NO_POSITION in longitudes:
            usable = [
                (latitude, longitude)
                for latitude, longitude in zip(latitudes, longitudes, strict=True)
                if -_NORTH <= latitude <= _NORTH and longitude != _NO_POSITION
            ]
            if not usable:
                return
            latitudes, longitudes = zip(*usable, strict=True)
        south, west, north, east = min(latitudes), min(longitudes), max(latitudes), max(longitudes)
        if self._box is not None:
            south, west = min(south, self._box[0]), min(west, self._box[1])
            north, east = max(north, self._box[2]), max(east, self._box[3])
        self._box = (south, west, north, east)
        self.line.extend(latitudes, longitudes)

    def box(self) -> Box | None:
        """Return the bounding box in degrees, ``None`` without positions."""
        if self._box is None:
            return None
        south, west, north, east = (side * SEMICIRCLE for side in self._box)
        return rounded_box(south, max(west, -MAX_LONGITUDE), north, east)


def _as_expected(number: int, field: Field) -> bool:
    """Tell whether the field is stored as the profile says."""
    expected = _TYPES.get(number)
    return expected is not None and field.size == expected.size and field.base == expected


def _sum_up(tally: Tally, values: Sequence[int]) -> None:
    if values:
        tally.add_all(len(values), sum(values), max(values))


def _next_valid(times: Iterable[int]) -> int | None:
    return next((time for time in times if time != _NO_UINT32), None)
