"""What the sender of an encrypted file may say of it, so that it is found among the activities."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.errors import BadRequest
from gateway.model import Kind, Said

_TEXT: Final = 200  # characters
_SECONDS: Final = 10.0 * 365 * 24 * 3600
_METRES: Final = 1e8
_MOMENT: Final = 253_402_300_799  # the end of the year 9999


def said_of(told: object) -> Said:
    """Check what a sender says, an object with keys of a summary; raises ``BadRequest`` that names the key."""
    if not isinstance(told, Mapping):
        raise BadRequest("X-Sync-Summary: must be a JSON object")
    try:
        kind = Kind(told.get("kind", Kind.ACTIVITY))
    except ValueError:
        raise BadRequest(f"X-Sync-Summary: kind is one of {', '.join(Kind)}") from None
    values: dict[str, Any] = {"kind": kind.value}
    for key, value in told.items():
        if key == "kind":
            continue
        if key not in _READ:
            raise BadRequest(f"X-Sync-Summary: {key!r:.40} is no key of a summary")
        try:
            values[key] = _READ[key](value)
        except (TypeError, ValueError):
            raise BadRequest(f"X-Sync-Summary: {key} is wrong") from None
    return Said(kind, values)


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _TEXT or not value.isprintable():
        raise ValueError
    return value


def _number(most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise ValueError
        return float(value)

    return read


def _whole(most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise ValueError
        return value

    return read


def _box(value: object) -> list[float]:
    """Read west, south, east, north, as GeoJSON has it; gives south, west, north, east, as summaries have it."""
    if not isinstance(value, list):
        raise TypeError
    west, south, east, north = value
    for side, most in ((south, 90.0), (north, 90.0), (west, 180.0), (east, 180.0)):
        if isinstance(side, bool) or not isinstance(side, int | float) or not -most <= side <= most:
            raise ValueError
    if south > north or west > east:
        raise ValueError
    return [float(south), float(west), float(north), float(east)]


_READ: Final[Mapping[str, Callable[[object], Any]]] = {
    "name": _text, "sport": _text, "sub_sport": _text, "start": _whole(_MOMENT), "elapsed": _number(_SECONDS),
    "timer": _number(_SECONDS), "moving": _number(_SECONDS), "distance": _number(_METRES), "ascent": _number(_METRES),
    "descent": _number(_METRES), "avg_hr": _whole(255), "max_hr": _whole(255), "calories": _whole(1_000_000),
    "bbox": _box,
}  # fmt: skip
