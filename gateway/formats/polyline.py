"""Google's encoded polyline of a long line, thinned while it is read.

Source: developers.google.com/maps/documentation/utilities/polylinealgorithm
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import sub

MAX_POINTS = 128
_PRECISION = 1e5
_CHUNK_BITS = 5
_CHUNK = (1 << _CHUNK_BITS) - 1
_MORE = 1 << _CHUNK_BITS
_ASCII = 63


class Line:
    """Keeps every ``stride``-th point, doubling the stride when it holds too many: memory does not grow with the line.

    ``degrees`` is the size of one unit of the coordinates that are added.
    """

    __slots__ = ("_kept", "_last", "_scale", "_seen", "_stride")

    def __init__(self, degrees: float = 1.0) -> None:
        self._scale = degrees * _PRECISION
        self._kept: list[tuple[float, float]] = []
        self._last: tuple[float, float] | None = None
        self._seen = 0
        self._stride = 1

    def extend(self, latitudes: Sequence[float], longitudes: Sequence[float]) -> None:
        """Go on over many points."""
        if not latitudes:
            return
        self._last = (latitudes[-1], longitudes[-1])
        while self._seen + len(latitudes) > 2 * MAX_POINTS * self._stride:
            self._kept = self._kept[::2]
            self._stride *= 2
        first = -self._seen % self._stride
        self._kept += zip(latitudes[first :: self._stride], longitudes[first :: self._stride], strict=True)
        self._seen += len(latitudes)

    def points(self) -> list[tuple[float, float]]:
        """Return at most ``MAX_POINTS`` points, the first and the last among them."""
        if self._last is None:
            return []
        step = -(-len(self._kept) // (MAX_POINTS - 1))
        chosen = self._kept[::step]
        if (self._seen - 1) % (self._stride * step):
            chosen.append(self._last)
        return chosen

    def encoded(self) -> str | None:
        """Return the polyline at five decimals, ``None`` without points."""
        points = self.points()
        if not points:
            return None
        scale = self._scale
        return encode([round(south * scale) for south, _ in points], [round(east * scale) for _, east in points])


def encode(latitudes: Sequence[int], longitudes: Sequence[int]) -> str:
    """Encode points in units of 1e-5 degrees."""
    changes = zip(_changes(latitudes), _changes(longitudes), strict=True)
    return "".join(map(_letters, chain.from_iterable(changes)))


def _changes(values: Sequence[int]) -> Iterator[int]:
    return map(sub, values, chain((0,), values))


@lru_cache(maxsize=4096)
def _letters(change: int) -> str:
    """Write one number, five bits a letter; steps of a recording are short and alike, hence the cache."""
    rest = ~(change << 1) if change < 0 else change << 1
    letters = []
    while rest > _CHUNK:
        letters.append(chr((_MORE | rest & _CHUNK) + _ASCII))
        rest >>= _CHUNK_BITS
    letters.append(chr(rest + _ASCII))
    return "".join(letters)
