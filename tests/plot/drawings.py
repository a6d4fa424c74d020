"""Pictures as tests see them: parsed, with every coordinate that they draw."""

import re
from array import array
from collections.abc import Iterator, Sequence
from math import nan
from xml.etree import ElementTree as ET

from gateway.formats import Track
from gateway.model import FileType, Kind, Session, Summary

NAMESPACE = "{http://www.w3.org/2000/svg}"
START = 1_789_878_600
MARGIN, MAP_TOP = 48.0, 190.0
_NUMBER = re.compile(r"-?[0-9.]+")


def track(columns: dict[str, Sequence[float | None]], breaks: tuple[int, ...] = (), **facts: object) -> Track:
    """Make a track of columns; ``None`` is what a sample does not say."""
    filled = {
        name: array("d", (nan if value is None else value for value in values)) for name, values in columns.items()
    }
    known = {"type": FileType.FIT, "kind": Kind.ACTIVITY, "sport": "running", "start": START} | facts
    return Track(Summary(**known), filled, breaks=breaks)  # type: ignore[arg-type]


def run(samples: int = 600) -> Track:
    """A run to the north-east at 3 m/s with all that is drawn."""
    each = range(samples)
    return track(
        {
            "time": [START + i for i in each],
            "lat": [47 + i * 2e-5 for i in each],
            "lon": [15 + i * 2e-5 for i in each],
            "altitude": [400 + i % 200 / 4 for i in each],
            "distance": [3.0 * i for i in each],
            "hr": [120 + i % 50 for i in each],
        },
        distance=3.0 * samples, elapsed=float(samples), timer=float(samples), ascent=90.0, avg_hr=142,
    )  # fmt: skip


def sessions(*sports: str, seconds: int) -> tuple[Session, ...]:
    return tuple(
        Session(sport=sport, start=START + index * seconds, elapsed=float(seconds))
        for index, sport in enumerate(sports)
    )


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(svg: str) -> list[str]:
    return ["".join(found.itertext()) for found in parse(svg).iter(f"{NAMESPACE}text")]


def charts(svg: str) -> list[str]:
    titles = ("Elevation", "Heart rate", "Power", "Speed")
    return [title for text in texts(svg) for title in titles if text.startswith(title) and text != title]


def map_group(svg: str) -> ET.Element | None:
    return next((group for group in parse(svg).findall(f"{NAMESPACE}g") if "transform" in group.attrib), None)


def route(svg: str) -> list[list[tuple[float, float]]]:
    """The lines of the route's casing, in pixels of the map."""
    group = map_group(svg)
    assert group is not None
    casing = next(path for path in group.findall(f"{NAMESPACE}path") if path.get("stroke-width") == "8")
    return points(casing.get("d", ""))


def points(d: str) -> list[list[tuple[float, float]]]:
    lines = []
    for line in filter(None, d.split("M")):
        numbers = [float(number) for number in _NUMBER.findall(line)]
        lines.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return lines


def drawn(svg: str) -> Iterator[tuple[float, float]]:
    """Every point that anything is drawn at, in pixels of the page."""
    return _drawn(parse(svg), 0.0, 0.0)


def _drawn(element: ET.Element, right: float, down: float) -> Iterator[tuple[float, float]]:
    moved = [float(number) for number in _NUMBER.findall(element.get("transform", ""))]
    if moved:
        right, down = right + moved[0], down + moved[1]
    for line in points(element.get("d", "")):
        yield from ((right + x, down + y) for x, y in line)
    if element.tag != f"{NAMESPACE}linearGradient":
        for x, y in (("x", "y"), ("cx", "cy")):
            if x in element.attrib:
                yield right + float(element.attrib[x]), down + float(element.attrib[y])
    for child in element:
        yield from _drawn(child, right, down)
