"""Values out of the few messages that the index wants: who recorded, sessions, laps, names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from struct import Struct

from gateway.formats.fit.definition import STRING, Definition
from gateway.formats.naming import clean_name
from gateway.formats.quantities import whole, within

FILE_ID, SPORT, SESSION, LAP, RECORD, DEVICE_INFO, WORKOUT, COURSE, FILE_CREATOR = 0, 12, 18, 19, 20, 23, 26, 31, 49
EVENT, COURSE_POINT, HEART_RATE, FIELD_DESCRIPTION = 21, 32, 132, 206

_Wanted = Mapping[int, tuple[str, float]]
_SUMMED: _Wanted = {
    # field number: name, raw units in one unit of the model
    2: ("start", 1),
    7: ("elapsed", 1000),
    8: ("timer", 1000),
    9: ("distance", 100),
    11: ("calories", 1),
}
WANTED: Mapping[int, _Wanted] = {
    FILE_ID: {0: ("type", 1), 1: ("manufacturer", 1), 2: ("product", 1), 3: ("serial", 1), 8: ("product_name", 1)},
    SPORT: {0: ("sport", 1), 1: ("sub_sport", 1), 3: ("name", 1)},
    SESSION: {
        **_SUMMED,
        5: ("sport", 1),
        6: ("sub_sport", 1),
        16: ("avg_hr", 1),
        17: ("max_hr", 1),
        18: ("avg_cadence", 1),
        19: ("max_cadence", 1),
        20: ("avg_power", 1),
        21: ("max_power", 1),
        22: ("ascent", 1),
        23: ("descent", 1),
        59: ("moving", 1000),
    },
    LAP: {
        **_SUMMED,
        15: ("avg_hr", 1),
        16: ("max_hr", 1),
        17: ("avg_cadence", 1),
        18: ("max_cadence", 1),
        19: ("avg_power", 1),
        20: ("max_power", 1),
        21: ("ascent", 1),
        22: ("descent", 1),
        25: ("sport", 1),
        39: ("sub_sport", 1),
        52: ("moving", 1000),
    },
    DEVICE_INFO: {
        0: ("index", 1),
        2: ("manufacturer", 1),
        3: ("serial", 1),
        4: ("product", 1),
        5: ("software", 1),
        27: ("product_name", 1),
    },
    WORKOUT: {4: ("sport", 1), 8: ("name", 1), 11: ("sub_sport", 1)},
    COURSE: {4: ("sport", 1), 5: ("name", 1), 7: ("sub_sport", 1)},
    FILE_CREATOR: {0: ("software", 1)},
}
OF_TRACKS: Mapping[int, _Wanted] = {
    EVENT: {0: ("event", 1), 1: ("event_type", 1), 253: ("time", 1)},
    COURSE_POINT: {1: ("time", 1), 2: ("lat", 1), 3: ("lon", 1), 4: ("distance", 100), 5: ("kind", 1), 6: ("name", 1)},
    FIELD_DESCRIPTION: {
        0: ("developer", 1),
        1: ("number", 1),
        2: ("base", 1),
        3: ("name", 1),
        6: ("scale", 1),
        7: ("offset", 1),
        8: ("units", 1),
        14: ("native_message", 1),
        15: ("native_field", 1),
    },
}
"""What only tracks want."""

_ALL = {**WANTED, **OF_TRACKS}
_NAMES = frozenset({"name", "product_name", "units"})


@dataclass(frozen=True, slots=True)
class Message:
    """The valid values of one message by name, numbers in the model's units."""

    numbers: dict[str, float] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def real(self, name: str) -> float | None:
        """Return a finite number that is not negative."""
        return within(self.numbers.get(name))

    def whole(self, name: str, high: int = 2**31 - 1) -> int | None:
        """Return a whole number from 0 to ``high``."""
        return whole(self.numbers.get(name), 0, high)


class Layout:
    """Reads the wanted fields of one definition in one ``struct`` call.

    Fields whose size is no multiple of their base type's (COROS writes such) are left out, of an array the first
    element counts.
    """

    __slots__ = ("_fields", "_struct")

    def __init__(self, definition: Definition) -> None:
        wanted = _ALL[definition.message]
        codes = [definition.order]
        self._fields: list[tuple[str, float, int | None]] = []
        behind = 0
        for number, (offset, size, base) in definition.fields().items():
            if number not in wanted or base is None or size % base.size:
                continue
            name, scale = wanted[number]
            if (base is STRING) != (name in _NAMES):
                continue
            used = size if base is STRING else base.size
            codes.append(f"{offset - behind}x{size if base is STRING else ''}{base.code}")
            behind = offset + used
            self._fields.append((name, scale, base.invalid))
        self._struct = Struct("".join(codes))

    def read(self, data: bytes, start: int) -> Message:
        """Return the message whose header byte is at ``start``."""
        message = Message()
        for (name, scale, invalid), value in zip(self._fields, self._struct.unpack_from(data, start), strict=True):
            if isinstance(value, bytes):
                text = clean_name(value.partition(b"\0")[0].decode("utf-8", "replace"))
                if text:
                    message.names[name] = text
            elif value != invalid:
                message.numbers[name] = value / scale if scale != 1 else value
        return message


@lru_cache(maxsize=256)
def layout_of(definition: Definition) -> Layout:
    """Return the layout of a definition; kept for all files, as definitions are."""
    return Layout(definition)
