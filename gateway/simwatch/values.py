"""How JSON values arrive in a Connect IQ app: four kinds of number, and an object at the top or nothing.

Source: rows "numbers" and "top level" of makeWebRequest in ``connectiq-platform.md``. A Number is a plain ``int``, a
Float a plain ``float``.
"""

import struct
from typing import Any

import orjson

Dictionary = dict[str, Any]

_INT32 = 2**31
_INT64 = 2**63
_FLOAT_DIGITS = 5
_FLOAT_MAX = 3.4e38
_DEEPEST = 3
_OWN_DOCUMENTS = ("c", "j")  # the owner's own JSON, as deep as it was written


class Long(int):
    """An integer that does not fit 32 bits."""


class Double(float):
    """A decimal number of more than five digits; with fewer it becomes a 32-bit Float."""


def parse(body: bytes) -> Dictionary | None:
    """Read the dictionary that the app gets; None where the phone would report -400."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return {key: _convert(item) for key, item in document.items()} if isinstance(document, dict) else None


def is_plain(document: Dictionary) -> bool:
    """Without nulls and nested at most three deep, the owner's own documents excepted (row "unverified")."""
    return all(_plain(value, 2) for key, value in document.items() if key not in _OWN_DOCUMENTS)


def _plain(value: object, depth: int) -> bool:
    if value is None:
        return False
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth <= _DEEPEST and all(_plain(item, depth + 1) for item in inner)
    return True


def _convert(value: object) -> object:
    if isinstance(value, dict):
        return {key: _convert(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_convert(item) for item in value]
    return _number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: float) -> float:
    if isinstance(value, int):
        if -_INT32 <= value < _INT32:
            return value
        return Long(value) if -_INT64 <= value < _INT64 else Double(value)
    if float(f"{value:.{_FLOAT_DIGITS}g}") != value or abs(value) > _FLOAT_MAX:
        return Double(value)
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single
