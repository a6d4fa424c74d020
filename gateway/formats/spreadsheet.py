"""A track as CSV: one line a sample, for spreadsheets and data frames."""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Final

from gateway.errors import FormatError
from gateway.formats.moments import iso
from gateway.formats.track import COLUMNS, DECIMALS, Track

_LATEST: Final = 253_402_300_799  # the end of the year 9999
_FORMULA: Final = ("=", "+", "-", "@")

Cell = Callable[[float], str]


def lines(track: Track) -> Iterator[str]:
    """Yield the heading, then a line for each sample; what is not known is empty.

    The columns are those of ``formats.track.COLUMNS`` in their units, ``time`` in ISO 8601; ``segment``, which counts
    from 1 and grows at each break; and the developer fields under their own names, with their units in brackets.
    """
    others = [name for name in track.columns if name not in COLUMNS]
    heading = StringIO()
    named = [_heading(name, track.units.get(name)) for name in others]
    csv.writer(heading, lineterminator="\n").writerow([*COLUMNS, "segment", *named])
    yield heading.getvalue()
    columns = [_cells(track.column(name), _cell(name)) for name in COLUMNS]
    more = [_cells(track.column(name), _plain) for name in others]
    for row in zip(*columns, _segments(track), *more, strict=True):
        yield ",".join(row) + "\n"


def write(track: Track) -> bytes:
    """Return the lines as one file in UTF-8; raises ``FormatError`` (``no_samples``) for a track without samples."""
    if not len(track):
        raise FormatError("no_samples", 0, "there are no samples in the file")
    return "".join(lines(track)).encode()


def _heading(name: str, unit: str | None) -> str:
    """Name a column; what a spreadsheet would compute becomes text, also in one that parts cells by semicolons."""
    quote = "'" if name.startswith(_FORMULA) else ""
    return f"{quote}{name}{f' [{unit}]' if unit else ''}".replace(";", " ")


def _cell(name: str) -> Cell:
    if name == "time":
        return _time
    decimals = DECIMALS.get(name)
    return _plain if decimals is None else lambda value: _trimmed(f"{value:.{decimals}f}")


def _cells(values: Sequence[float], cell: Cell) -> Iterator[str]:
    """Write values one after the other; nan and infinities are empty."""
    return (cell(value) if value - value == 0 else "" for value in values)


def _time(value: float) -> str:
    return iso(value) if 0 <= value <= _LATEST else ""


def _plain(value: float) -> str:
    return f"{value:.10g}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".")


def _segments(track: Track) -> Iterator[str]:
    segment, breaks = 1, set(track.breaks)
    for index in range(len(track)):
        segment += index in breaks
        yield str(segment)
