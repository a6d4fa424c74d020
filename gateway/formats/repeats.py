"""Runs of XML elements that look alike, read without an XML parser: the hot path of GPX and TCX.

The points of a recording differ in their numbers only. So expat reads the first one, and the points of its shape follow
at the speed of ``re``, 4 to 6 times as fast as calling Python for each tag. What has no known shape goes to expat.
"""

import re
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from math import isnan, nan
from operator import add
from typing import Final

from gateway.formats.moments import parse_moment
from gateway.formats.quantities import MAX_INT
from gateway.formats.samples import RANGES
from gateway.formats.shapes import Shape, Wanted, draw
from gateway.formats.track import Column

Take = Callable[[int, Mapping[str, Column]], None]

MIN_ELEMENTS: Final = 40
"""For fewer elements a regular expression does not pay, even one that another file has left."""

_SHAPES: Final = 8  # a document with more is read by expat
_BATCH: Final = 4096
_PLACE: Final = frozenset({"lat", "lon"})


def worthwhile(data: bytes, tag: str) -> bool:
    """Tell whether the local name ``tag`` is there often enough; an element has it twice, or once when it is empty."""
    at, name = 0, tag.encode()
    for _ in range(MIN_ELEMENTS):
        at = data.find(name, at) + 1
        if not at:
            return False
    return True


class Runs:
    """Finds runs of the element ``tag`` (a local name) in ``data`` and gives their columns to ``take``."""

    __slots__ = ("_data", "_drawn", "_opening", "_shapes", "_strange", "_take", "_tries", "_wanted")

    def __init__(self, data: bytes, tag: str, wanted: Wanted, take: Take, strange: Collection[str] = ()) -> None:
        self._data = data
        self._wanted = wanted
        self._take = take
        self._strange = strange
        self._drawn: Shape | None = None
        self._shapes: list[Shape] = []
        self._tries = _SHAPES
        first = re.search(rb"<(?:[\w.-]+:)?%b(?=[ \t\r\n/>])" % tag.encode(), data)
        self._opening = first[0] if first else None

    def next_element(self, at: int) -> tuple[int, int] | None:
        """Return start and end of the next element from ``at`` on when a run may follow it, else ``None``."""
        if self._opening is None or not self._tries:
            return None
        start = self._data.find(self._opening, at)
        if start < 0:
            return None
        for shape in self._shapes:
            if known := shape.match(self._data, start):
                self._drawn = None
                return start, known.end()
        return self._new_shape(start)

    def _new_shape(self, start: int) -> tuple[int, int] | None:
        """Draw the element at ``start``, or one of the next few."""
        while start >= 0 and self._tries:
            self._tries -= 1
            drawn = draw(self._data, start, self._wanted, self._strange)
            if drawn and self._complete(drawn[0]):
                self._drawn, end = drawn
                return start, end
            start = self._data.find(self._opening or b"", start + 1)
        return None

    def _complete(self, shape: Shape) -> bool:
        """Tell whether the shape has both coordinates or none, and all that the element itself should have."""
        own = {column for (_, key), column in self._wanted.items() if key.startswith("@")}
        return own <= set(shape.columns) and len(_PLACE & set(shape.columns)) != 1

    def skip(self, at: int) -> int:
        """Take all elements of known shapes that follow one another from ``at`` on; returns the end of the last.

        Call it when an XML parser has read the element that ``next_element`` gave: its shape is known from then on.
        """
        if self._drawn is not None:
            self._shapes.append(self._drawn)
        found = True
        while found:
            found = False
            for shape in self._shapes:
                rows, behind = _rows(self._data, at, shape)
                if not rows:
                    continue
                columns = _columns(shape, rows)
                if columns is None:
                    self._tries = 0
                    return at
                self._take(len(rows), columns)
                at, found = behind, True
        return at


def _rows(data: bytes, at: int, shape: Shape) -> tuple[list[Sequence[bytes]], int]:
    rows: list[Sequence[bytes]] = []
    match = shape.match
    while len(rows) < _BATCH and (found := match(data, at)):
        rows.append(found.groups())
        at = found.end()
    return rows, at


def _columns(shape: Shape, rows: list[Sequence[bytes]]) -> dict[str, Column] | None:
    """Return the values by column, ``None`` when one is no number, or no place on the Earth."""
    captured = zip(*rows, strict=True)
    columns = {}
    try:
        for name in shape.columns:
            if name == "time":
                minutes, seconds, zones = next(captured), map(float, next(captured)), next(captured)
                times = array("d", map(add, map(_minute, minutes, zones), seconds))
                late = max(times) > MAX_INT
                columns[name] = array("d", [time if time <= MAX_INT else nan for time in times]) if late else times
            else:
                columns[name] = _in_range(name, array("d", map(float, next(captured))))
    except ValueError:
        return None
    return {name: values for name, values in columns.items() if not isnan(sum(values)) or not all(map(isnan, values))}


@lru_cache(maxsize=1024)
def _minute(text: bytes, zone: bytes) -> float:
    """Return the Unix time of ``2026-11-20T13:01:``, nan when it is none; an hour of samples shares 60 of them."""
    moment = parse_moment(f"{text.decode()}00{zone.decode()}")
    return nan if moment is None else moment


def _in_range(name: str, values: Column) -> Column:
    low, high = RANGES[name]
    if low <= min(values) and max(values) <= high:
        return values
    if name in _PLACE:
        raise ValueError
    return array("d", [value if low <= value <= high else nan for value in values])
