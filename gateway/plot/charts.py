"""Charts under the map, all over one axis: elevation as an area, heart rate as a line with its mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isnan
from typing import Final

from gateway.formats import Track
from gateway.plot.axis import Axis, known, lines
from gateway.plot.look import GRID, HEIGHT, INK, MARGIN, RAMP, ROUTE, SOFT, WIDTH
from gateway.plot.scale import Scale, around, multiples
from gateway.plot.shades import Shades, by_heart_rate
from gateway.plot.svg import Point, element, path

_LEFT, _RIGHT = MARGIN + 34, WIDTH - MARGIN - 14
_HEIGHTS = (132.0, 200.0)  # below a map, alone
_TITLE = 30.0
_GAP = 22.0
_FOOT = 48.0
_PARTS = 4
_LINE: Final[dict[str, str | float]] = {
    "fill": "none",
    "stroke_linecap": "round",
    "stroke_linejoin": "round",
    "stroke_width": 2.2,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows: a column times ``factor`` in ``unit``, over ``least`` units or more, the mean if stated."""

    title: str
    column: str
    unit: str
    least: float
    area: bool = False
    mean: int | None = None
    factor: float = 1.0


def charts(track: Track) -> list[Chart]:
    """Choose what is drawn of a track: elevation and heart rate; where there is neither, power or else speed."""
    chosen = [
        Chart("Elevation", "altitude", "m", 20, area=True),
        Chart("Heart rate", "hr", "bpm", 20, mean=track.summary.avg_hr),
    ]
    instead = [
        Chart("Power", "power", "W", 20, mean=track.summary.avg_power),
        Chart("Speed", "speed", "km/h", 2, factor=3.6),
    ]
    return [chart for chart in chosen if _measured(track, chart)] or [
        chart for chart in instead if _measured(track, chart)
    ][:1]


def _measured(track: Track, chart: Chart) -> bool:
    """Say whether there is a line to draw: a value that never changes is none."""
    values = [value for value in known(track, chart.column) if not isnan(value)]
    return bool(values) and min(values) < max(values)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all charts of a page share: the axis, its pixels, where the sport changes."""

    axis: Axis
    across: Scale
    changes: Sequence[float]
    height: float


def draw_charts(track: Track, axis: Axis, colours: Shades, top: float, *, alone: bool) -> tuple[str, float]:
    """Return the charts below ``top``, one under the other over ``axis``, and the height of all; 0 without any.

    They are higher where they are ``alone`` on the page.
    """
    chosen = charts(track)
    if not chosen:
        return "", 0.0
    frame = _Frame(axis, Scale(0, axis.end, _LEFT, _RIGHT), _changes(axis, colours), _HEIGHTS[alone])
    drawn, below = [], top
    for chart in chosen:
        drawn.append(_chart(track, chart, frame, below + _TITLE))
        below += _TITLE + frame.height + _GAP
    base = below - _GAP
    drawn.append(_labels(frame, base))
    return "".join(drawn), base + _FOOT - top


def _chart(track: Track, chart: Chart, frame: _Frame, top: float) -> str:
    base = top + frame.height
    column = [value * chart.factor for value in known(track, chart.column)]
    found = lines(frame.axis, column, track.breaks, frame.axis.end / (_RIGHT - _LEFT))
    values = [value for line in found for _, value in line]
    low, high, step = around(values, chart.least, _PARTS)
    up = Scale(low, high, base, top)
    drawn = [[(frame.across(place), up(value)) for place, value in line] for line in found]
    shape = _area(drawn, base) if chart.area else _line(track, drawn, chart, up)
    every = [value for value in column if not isnan(value)]
    said = f"{min(every):.0f} to {max(every):.0f} {chart.unit}"
    title = element(
        "text", chart.title,
        element("tspan", said + (f", mean {chart.mean}" if chart.mean else ""), dx=8.0, fill=SOFT, font_weight="400"),
        x=MARGIN, y=top - 11, fill=INK, font_size=14.0, font_weight="600",
    )  # fmt: skip
    return title + _grid(frame, multiples(low, high, step), up) + shape + _mean(chart, up)


def _grid(frame: _Frame, values: Sequence[float], up: Scale) -> str:
    rows = [[(_LEFT, up(value)), (_RIGHT, up(value))] for value in values]
    columns = [[(frame.across(place), up.start), (frame.across(place), up.end)] for place, _ in frame.axis.ticks()]
    changes = [[(frame.across(place), up.start), (frame.across(place), up.end)] for place in frame.changes]
    labels = "".join(element("text", f"{value:g}", x=_LEFT - 8, y=up(value) + 4) for value in values)
    return (
        element("path", d=path(chain(rows, columns)), stroke=GRID)
        + (element("path", d=path(changes), stroke=SOFT) if changes else "")
        + element("g", labels, fill=SOFT, font_size=12.0, text_anchor="end")
    )


def _area(drawn: Sequence[Sequence[Point]], base: float) -> str:
    """Fill what lies under each line, and draw the line."""
    areas = [[(line[0][0], base), *line, (line[-1][0], base)] for line in drawn if len(line) > 1]
    return element("path", d=path(areas, closed=True), fill="url(#wristgate-height)") + element(
        "path", d=path(drawn), stroke=HEIGHT, **_LINE
    )


def _line(track: Track, drawn: Sequence[Sequence[Point]], chart: Chart, up: Scale) -> str:
    """Draw a line; a heart rate has the colours that it has on the map."""
    ramp = by_heart_rate(track) if chart.column == "hr" else None
    if ramp is None:
        return element("path", d=path(drawn), stroke=ROUTE, **_LINE)
    stops = "".join(
        element("stop", offset=f"{index / (len(RAMP) - 1):.3f}", stop_color=colour) for index, colour in enumerate(RAMP)
    )
    ends = {"x1": 0.0, "x2": 0.0, "y1": up(ramp.low), "y2": up(ramp.high)}
    gradient = element("linearGradient", stops, id="wristgate-rate", gradientUnits="userSpaceOnUse", **ends)
    return gradient + element("path", d=path(drawn), stroke="url(#wristgate-rate)", **_LINE)


def _mean(chart: Chart, up: Scale) -> str:
    if chart.mean is None or not up.low <= chart.mean <= up.high:
        return ""
    rule = path([[(_LEFT, up(chart.mean)), (_RIGHT, up(chart.mean))]])
    return element("path", d=rule, stroke=INK, stroke_width=1.0, stroke_dasharray="2 4")


def _labels(frame: _Frame, base: float) -> str:
    written = (element("text", label, x=frame.across(place), y=base + 20) for place, label in frame.axis.ticks())
    return element("g", *written, fill=SOFT, font_size=12.0, text_anchor="middle")


def _changes(axis: Axis, colours: Shades) -> list[float]:
    """Return where another sport begins."""
    if not colours.names:
        return []
    numbers = colours.of_sample
    return [axis.values[index] for index in range(1, len(numbers)) if numbers[index] != numbers[index - 1]]
