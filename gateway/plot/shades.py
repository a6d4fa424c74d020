"""What colour a sample's piece of the route has: the heart rate's, or the sport's where there are several."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from gateway.formats import Track
from gateway.plot.axis import known
from gateway.plot.look import BETWEEN, RAMP, ROUTE, SPORTS

_SMOOTH = 10  # samples to each side
_LOWEST_PART = 0.05
_LEAST_BEATS = 10


@dataclass(frozen=True, slots=True)
class Shades:
    """Colours, the number of each sample's among them, and what they mean.

    ``names`` are one a colour, or empty for a ramp from ``low`` to ``high``.
    """

    colours: Sequence[str]
    of_sample: Sequence[int]
    names: Sequence[str] = ()
    low: float = 0.0
    high: float = 0.0


def shades(track: Track) -> Shades:
    """Choose the colours of a track."""
    return _by_sport(track) or by_heart_rate(track) or Shades((ROUTE,), bytes(len(track)))


def _by_sport(track: Track) -> Shades | None:
    """One colour a sport, in the order in which they came; ``None`` for one sport."""
    sessions = sorted(
        (session for session in track.summary.sessions if session.start is not None and session.sport),
        key=lambda session: session.start or 0,
    )
    names = list(dict.fromkeys(str(session.sport) for session in sessions))
    if len(names) <= 1 or not track.columns.get("time"):
        return None
    sports = [name for name in names if name != "transition"]
    colours = [BETWEEN if name == "transition" else SPORTS[sports.index(name) % len(SPORTS)] for name in names]
    starts = [session.start or 0 for session in sessions]
    which = [names.index(str(session.sport)) for session in sessions]
    of_sample, last = [], which[0]
    for moment in known(track, "time"):
        last = last if isnan(moment) else which[max(0, bisect_right(starts, moment) - 1)]
        of_sample.append(last)
    shown = ["other" if name == "generic" else name.replace("_", " ") for name in names]
    return Shades(colours, of_sample, shown)


def by_heart_rate(track: Track) -> Shades | None:
    """Give steps of ``RAMP`` from a low to the highest smoothed rate, ``None`` where it is rare or hardly changes."""
    rates = known(track, "hr")
    measured = [rate for rate in rates if not isnan(rate)]
    if 2 * len(measured) < len(rates) or not measured:
        return None
    smooth = _smoothed(rates)
    ordered = sorted(smooth)
    low, high = ordered[int(_LOWEST_PART * len(ordered))], ordered[-1]
    if high - low < _LEAST_BEATS:
        return None
    step = (high - low) / len(RAMP)
    return Shades(
        RAMP, bytes(min(len(RAMP) - 1, max(0, int((rate - low) / step))) for rate in smooth), low=low, high=high
    )


def _smoothed(rates: Sequence[float]) -> list[float]:
    """Mean of the known neighbours; where there are none, the last one."""
    sums, counts = [0.0], [0]
    for rate in rates:
        sums.append(sums[-1] + (0.0 if isnan(rate) else rate))
        counts.append(counts[-1] + (not isnan(rate)))
    smooth: list[float] = []
    for index in range(len(rates)):
        first, behind = max(0, index - _SMOOTH), min(len(rates), index + _SMOOTH + 1)
        count = counts[behind] - counts[first]
        before = smooth[-1] if smooth else next(rate for rate in rates if not isnan(rate))
        smooth.append((sums[behind] - sums[first]) / count if count else before)
    return smooth
