"""Colours and type of every picture: ink on paper, the same in dark viewers."""

from typing import Final

PAPER: Final = "#fbf9f4"
CARD: Final = "#f3efe6"
GRID: Final = "#e3ddcf"
INK: Final = "#262b2f"
SOFT: Final = "#6c7073"
ROUTE: Final = "#c2413f"
HEIGHT: Final = "#2f6f73"
RAMP: Final = ("#f2a65a", "#ec8350", "#de5f4e", "#c54057", "#a0295d", "#74195a", "#470f49")
"""From easy to hard, each darker than the last: the order survives colour blindness and a grey printer."""
SPORTS: Final = ("#c2413f", "#1d6f8f", "#d98e1f", "#5d4a8c", "#3f7d4e", "#7a5c3e")
BETWEEN: Final = "#9a9d9b"
"""A transition between two sports."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

WIDTH: Final = 960.0
MARGIN: Final = 48.0
ACROSS: Final = WIDTH - 2 * MARGIN

HALO: Final[dict[str, str | float]] = {
    "paint_order": "stroke", "stroke": CARD, "stroke_width": 4.0, "stroke_linejoin": "round",
}  # fmt: skip
"""Text on the map is legible over the route."""
