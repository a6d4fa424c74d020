"""SVG as text: elements, paths, and strings from files that anybody may have written."""

from collections.abc import Iterable, Sequence
from html import escape

Point = tuple[float, float]
"""Pixels to the right and down."""

WIDE_FROM = 0x1100  # Hangul, kana, Han and emoji follow; most of them take a whole em


def element(name: str, *inside: str, **attributes: str | float) -> str:
    """Write one element; ``_`` in an attribute's name stands for ``-``, ``inside`` is SVG already."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Write pixels with one decimal, which no eye misses."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def plain(text: str) -> str:
    """Return what can be shown of a text, escaped: no control characters, which XML does not allow."""
    return escape("".join(filter(str.isprintable, text)))


def path(lines: Iterable[Sequence[Point]], *, closed: bool = False) -> str:
    """Write the ``d`` of lines; a line of one point is a dot, where line ends are round."""
    written = []
    for line in lines:
        points = line if len(line) > 1 else [*line, *line]
        written.append("M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else ""))
    return "".join(written)


def ems(text: str) -> float:
    """Estimate the width of a text in its font size, on the generous side for Latin letters."""
    return sum(1.0 if ord(letter) >= WIDE_FROM else 0.58 for letter in text)


def cut(text: str, width: float) -> str:
    """Shorten a text to ``width`` times its font size."""
    if ems(text) <= width:
        return text
    while text and ems(text) > width - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"
