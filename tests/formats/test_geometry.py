"""Distances, boxes, polylines and climbs."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.formats import geo
from gateway.formats.climb import THRESHOLD, climb
from gateway.formats.geo import EARTH_RADIUS
from gateway.formats.polyline import MAX_POINTS, Line, encode
from gateway.formats.samples import Samples, map_of
from gateway.model import Session

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
POINTS = st.lists(st.tuples(LATITUDES, LONGITUDES), min_size=1, max_size=50)


def decode(text: str) -> list[tuple[float, float]]:
    """The published algorithm the other way round, written independently."""
    numbers, shift, value = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            numbers.append(-(value + 1 >> 1) if value & 1 else value >> 1)
            shift = value = 0
    points, south, east = [], 0, 0
    for latitude, longitude in zip(numbers[::2], numbers[1::2], strict=True):
        south, east = south + latitude, east + longitude
        points.append((south / 1e5, east / 1e5))
    return points


def test_the_published_example() -> None:
    assert encode([3850000, 4070000, 4325200], [-12020000, -12095000, -12645300]) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


@given(POINTS)
def test_a_short_line_comes_back(points: list[tuple[float, float]]) -> None:
    line = Line()
    line.extend(*zip(*points, strict=True))
    text = line.encoded()
    assert text is not None
    for point, (south, east) in zip(points, decode(text), strict=True):
        assert point == pytest.approx((south, east), abs=0.6e-5)


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 199, 200, 255, 256, 257, 258, 1000, 4096, 100_000])
@pytest.mark.parametrize("batch", [1, 7, 5000])
def test_a_long_line_keeps_its_ends(count: int, batch: int) -> None:
    line = Line(1e-5)
    for start in range(0, count, batch):
        chunk = range(start, min(count, start + batch))
        line.extend(chunk, chunk)
    points = line.points()
    assert points[0] == (0, 0)
    assert points[-1] == (count - 1, count - 1)
    assert len(points) == len(set(points)) <= MAX_POINTS
    assert len(points) >= min(count, MAX_POINTS // 2)
    text = line.encoded()
    assert text is not None
    assert decode(text)[-1] == pytest.approx(((count - 1) / 1e5, (count - 1) / 1e5))


@pytest.mark.parametrize("count", [1, 128, 129, 200, 5000])
def test_one_by_one_is_the_same(count: int) -> None:
    single, many = Line(), Line()
    for i in range(count):
        single.extend([i], [-i])
    many.extend(range(count), range(0, -count, -1))
    assert single.points()[-1] == many.points()[-1] == (count - 1, 1 - count)
    assert len(single.points()) <= MAX_POINTS


def measured(points: list[tuple[float, float]], breaks: tuple[int, ...] = ()) -> Samples:
    samples = Samples()
    for at, (latitude, longitude) in enumerate(points):
        if at in breaks:
            samples.pause()
        samples.begin()
        samples.put("lat", latitude)
        samples.put("lon", longitude)
    return samples


def test_no_points_no_line() -> None:
    assert Line().encoded() is None
    assert geo.box([], []) is None
    assert geo.steps([], []) == geo.steps([1], [1]) == []
    assert map_of([Samples(), Samples()]) == (None, None)
    assert Samples().session() == Session()


@pytest.mark.parametrize(
    ("points", "metres"),
    [
        ([(0, 0), (0, 1)], math.radians(1) * EARTH_RADIUS),
        ([(0, 0), (90, 0), (-90, 0)], 1.5 * math.pi * EARTH_RADIUS),
        ([(0, 179.5), (0, -179.5)], math.radians(1) * EARTH_RADIUS),
        ([(60, 0), (60, 0)], 0),
        ([(48.8566, 2.3522), (51.5074, -0.1278)], 343_556),
    ],
)
def test_lengths(points: list[tuple[float, float]], metres: float) -> None:
    assert sum(geo.steps(*zip(*points, strict=True))) == pytest.approx(metres, rel=1e-4, abs=1e-6)
    assert measured(points).session().distance == pytest.approx(metres, rel=1e-4, abs=1e-3)


@given(LATITUDES, LONGITUDES, st.floats(-3, 3), st.floats(-3, 3))
def test_near_points_are_as_far_as_the_haversine_says(south: float, west: float, up: float, across: float) -> None:
    north, east = max(-90, min(90, south + up)), max(-180, min(180, west + across))
    (step,) = geo.steps([south, north], [west, east])
    phi, turn = math.radians(north - south), math.radians(east - west)
    half = math.sin(phi / 2) ** 2
    half += math.cos(math.radians(south)) * math.cos(math.radians(north)) * math.sin(turn / 2) ** 2
    assert step == pytest.approx(2 * EARTH_RADIUS * math.asin(math.sqrt(half)), rel=1e-6, abs=1e-6)


@given(POINTS)
def test_every_point_lies_in_the_box(points: list[tuple[float, float]]) -> None:
    box, _ = map_of([measured(points)])
    assert box is not None
    south, west, north, east = box
    assert all(south - 1e-6 <= lat <= north + 1e-6 and west - 1e-6 <= lon <= east + 1e-6 for lat, lon in points)


def test_parts_are_merged() -> None:
    box, text = map_of([measured([(1, 2)]), Samples(), measured([(3, -4)])])
    assert box == (1, -4, 3, 2)
    assert text is not None
    assert decode(text) == [(1, 2), (3, -4)]


def test_the_way_over_a_break_does_not_count() -> None:
    assert measured([(0, 0), (0, 1), (0, 50), (0, 51)], breaks=(2,)).session().distance == pytest.approx(
        2 * math.radians(1) * EARTH_RADIUS
    )


def test_samples_without_a_place_are_stepped_over() -> None:
    samples = measured([(0, 0)])
    samples.begin()
    samples.put("hr", 100)
    samples.extend(1, {"lat": [0.0], "lon": [1.0]})
    assert samples.session().distance == pytest.approx(math.radians(1) * EARTH_RADIUS, rel=1e-6)
    assert [list(column)[1] for column in samples.full_columns().values()] == pytest.approx(
        [math.nan, math.nan, 100], nan_ok=True
    )


def test_without_places_nothing_is_known_of_moving() -> None:
    samples = Samples()
    samples.extend(2, {"time": [0, 10], "hr": [100, 100]})
    assert (samples.session().moving, samples.session().distance) == (None, None)


def test_standing_is_not_moving() -> None:
    samples = Samples()
    samples.extend(4, {"time": [0, 10, 70, 80], "lat": [0, 0.001, 0.001, 0.002], "lon": [0, 0, 0, 0]})
    session = samples.session()
    assert (session.elapsed, session.timer, session.moving) == (80, 80, 20)


@given(st.lists(st.floats(-500, 9000), max_size=100))
def test_a_climb_is_at_most_the_raw_sum(altitudes: list[float]) -> None:
    ascent, descent = climb(altitudes)
    changes = [after - before for before, after in pairwise(altitudes)]
    assert ascent <= sum(change for change in changes if change > 0) + 1e-6
    assert descent <= -sum(change for change in changes if change < 0) + 1e-6
    if altitudes:
        assert abs(altitudes[0] + ascent - descent - altitudes[-1]) < THRESHOLD + 1e-6


def test_a_smooth_climb_loses_less_than_a_threshold_at_each_turn() -> None:
    ascent, descent = climb([500 - 300 * math.cos(i / 1000 * 6 * math.pi) for i in range(1001)])  # three hills
    assert 1800 - 6 * THRESHOLD < ascent <= 1800
    assert 1800 - 6 * THRESHOLD < descent <= 1800


def test_noise_on_the_flat_is_no_climb() -> None:
    assert climb([100 + i % 3 * 0.9 for i in range(10_000)]) == (0, 0)


def test_an_unknown_altitude_is_left_out() -> None:
    assert climb([math.nan, 100, math.nan, 110, math.nan]) == (10, 0)
    assert climb([math.nan]) == climb([]) == (0, 0)


def test_a_break_hides_the_lift() -> None:
    samples = Samples()
    samples.extend(2, {"altitude": [100, 110]})
    samples.pause()
    samples.extend(1, {"altitude": [1000]})
    assert samples.session().ascent == 10
