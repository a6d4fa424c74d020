"""The map: true to scale, whole over the date line, broken where nobody knows the way."""

from dataclasses import replace
from itertools import pairwise
from math import cos, hypot, radians

import pytest

from gateway.plot import draw
from tests.plot.drawings import NAMESPACE, parse, route, run, texts, track


def square(south: float, west: float, metres: float) -> dict[str, list[float | None]]:
    """A square of ``metres`` to the side, clockwise from its south-west corner."""
    down = metres / 111_195
    right = down / cos(radians(south))
    return {
        "lat": [south, south + down, south + down, south, south],
        "lon": [west, west, west + right, west + right, west],
    }


@pytest.mark.parametrize("south", [0.0, 47.0, -64.0, 80.0])
def test_a_square_stays_a_square(south: float) -> None:
    (line,) = route(draw(track(square(south, 15.0, 1000))))
    sides = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(line)]
    assert max(sides) - min(sides) < 0.01 * max(sides)
    (x, y), (right_of, _) = line[0], line[2]
    assert right_of > x  # east is right
    assert line[1][1] < y  # north is up


def test_the_scale_is_that_of_the_route() -> None:
    svg = draw(track(square(47.0, 15.0, 1000)))
    (line,) = route(svg)
    side = line[0][1] - line[1][1]
    bar = next(path for path in parse(svg).iter(f"{NAMESPACE}path") if path.get("stroke-width") == "1.5")
    xs = [float(point.split()[0]) for point in bar.attrib["d"][1:].split("L")]
    assert "500 m" in texts(svg)
    assert (max(xs) - min(xs)) / side == pytest.approx(0.5, rel=0.01)


def test_a_way_over_the_date_line_goes_on() -> None:
    east = square(-17.0, 179.995, 1000)
    turned = [lon - 360 if lon is not None and lon > 180 else lon for lon in east["lon"]]
    assert min(lon for lon in turned if lon is not None) < 0
    assert route(draw(track(east | {"lon": turned}))) == route(draw(track(square(-17.0, 79.995, 1000))))


def test_a_break_parts_the_line() -> None:
    whole, parted = route(draw(run())), route(draw(replace(run(), breaks=(200, 400))))
    assert (len(whole), len(parted)) == (1, 3)
    assert parted[0][0] == whole[0][0]
    assert parted[-1][-1] == whole[0][-1]


def test_a_sample_without_a_place_does_not_part_it() -> None:
    columns = {name: list(values) for name, values in run().columns.items()}
    for name in ("lat", "lon"):
        columns[name][200:300] = [float("nan")] * 100
    assert len(route(draw(track(dict(columns))))) == 1


def test_start_and_finish_are_told_apart_where_there_is_room() -> None:
    apart = texts(draw(run()))
    assert "Start" in apart
    assert "Finish" in apart
    loop = texts(draw(track(square(47.0, 15.0, 1000))))
    assert "Start and finish" in loop
