"""From quantities to pixels, and the round values that axes show."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

_ROUND: Final = (1, 2, 5, 10)
_SECONDS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps [low, high], which differ, to pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the pixel of a value."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def round_step(span: float, parts: int) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that divides ``span`` (over 0) into at most ``parts``."""
    wanted = span / parts
    power = 10.0 ** floor(log10(wanted))
    return next(power * factor for factor in _ROUND if power * factor >= wanted * (1 - 1e-9))


def time_step(seconds: float, parts: int) -> float:
    """Return a step of whole seconds, minutes, hours or days, as clocks count."""
    wanted = seconds / parts
    found = next((step for step in _SECONDS if step >= wanted), None)
    return float(found) if found else _SECONDS[-1] * round_step(seconds / _SECONDS[-1], parts)


def multiples(low: float, high: float, step: float) -> list[float]:
    """Return the multiples of ``step`` in [low, high]."""
    return [step * count for count in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def around(values: Sequence[float], least: float, parts: int) -> tuple[float, float, float]:
    """Return round limits around ``values`` (one at least) and the step between ticks.

    The limits are at least ``least`` apart, so that noise stays small.
    """
    low, high = min(values), max(values)
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    step = round_step(high - low, parts)
    return step * floor(low / step + 1e-9), step * ceil(high / step - 1e-9), step
