"""Ascent and descent of a noisy altitude."""

THRESHOLD = 2.0
"""Metres that an altitude must leave its last counted value by: our choice, about the noise of a barometer."""


class Climb:
    """Sums climbs with a dead band: a change counts once it is ``THRESHOLD`` metres from the last counted altitude.

    A counted step is the net change over its points, so the sum never exceeds the raw sum of rises and falls short of
    it by less than one threshold at each turning point.
    """

    __slots__ = ("_reference", "ascent", "descent")

    def __init__(self) -> None:
        self._reference: float | None = None
        self.ascent = 0.0
        self.descent = 0.0

    def add(self, altitude: float) -> None:
        """Take the next altitude, in metres."""
        if self._reference is None:
            self._reference = altitude
            return
        change = altitude - self._reference
        if change >= THRESHOLD:
            self.ascent += change
        elif change <= -THRESHOLD:
            self.descent -= change
        else:
            return
        self._reference = altitude

    def pause(self) -> None:
        """Forget the last altitude: what follows is another segment."""
        self._reference = None
