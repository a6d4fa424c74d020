"""What points of a track measure besides their place: heart rate, cadence, power, altitude, time."""

from gateway.formats.climb import Climb
from gateway.formats.geo import MAX_LATITUDE, MAX_LONGITUDE, Path
from gateway.formats.moments import parse_moment
from gateway.formats.quantities import number, pulse, whole, within
from gateway.formats.tally import Tally
from gateway.model import Session

_LOWEST, _HIGHEST = -1000.0, 20_000.0
_MAX_PULSE = 300
_MAX_CADENCE = 1000
_MAX_POWER = 10_000


class Samples:
    """Sums up the points of a track, one value of text at a time; a value out of range is left out.

    ``running`` is the seconds that the segments lasted, ``first`` and ``last`` Unix times.
    """

    __slots__ = (
        "_climb",
        "_climbed",
        "_segment_end",
        "_segment_start",
        "cadence",
        "first",
        "hr",
        "last",
        "path",
        "power",
        "running",
    )

    def __init__(self) -> None:
        self.path = Path()
        self.hr = Tally()
        self.cadence = Tally()
        self.power = Tally()
        self.first: float | None = None
        self.last: float | None = None
        self.running = 0.0
        self._climbed = False
        self._climb = Climb()
        self._segment_start: float | None = None
        self._segment_end = 0.0

    def add_place(self, latitude: str | None, longitude: str | None) -> bool:
        """Go on to a point in degrees; says whether it was usable."""
        south = number(latitude, -MAX_LATITUDE, MAX_LATITUDE)
        east = number(longitude, -MAX_LONGITUDE, MAX_LONGITUDE)
        if south is None or east is None:
            return False
        self.path.add(south, east)
        return True

    def add_altitude(self, text: str) -> None:
        """Take an altitude in metres."""
        altitude = number(text, _LOWEST, _HIGHEST)
        if altitude is not None:
            self._climbed = True
            self._climb.add(altitude)

    def add_time(self, text: str) -> None:
        """Take a moment; segments need not be in the order of time."""
        moment = parse_moment(text)
        if moment is None:
            return
        self.first = moment if self.first is None else min(self.first, moment)
        self.last = moment if self.last is None else max(self.last, moment)
        if self._segment_start is None:
            self._segment_start = moment
        self._segment_end = max(self._segment_start, moment)

    def add_hr(self, text: str) -> None:
        """Take a heart rate in beats per minute; 0 is none."""
        _add(self.hr, number(text, 1, _MAX_PULSE))

    def add_cadence(self, text: str) -> None:
        """Take a cadence in revolutions per minute."""
        _add(self.cadence, number(text, 0, _MAX_CADENCE))

    def add_power(self, text: str) -> None:
        """Take a power in watts."""
        _add(self.power, number(text, 0, _MAX_POWER))

    def pause(self) -> None:
        """Begin another segment."""
        self.path.pause()
        self._climb.pause()
        if self._segment_start is not None:
            self.running += self._segment_end - self._segment_start
        self._segment_start = None

    def session(self) -> Session:
        """Return what was measured, as a session without a sport."""
        self.pause()
        return Session(
            start=None if self.first is None else int(self.first),
            elapsed=None if self.first is None or self.last is None else within(self.last - self.first),
            timer=None if self.first is None else within(self.running),
            distance=within(self.path.length) if self.path.count else None,
            ascent=within(self._climb.ascent) if self._climbed else None,
            descent=within(self._climb.descent) if self._climbed else None,
            avg_hr=pulse(self.hr.mean()),
            max_hr=pulse(self.hr.highest()),
            avg_power=whole(self.power.mean()),
            max_power=whole(self.power.highest()),
            avg_cadence=whole(self.cadence.mean()),
            max_cadence=whole(self.cadence.highest()),
        )


def _add(tally: Tally, value: float | None) -> None:
    if value is not None:
        tally.add(value)
