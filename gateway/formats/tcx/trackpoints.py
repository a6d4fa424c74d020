"""The samples of a track as TCX has them, for activities and courses."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby

from gateway.formats.quantities import MAX_INT
from gateway.formats.samples import RANGES
from gateway.formats.track import Track
from gateway.formats.xmltext import element, fixed, moment, place

MAX_PULSE, MAX_CADENCE = 255, 254
"""What the schema's types can hold."""

_TIMES = (0, MAX_INT)
_COLUMNS = ("time", "lat", "lon", "altitude", "distance", "hr", "cadence", "speed", "power")


class Trackpoints:
    """The samples of a track, for laps that each hold some of them, by index."""

    def __init__(self, track: Track) -> None:
        self._columns = {name: track.column(name) for name in _COLUMNS}
        self._breaks = track.breaks

    def values(self, name: str, indexes: Sequence[int]) -> list[float]:
        """Return what samples say in a column, as far as it makes sense."""
        low, high = RANGES.get(name, _TIMES)
        return [value for value in map(self._columns[name].__getitem__, indexes) if low <= value <= high]

    def tracks(self, indexes: Sequence[int], *, on_foot: bool) -> Iterator[str]:
        """Yield the samples as text, a ``Track`` for each segment; steps have an element of their own."""
        columns = self._columns.values()
        for _, run in groupby(indexes, key=lambda index: bisect_right(self._breaks, index)):
            yield "<Track>\n"
            yield from (_trackpoint(*(column[index] for column in columns), on_foot=on_foot) for index in run)
            yield "</Track>\n"


def _trackpoint(
    time: float,
    latitude: float,
    longitude: float,
    height: float,
    distance: float,
    hr: float,
    cadence: float,
    speed: float,
    power: float,
    *,
    on_foot: bool,
) -> str:
    turns = fixed(cadence, 0, 0, MAX_CADENCE)
    extension = (
        element("ns3:Speed", fixed(speed, 3, *RANGES["speed"]))
        + element("ns3:RunCadence", turns if on_foot else "")
        + element("ns3:Watts", fixed(power, 0, *RANGES["power"]))
    )
    inside = (
        element("Time", moment(time))
        + position("Position", latitude, longitude)
        + altitude(height)
        + element("DistanceMeters", fixed(distance, 2, *RANGES["distance"]))
        + pulse("HeartRateBpm", hr)
        + element("Cadence", "" if on_foot else turns)
        + element("Extensions", element("ns3:TPX", extension))
    )
    return f"<Trackpoint>{inside}</Trackpoint>\n"


def position(name: str, latitude: float, longitude: float) -> str:
    """Return a ``Position_t``, empty for no place on Earth."""
    where = place(latitude, longitude)
    if where is None:
        return ""
    return element(name, element("LatitudeDegrees", where[0]) + element("LongitudeDegrees", where[1]))


def altitude(metres: float | None) -> str:
    """Return ``AltitudeMeters``, empty for none."""
    return element("AltitudeMeters", fixed(metres, 2, *RANGES["altitude"]))


def pulse(name: str, hr: float | None) -> str:
    """Return a ``HeartRateInBeatsPerMinute_t``, empty for none."""
    return element(name, element("Value", fixed(hr, 0, 1, MAX_PULSE)))
