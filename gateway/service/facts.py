"""What the records of a watch may say: keys, ranges, series. Pure checks over what JSON gave.

A record that is wrong raises ``BadRequest`` with a short sentence that names the key; unknown keys are left out.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.errors import BadRequest

LARGEST: Final = 2**31 - 1
SERIES_VALUES: Final = 10_000
NONE: Final = -1

_NUMBERS: Final = {
    "act": {
        "t": LARGEST, "d": LARGEST, "m": LARGEST, "sp": 255, "ss": 255, "hr": 255, "cal": LARGEST, "asc": LARGEST,
    },
    "day": {"t": LARGEST, "steps": LARGEST, "m": LARGEST, "cal": LARGEST, "floors": LARGEST, "act": LARGEST},
}  # fmt: skip
"""The largest value of each key; the least is 0."""

_SERIES: Final = {
    "hr": (NONE, 255),  # beats per minute
    "stress": (NONE, 100),
    "spo2": (NONE, 100),  # percent
    "bb": (NONE, 100),  # body battery
    "alt": (-1000, 20_000),  # metres
    "temp": (-100, 200),  # degrees Celsius
    "batt": (NONE, 100),  # percent
}
_NEEDED: Final = {"act": ("t", "d"), "day": ("t",)}

# Midnight of one day lies 26 hours apart around the world. Days are parted so that no zone whose clocks change is cut
# in two: from 10 hours behind UTC (Hawaii) to 13:45 ahead (the Chatham Islands in summer).
_DAY: Final = 86_400
_EASTMOST: Final = 13 * 3600 + 45 * 60


def checked(item: object) -> dict[str, Any]:
    """Give a record with what is known of it: ``y``, ``t`` and its own keys, all whole numbers."""
    if not isinstance(item, dict):
        raise BadRequest("is not an object")
    kind = item.get("y")
    if isinstance(kind, str) and kind in _NUMBERS:
        said = {key: _whole(item, key, 0, most) for key, most in _NUMBERS[kind].items()}
        for key in _NEEDED[kind]:
            if said[key] is None:
                raise BadRequest(f"{key} is missing")
        return {"y": kind, **{key: value for key, value in said.items() if value is not None}}
    if isinstance(kind, str) and kind in _SERIES:
        return {"y": kind, **_series(item, *_SERIES[kind])}
    raise BadRequest(f"y is none of {', '.join((*_NUMBERS, *_SERIES))}")


def end_of(record: Mapping[str, Any]) -> int:
    """Give the last moment that a record tells of."""
    last = record["step"] * (len(record["d"]) - 1) if isinstance(record.get("d"), list) else record.get("d", 0)
    return int(record["t"] + last)


def day_of(record: Mapping[str, Any]) -> int | None:
    """Give the day that a day's totals are of, in days since 1970, wherever its midnight was."""
    return (record["t"] + _EASTMOST) // _DAY if record["y"] == "day" else None


def _series(item: Mapping[str, Any], least: int, most: int) -> dict[str, Any]:
    start, step, values = _whole(item, "t", 0, LARGEST), _whole(item, "step", 1, _DAY), item.get("d")
    for key, value in (("t", start), ("step", step), ("d", values)):
        if value is None:
            raise BadRequest(f"{key} is missing")
    if not isinstance(values, list) or not 0 < len(values) <= SERIES_VALUES:
        raise BadRequest(f"d must be a list of 1 to {SERIES_VALUES} numbers")
    return {"t": start, "step": step, "d": [_number(value, f"d[{n}]", least, most) for n, value in enumerate(values)]}


def _whole(item: Mapping[str, Any], key: str, least: int, most: int) -> int | None:
    value = item.get(key)
    return None if value is None else _number(value, key, least, most)


def _number(value: object, key: str, least: int, most: int) -> int:
    """Check a whole number; 12.0 is one too, since watches write Floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadRequest(f"{key} must be a whole number from {least} to {most}")
    return value
