"""Where a label beside a marker has room: not over the route, not over another label, not outside the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.plot.look import ACROSS
from gateway.plot.svg import Point, ems

SIZE: Final = 14.0
"""Type size of a label in pixels."""

_BESIDE = 14.0
_OUTSIDE = 10_000
_COVERED = 1000


@dataclass(frozen=True, slots=True)
class Label:
    """A text with the left end of its base line."""

    text: str
    x: float
    y: float

    def covers(self, x: float, y: float) -> bool:
        """Say whether a pixel lies under the text."""
        return self.x - 4 <= x <= self.x + SIZE * ems(self.text) + 4 and self.y - SIZE <= y <= self.y + 5


def beside(text: str, at: Point, drawn: Sequence[Point], taken: Sequence[Label], height: float) -> Label:
    """Put a text right, left, below or above of a marker, wherever it covers least of what is ``drawn``."""
    (x, y), long = at, SIZE * ems(text)
    choices = [
        Label(text, x + _BESIDE, y + 5),
        Label(text, x - _BESIDE - long, y + 5),
        Label(text, x - long / 2, y + _BESIDE + SIZE),
        Label(text, x - long / 2, y - _BESIDE),
    ]

    def cost(label: Label) -> int:
        ends = [(label.x + long * part, label.y + up) for part in (0, 0.5, 1) for up in (0, -SIZE / 2, -SIZE)]
        outside = sum(not (0 <= right <= ACROSS and 0 <= down <= height) for right, down in ends)
        covered = sum(other.covers(*end) for other in taken for end in ends)
        return outside * _OUTSIDE + covered * _COVERED + sum(label.covers(*point) for point in drawn)

    return min(choices, key=cost)
