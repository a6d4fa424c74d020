"""Numbers out of files that anybody may have written: finite, inside a sane range, or ``None``."""

MAX_INT = 2**31 - 1
"""Largest integer that a watch can hold."""

_MAX_DIGITS = 64
_DECIMALS = 3
_MAX_PULSE = 300


def number(text: str | None, low: float = 0.0, high: float = MAX_INT) -> float | None:
    """Return the number in ``text`` when it lies in [low, high], else ``None`` (nan, inf and long texts too)."""
    if not text or len(text) > _MAX_DIGITS or not text.isascii() or "_" in text:
        return None  # Python knows more digits than the schemas, and underscores between them
    try:
        value = float(text)
    except ValueError:
        return None
    return value if low <= value <= high else None


def within(value: float | None, low: float = 0.0, high: float = MAX_INT) -> float | None:
    """Return ``value`` to three decimals when it lies in [low, high] (nan and inf do not), else ``None``."""
    return round(value, _DECIMALS) if value is not None and low <= value <= high else None


def whole(value: float | None, low: int = 0, high: int = MAX_INT) -> int | None:
    """Return ``value`` rounded to an integer in [low, high], else ``None``."""
    kept = within(value, low, high)
    return None if kept is None else round(kept)


def pulse(value: float | None) -> int | None:
    """Return a heart rate in beats per minute; 0 is a strap that nobody wore, so ``None``."""
    return whole(value, 1, _MAX_PULSE)
