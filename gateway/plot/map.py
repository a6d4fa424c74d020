"""The map: the route on a grid of round metres, with its start, its end, marks on the way and a scale."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Final

from gateway.formats import Track
from gateway.formats.track import Waypoint
from gateway.plot.axis import Axis
from gateway.plot.labels import SIZE, Label, beside
from gateway.plot.legend import legend, paper, scale_bar
from gateway.plot.look import ACROSS, CARD, HALO, HEIGHT, INK, MARGIN, PAPER
from gateway.plot.route import Fitted, Ground, Place, fit, ground
from gateway.plot.shades import Shades
from gateway.plot.svg import cut, element, number, path, plain

_HEIGHTS = (280.0, 620.0)
_PAD = 56.0
_APART = 26.0  # pixels between marks
_MOST_POINTS = 60
_MOST_NAMES = 12
_NAME = 16  # ems
_LINE: Final[dict[str, str | float]] = {"fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round"}


def draw_map(track: Track, axis: Axis | None, colours: Shades, top: float) -> tuple[str, float]:
    """Return the map below ``top`` and its height; nothing and 0 for a track without positions."""
    earth = ground(track)
    if not earth.places:
        return "", 0.0
    fitted = fit(earth.places, ACROSS, _HEIGHTS, _PAD)
    named, labels = _ends(fitted)
    pointed, names = _waypoints(track.waypoints, earth, fitted, labels)
    drawn = (
        paper(fitted)
        + _line(fitted, colours)
        + pointed
        + _marks(fitted, axis)
        + named
        + _written(labels, INK, "600")
        + _written(names, HEIGHT, "400")
        + scale_bar(fitted)
        + legend(colours, fitted.height)
    )
    return element("g", drawn, transform=f"translate({number(MARGIN)} {number(top)})"), fitted.height


def _line(fitted: Fitted, colours: Shades) -> str:
    """Draw the route in its colours over a casing that parts it from itself."""
    lines = fitted.lines()
    whole = path([[(place.x, place.y) for place in line] for line in lines])
    pieces: list[list[list[tuple[float, float]]]] = [[] for _ in colours.colours]
    for line in lines:
        for which, piece in _pieces(line, colours.of_sample):
            pieces[which].append([(place.x, place.y) for place in piece])
    coloured = "".join(
        element("path", d=path(piece), stroke=colour)
        for piece, colour in zip(pieces, colours.colours, strict=True)
        if piece
    )
    return element("path", d=whole, stroke=CARD, stroke_width=8.0, **_LINE) + element(
        "g", coloured, stroke_width=4.2, **_LINE
    )


def _pieces(line: list[Place], of_sample: Sequence[int]) -> list[tuple[int, list[Place]]]:
    """Cut a line where its colour changes; neighbours share the place of the change."""
    found = [(of_sample[line[0].sample], [line[0]])]
    for before, place in pairwise(line):
        colour = of_sample[place.sample]
        if colour != found[-1][0]:
            found.append((colour, [before]))
        found[-1][1].append(place)
    return found


def _ends(fitted: Fitted) -> tuple[str, list[Label]]:
    """Mark the start with a ring, the finish with a square: shapes, for eyes that see no colours."""
    start, finish = fitted.places[0], fitted.places[-1]
    ring = element("circle", cx=start.x, cy=start.y, r=7.0, fill=PAPER, stroke=INK, stroke_width=3.5)
    if start.sample == finish.sample:
        return ring, []
    square = element(
        "rect", x=finish.x - 6, y=finish.y - 6, width=12.0, height=12.0, rx=1.5, fill=INK, stroke=PAPER,
        stroke_width=2.0,
    )  # fmt: skip
    together = hypot(start.x - finish.x, start.y - finish.y) < _APART
    if together:  # one mark of both
        ring = element("circle", cx=start.x, cy=start.y, r=8.0, fill=PAPER, stroke=INK, stroke_width=3.0)
        square = element("rect", x=start.x - 3.2, y=start.y - 3.2, width=6.4, height=6.4, rx=1.0, fill=INK)
    named = [("Start and finish", start)] if together else [("Start", start), ("Finish", finish)]
    drawn = [(place.x, place.y) for place in (*fitted.places, start, finish)]
    labels: list[Label] = []
    for text, place in named:
        labels.append(beside(text, (place.x, place.y), drawn, labels, fitted.height))
    return (ring + square if together else square + ring), labels


def _waypoints(
    waypoints: Sequence[Waypoint], earth: Ground, fitted: Fitted, taken: Sequence[Label]
) -> tuple[str, list[Label]]:
    """Mark the named places on the map with diamonds, and say their names where there are few."""
    placed = [(point, fitted.pixel(*earth.metres(point.lat, point.lon))) for point in waypoints]
    shown = [(point.name, x, y) for point, (x, y) in placed if 0 < x < ACROSS and 0 < y < fitted.height][:_MOST_POINTS]
    diamonds = path([[(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)] for _, x, y in shown], closed=True)
    drawn = [*((place.x, place.y) for place in fitted.places), *((x, y) for _, x, y in shown)]
    labels: list[Label] = []
    for name, x, y in shown if len(shown) <= _MOST_NAMES else ():
        if name:
            labels.append(beside(cut(name, _NAME), (x, y), drawn, [*taken, *labels], fitted.height))
    return element("path", d=diamonds, fill=HEIGHT, stroke=PAPER, stroke_width=1.5) if shown else "", labels


def _written(labels: Sequence[Label], colour: str, weight: str) -> str:
    style = {"fill": colour, "font_size": SIZE, "font_weight": weight, **HALO}
    return "".join(element("text", plain(label.text), x=label.x, y=label.y, **style) for label in labels)


def _marks(fitted: Fitted, axis: Axis | None) -> str:
    """Mark the kilometres, as the axis of the charts does, where there is room."""
    if axis is None or axis.of_time:
        return ""
    samples = [place.sample for place in fitted.places]
    taken = [fitted.places[0], fitted.places[-1]]
    drawn = []
    for value, label in axis.ticks()[1:]:
        index = bisect_left(samples, bisect_left(axis.values, value))
        place = fitted.places[min(index, len(samples) - 1)]
        if all(hypot(place.x - other.x, place.y - other.y) >= _APART for other in taken):
            taken.append(place)
            drawn.append(_mark(label.split()[0], place))
    return "".join(drawn)


def _mark(label: str, place: Place) -> str:
    width = max(18.0, 7.0 * len(label) + 8)
    disc = element(
        "rect", x=place.x - width / 2, y=place.y - 9, width=width, height=18.0, rx=9.0, fill=PAPER, stroke=INK,
        stroke_width=1.2,
    )  # fmt: skip
    return disc + element(
        "text", label, x=place.x, y=place.y + 3.8, fill=INK, font_size=10.5, font_weight="600", text_anchor="middle"
    )
