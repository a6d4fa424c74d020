"""What the map says about itself: its grid, its scale, and what its colours mean."""

from math import ceil

from gateway.plot.look import ACROSS, CARD, GRID, HALO, INK, SOFT
from gateway.plot.route import Fitted
from gateway.plot.scale import round_step
from gateway.plot.shades import Shades
from gateway.plot.svg import element, ems, path, plain

_SQUARES = 8  # across, at most
_KILOMETRE = 1000
_RAMP_CELL = 16.0


def grid_step(fitted: Fitted) -> float:
    """Choose the metres of a grid square."""
    return round_step(ACROSS * fitted.per_pixel, _SQUARES)


def paper(fitted: Fitted) -> str:
    """Draw what the route lies on: squares of round metres."""
    step = grid_step(fitted) / fitted.per_pixel
    across = [[(step * count, 0.0), (step * count, fitted.height)] for count in range(1, ceil(ACROSS / step))]
    down = [[(0.0, step * count), (ACROSS, step * count)] for count in range(1, ceil(fitted.height / step))]
    card = element("rect", width=ACROSS, height=fitted.height, rx=10.0, fill=CARD)
    return card + element("path", d=path(across + down), stroke=GRID)


def scale_bar(fitted: Fitted) -> str:
    """Draw the length of a grid square, in the lower left corner."""
    metres = grid_step(fitted)
    length, base = metres / fitted.per_pixel, fitted.height - 20
    text = f"{metres / _KILOMETRE:g} km" if metres >= _KILOMETRE else f"{metres:g} m"
    bar = path([[(20, base - 5), (20, base), (20 + length, base), (20 + length, base - 5)]])
    return element("path", d=bar, fill="none", stroke=SOFT, stroke_width=1.5) + element(
        "text", text, x=26.0, y=base - 7, fill=SOFT, font_size=12.0, **HALO
    )


def legend(colours: Shades, height: float) -> str:
    """Say what the colours mean, in the lower right corner; one colour means nothing."""
    if len(colours.colours) == 1:
        return ""
    base = height - 20
    return _names(colours, base) if colours.names else _ramp(colours, base)


def _ramp(colours: Shades, base: float) -> str:
    left = ACROSS - 20 - 58 - _RAMP_CELL * len(colours.colours)
    cells = "".join(
        element("rect", x=left + _RAMP_CELL * index, y=base - 8, width=_RAMP_CELL + 0.5, height=8.0, fill=colour)
        for index, colour in enumerate(colours.colours)
    )
    style = {"y": base, "fill": SOFT, "font_size": 12.0, **HALO}
    return (
        element("text", f"{colours.low:.0f}", x=left - 8, text_anchor="end", **style)
        + cells
        + element("text", f"{colours.high:.0f} bpm", x=ACROSS - 70, **style)
    )


def _names(colours: Shades, base: float) -> str:
    drawn, right = [], ACROSS - 20
    for name, colour in reversed(list(zip(colours.names, colours.colours, strict=True))):
        if right < ACROSS / 3:
            break
        drawn.append(element("text", plain(name), x=right, y=base, fill=INK, font_size=13.0, text_anchor="end", **HALO))
        right -= 13 * ems(name) + 24
        drawn.append(
            element("path", d=path([[(right, base - 4), (right + 14, base - 4)]]), stroke=colour, stroke_width=5.0)
        )
        right -= 18
    return "".join(drawn)
