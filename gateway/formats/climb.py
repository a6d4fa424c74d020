"""Ascent and descent of a noisy altitude."""

from collections.abc import Iterable

THRESHOLD = 2.0
"""Metres that an altitude must leave its last counted value by: our choice, about the noise of a barometer."""


def climb(altitudes: Iterable[float]) -> tuple[float, float]:
    """Return ascent and descent, in metres, of altitudes that follow one another; nan is left out.

    A dead band: a change counts once it is ``THRESHOLD`` metres from the last counted altitude. A counted step is the
    net change over its points, so the sum never exceeds the raw sum of rises and falls short of it by less than one
    threshold at each turning point.
    """
    ascent = descent = 0.0
    remaining = iter(altitudes)
    reference = next((altitude for altitude in remaining if altitude == altitude), 0.0)  # noqa: PLR0124 - nan differs
    low, high = reference - THRESHOLD, reference + THRESHOLD
    for altitude in remaining:
        if altitude >= high:
            ascent += altitude - reference
        elif altitude <= low:
            descent += reference - altitude
        else:
            continue  # nan too
        reference, low, high = altitude, altitude - THRESHOLD, altitude + THRESHOLD
    return ascent, descent
