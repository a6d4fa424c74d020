"""Places as words: cells of grids over the world, each grid four times as fine as the one before.

A cell is named by its grid, its column and its row. What lies somewhere is known by the cells that cover it, in the
finest grid in which a few do, and by all coarser cells around these. Whatever is looked for in a cell has this cell,
lies inside of it, or covers it: each is one word, so that a search by place asks for words like any other.
"""

from collections.abc import Iterator
from math import floor
from typing import Final

LEVELS: Final = (0, 2, 4, 6, 8, 10, 12, 14, 16)
"""Grids of 2^n by 2^n cells in degrees; those of the last are 600 m wide at the equator and 300 m high."""

_COVER: Final = 4  # cells that something is known by
_SEARCH: Final = 16  # cells of a search: more of them fit closer

Box = tuple[float, float, float, float]
Cell = tuple[int, int, int]
"""Level, column from the west, row from the south."""


def words_of(box: Box) -> list[str]:
    """Give the words that something in a box (south, west, north, east in degrees) is found by."""
    cells = _covering(box, _COVER)
    return [_word("c", cell) for cell in cells] + [_word("a", cell) for cell in _around(cells)]


def words_for(box: Box) -> list[str]:
    """Give the words of which whatever meets a box has one at least; what has one may still lie beside the box."""
    cells = _covering(box, _SEARCH)
    return [f"{_word(kind, cell)}" for kind in "ca" for cell in cells] + [_word("c", cell) for cell in _around(cells)]


def meets(one: Box, other: Box) -> bool:
    """Say whether two boxes have a point in common."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _covering(box: Box, most: int) -> list[Cell]:
    for level in reversed(LEVELS):
        south, west, north, east = _columns_and_rows(box, level)
        if (north - south + 1) * (east - west + 1) <= most:
            return [(level, x, y) for y in range(south, north + 1) for x in range(west, east + 1)]
    return [(0, 0, 0)]


def _columns_and_rows(box: Box, level: int) -> tuple[int, int, int, int]:
    south, west, north, east = box
    side = 1 << level

    def place(degrees: float, span: float) -> int:
        return min(max(floor((degrees / span + 0.5) * side), 0), side - 1)

    return place(south, 180), place(west, 360), place(north, 180), place(east, 360)


def _around(cells: list[Cell]) -> list[Cell]:
    """Give all coarser cells in which some lie, each once."""
    return sorted({outer for cell in cells for outer in _outer(cell)})


def _outer(cell: Cell) -> Iterator[Cell]:
    level, x, y = cell
    for coarser in LEVELS:
        if coarser < level:
            yield coarser, x >> level - coarser, y >> level - coarser


def _word(kind: str, cell: Cell) -> str:
    level, x, y = cell
    return f"{kind}_{level:x}_{x:x}_{y:x}"
