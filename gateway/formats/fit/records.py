"""What the record messages (the samples) of a FIT file amount to."""

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from gateway.formats.fit.definition import BASE_TYPES, TIMESTAMP, BaseType, Definition, Field
from gateway.formats.fit.gather import Gatherer, column
from gateway.formats.fit.mixture import Turns
from gateway.formats.fit.scan import Run
from gateway.formats.fit.tally import Tally
from gateway.formats.geo import MAX_LATITUDE, MAX_LONGITUDE, Box, around, rounded_box
from gateway.formats.polyline import Line

SEMICIRCLE: Final = 180 / 2**31
"""Degrees in one unit of a FIT position."""

LATITUDE, LONGITUDE, HR, CADENCE, DISTANCE, POWER = 0, 1, 3, 4, 5, 7
_SINT32, _UINT32, _UINT16, _UINT8 = BASE_TYPES[5], BASE_TYPES[6], BASE_TYPES[4], BASE_TYPES[2]
_TYPES: Final[dict[int, BaseType]] = {
    TIMESTAMP: _UINT32,
    LATITUDE: _SINT32,
    LONGITUDE: _SINT32,
    DISTANCE: _UINT32,
    POWER: _UINT16,
    HR: _UINT8,
    CADENCE: _UINT8,
}
_NO_POSITION: Final = 0x7FFFFFFF
_NO_UINT32: Final = 0xFFFFFFFF
_NO_POWER: Final = 0xFFFF
NORTH: Final = round(MAX_LATITUDE / SEMICIRCLE)
_CENTIMETRES: Final = 100
_MANY: Final = 4096  # samples that wait to be summed up


class Records:
    """Sums up record messages, many at a time.

    ``first`` and ``last`` are FIT times, ``distance`` metres, as the last record tells.
    """

    __slots__ = (
        "_box", "_cadences", "_gatherer", "_latitudes", "_longitudes", "_powers", "_pulses", "cadence", "count",
        "distance", "first", "hr", "last", "line", "power",
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
        self._box: Box | None = None
        self._latitudes, self._longitudes, self._powers = array("i"), array("i"), array("H")
        self._pulses, self._cadences = bytearray(), bytearray()
        self._gatherer = Gatherer(self._take)

    def add(self, run: Run) -> None:
        """Take a run of record messages."""
        definition, _, start, end, first, last = run
        self.count += (end - start) // definition.size
        if _expected(definition):
            self._gatherer.add(run)
        if first is not None:
            if TIMESTAMP in self._gatherer.waiting():
                self._gatherer.flush()
            self._note_times((first, last))

    def add_turns(self, turns: Turns) -> None:
        """Take records of several definitions that take turns."""
        self._gatherer.flush()
        self.count += len(turns.order)
        places = {}
        times: list[tuple[int, int]] = []
        distances: list[tuple[int, int]] = []
        for header, (definition, messages) in turns.parts.items():
            fields = _expected(definition)
            self._take_sums(definition, messages)
            if LATITUDE in fields and LONGITUDE in fields:
                columns = (column(definition, messages, fields[number]) for number in (LATITUDE, LONGITUDE))
                places[header] = zip(*columns, strict=True)
            rank = turns.ranks(header)
            if TIMESTAMP in fields:
                times += zip(rank, column(definition, messages, fields[TIMESTAMP]), strict=True)
            if DISTANCE in fields:
                distances += zip(rank, column(definition, messages, fields[DISTANCE]), strict=True)
        self._note_times(_first_and_last(times))
        _, distance = _first_and_last(distances)
        self._note_distance(distance)
        for header in turns.order:
            if header in places:
                latitude, longitude = next(places[header])
                self._latitudes.append(latitude)
                self._longitudes.append(longitude)
        self._sum_up()

    def flush(self) -> None:
        """Sum up what has been gathered; call it after the last run."""
        self._gatherer.flush()
        self._sum_up()

    def _take(self, definition: Definition, messages: bytes) -> None:
        """Take messages of one definition apart; of times and distances only the ends are wanted."""
        fields = _expected(definition)
        if TIMESTAMP in fields:
            self._note_times(_ends(definition, messages, fields[TIMESTAMP]))
        if DISTANCE in fields:
            self._note_distance(_ends(definition, messages, fields[DISTANCE])[1])
        if LATITUDE in fields and LONGITUDE in fields:
            self._latitudes += column(definition, messages, fields[LATITUDE])
            self._longitudes += column(definition, messages, fields[LONGITUDE])
        self._take_sums(definition, messages)
        if max(map(len, self._waiting())) > _MANY:
            self._sum_up()

    def _take_sums(self, definition: Definition, messages: bytes) -> None:
        """Take what is summed up in any order."""
        fields, size = _expected(definition), definition.size
        if POWER in fields:
            self._powers += column(definition, messages, fields[POWER])
        if HR in fields:
            self._pulses += messages[fields[HR].offset :: size]
        if CADENCE in fields:
            self._cadences += messages[fields[CADENCE].offset :: size]

    def _note_distance(self, distance: int | None) -> None:
        if distance is not None:
            self.distance = distance / _CENTIMETRES

    def _note_times(self, ends: tuple[int | None, int | None]) -> None:
        first, last = ends
        self.first = first if self.first is None else self.first
        self.last = self.last if last is None else last

    def _sum_up(self) -> None:
        self.hr.add(self._pulses.translate(None, b"\x00\xff"))
        self.cadence.add(self._cadences.translate(None, b"\xff"))
        self.power.add([power for power in self._powers if power != _NO_POWER])
        if self._latitudes:
            self._note_places(self._latitudes, self._longitudes)
        for values in self._waiting():
            del values[:]

    def _waiting(self) -> Sequence["array[int] | bytearray"]:
        return self._latitudes, self._longitudes, self._powers, self._pulses, self._cadences

    def _note_places(self, latitudes: Sequence[int], longitudes: Sequence[int]) -> None:
        south, north, east = min(latitudes), max(latitudes), max(longitudes)
        if south < -NORTH or north > NORTH or east == _NO_POSITION:
            usable = [
                (latitude, longitude)
                for latitude, longitude in zip(latitudes, longitudes, strict=True)
                if -NORTH <= latitude <= NORTH and longitude != _NO_POSITION
            ]
            if not usable:
                return
            latitudes, longitudes = zip(*usable, strict=True)
            south, north, east = min(latitudes), max(latitudes), max(longitudes)
        here = (south, min(longitudes), north, east)
        self._box = here if self._box is None else around([self._box, here])
        self.line.extend(latitudes, longitudes)

    def box(self) -> Box | None:
        """Return the bounding box in degrees, ``None`` without positions."""
        if self._box is None:
            return None
        south, west, north, east = (side * SEMICIRCLE for side in self._box)
        return rounded_box(south, max(west, -MAX_LONGITUDE), north, east)


@lru_cache(maxsize=256)
def _expected(definition: Definition) -> dict[int, Field]:
    """Return those fields of ``_TYPES`` that are stored as the profile says."""
    fields = definition.fields()
    return {
        number: fields[number]
        for number, base in _TYPES.items()
        if number in fields and fields[number].size == base.size and fields[number].base == base
    }


def _ends(definition: Definition, messages: bytes, field: Field) -> tuple[int | None, int | None]:
    """Return the first and the last valid value; hardly any message needs to be looked at."""
    order, size = definition.byteorder, definition.size
    last_at = len(messages) - size + field.offset
    first = int.from_bytes(messages[field.offset : field.offset + field.size], order)
    last = int.from_bytes(messages[last_at : last_at + field.size], order)
    if _NO_UINT32 in (first, last):
        values = [value for value in column(definition, messages, field) if value != _NO_UINT32]
        return (int(values[0]), int(values[-1])) if values else (None, None)
    return first, last


def _first_and_last(ranked: Iterable[tuple[int, int]]) -> tuple[int | None, int | None]:
    """Return the valid values of the lowest and of the highest rank."""
    valid = [pair for pair in ranked if pair[1] != _NO_UINT32]
    return (min(valid)[1], max(valid)[1]) if valid else (None, None)
