"""The page: name, sport and date, the totals, the map and the charts, on paper of its own."""

from dataclasses import asdict

from gateway.errors import NotFound
from gateway.formats import Track
from gateway.plot.axis import axis
from gateway.plot.charts import draw_charts
from gateway.plot.look import FONT, HEIGHT, INK, MARGIN, PAPER, SOFT, WIDTH
from gateway.plot.map import draw_map
from gateway.plot.shades import shades
from gateway.plot.svg import cut, element, number, plain
from gateway.wording import subtitle, title, totals

_HEAD = 190.0
_TITLE = 34.0
_BETWEEN = 26.0
_STEP = 172.0


def draw(track: Track) -> str:
    """Return an SVG document of a track: the way over the ground, and elevation and heart rate along it.

    It needs nothing but itself: no script, no font, no style sheet of others; it has fewer than 200 KB whatever the
    track. Raises ``NotFound`` when the track has nothing that could be drawn.
    """
    along, colours = axis(track), shades(track)
    drawn_map, map_height = draw_map(track, along, colours, _HEAD)
    top = _HEAD + map_height + (_BETWEEN if map_height else 0)
    drawn_charts, charts_height = ("", 0.0)
    if along:
        drawn_charts, charts_height = draw_charts(track, along, colours, top, alone=not drawn_map)
    if not drawn_map and not drawn_charts:
        raise NotFound("the file has nothing to draw: no positions and nothing measured")
    height = top + charts_height + (0 if charts_height else _BETWEEN / 2)
    head, name = _head(track), title(asdict(track.summary))
    return (
        element(
            "svg",
            element("title", plain(name)),
            _definitions(),
            element("rect", width=WIDTH, height=height, fill=PAPER),
            head,
            drawn_map,
            drawn_charts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(WIDTH)} {number(height)}",
            width=WIDTH,
            height=height,
            role="img",
            font_family=FONT,
        )
        + "\n"
    )


def _definitions() -> str:
    stops = element("stop", offset=0.0, stop_color=HEIGHT, stop_opacity=".5") + element(
        "stop", offset=1.0, stop_color=HEIGHT, stop_opacity=".08"
    )
    return element("defs", element("linearGradient", stops, id="wristgate-height", x1=0.0, x2=0.0, y1=0.0, y2=1.0))


def _head(track: Track) -> str:
    summary = asdict(track.summary)
    room = (WIDTH - 2 * MARGIN) / _TITLE
    lines = [
        element(
            "text", plain(cut(title(summary), room)), x=MARGIN, y=72.0, font_size=_TITLE, font_weight="700", fill=INK
        ),
        element("text", plain(subtitle(summary)), x=MARGIN, y=98.0, font_size=15.0, fill=SOFT),
    ]
    for index, (label, value, unit) in enumerate(totals(summary)):
        left = MARGIN + index * _STEP
        figure = plain(value) + (
            element("tspan", f" {plain(unit)}", font_size=15.0, font_weight="400", fill=SOFT) if unit else ""
        )
        lines.append(element("text", label, x=left, y=136.0, font_size=12.0, fill=SOFT))
        lines.append(element("text", figure, x=left, y=164.0, font_size=25.0, font_weight="600", fill=INK))
    return "".join(lines)
