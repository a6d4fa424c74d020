"""Simplification keeps the most telling samples: against Ramer's and Douglas-Peucker's own words, in trigonometry."""

import resource
import subprocess
import sys
from itertools import pairwise
from math import acos, asin, atan2, cos, inf, nan, radians, sin

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import TooLarge
from gateway.formats import gpx, tcx
from gateway.formats.geo import EARTH_RADIUS
from gateway.formats.simplify import fitted, simplified
from gateway.formats.track import Track, Waypoint
from gateway.model import Kind
from tests.formats.tracks import START, hostile_tracks, run, track

Place = tuple[float, float]
TOLERANCE = 0.02  # metres; what trigonometry in degrees is worth


def angle(a: Place, b: Place) -> float:
    (south, west), (north, east) = ((radians(each) for each in place) for place in (a, b))
    square = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * asin(min(1, square**0.5))


def bearing(a: Place, b: Place) -> float:
    (south, west), (north, east) = ((radians(each) for each in place) for place in (a, b))
    across, along = sin(east - west) * cos(north), cos(south) * sin(north) - sin(south) * cos(north) * cos(east - west)
    return atan2(across, along)


def metres(p: Place, a: Place, b: Place) -> float:
    """The distance of p from the segment, as textbooks of navigation have it."""
    nearest_end = min(angle(p, a), angle(p, b))
    if angle(a, b) == 0:
        return nearest_end * EARTH_RADIUS
    off = bearing(a, p) - bearing(a, b)
    across = asin(max(-1, min(1, sin(angle(a, p)) * sin(off))))
    along = acos(max(-1, min(1, cos(angle(a, p)) / cos(across)))) if cos(across) else 0.0
    inside = cos(off) >= 0 and along <= angle(a, b)
    return (abs(across) if inside else nearest_end) * EARTH_RADIUS


def far(places: list[Place], kept: list[int]) -> dict[int, float]:
    """How far each sample that is not kept lies from the line of those that are."""
    return {
        index: metres(places[index], places[start], places[end])
        for start, end in pairwise(kept)
        for index in range(start + 1, end)
    }


def places_of(some: Track) -> list[Place]:
    return list(zip(some.column("lat"), some.column("lon"), strict=True))


def numbered(places: list[Place], **said: object) -> Track:
    """A track whose samples carry their own numbers."""
    latitudes, longitudes = zip(*places, strict=True)
    return track(lat=latitudes, lon=longitudes, hr=range(len(places)), **said)


def kept(some: Track, points: int) -> list[int]:
    return [int(number) for number in simplified(some, points).column("hr")]


local_places = st.tuples(st.floats(45, 47), st.floats(13, 15))
any_places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
lines = st.lists(local_places, min_size=2, max_size=12) | st.lists(any_places, min_size=2, max_size=12)


@given(st.lists(local_places, min_size=3, max_size=12), st.integers(2, 12))
@settings(deadline=None)
def test_the_furthest_sample_is_always_next(places: list[Place], points: int) -> None:
    chosen = [0, len(places) - 1]
    while len(chosen) < min(points, len(places)):
        distances = far(places, chosen)
        *_, second, furthest = sorted([-1.0, *distances.values()])
        assume(furthest - second > TOLERANCE)  # of two that are equally far either may come first
        chosen = sorted([*chosen, max(distances, key=lambda index: distances[index])])
    assert kept(numbered(places), points) == chosen


@given(lines, st.integers(2, 12))
@settings(deadline=None)
def test_what_is_dropped_lies_within_what_comes_next(places: list[Place], points: int) -> None:
    some = numbered(places)
    now = kept(some, points)
    assert len(now) == min(points, len(places))
    assert now == sorted(set(now))
    assert (now[0], now[-1]) == (0, len(places) - 1)
    if points < len(places):
        (following,) = set(kept(some, points + 1)) - set(now)
        distances = far(places, now)
        assert distances[following] == pytest.approx(max(distances.values()), abs=TOLERANCE, rel=1e-6)


CORNERS = {
    "anywhere": [(46, 14), (46.001, 14), (46.002, 14), (46.002, 14.001), (46.002, 14.002)],
    "over the date line": [(0, 179.998), (0, 179.999), (0, -180), (0.001, -180), (0.002, -180)],
    "over the pole": [(89.98, 20), (89.99, 20), (90, 0), (89.99, -70), (89.98, -70)],
    "there and back": [(46, 14), (46.001, 14), (46.002, 14), (46.001, 14), (46, 14)],
    "a quarter of the Earth": [(0, 0), (0, 45), (0, 90), (45, 90), (89, 90)],
    "further than a quarter": [(0, 0), (0, 60), (0, 170), (0, 60), (0, 0)],
}


@pytest.mark.parametrize("name", CORNERS)
def test_of_two_straight_lines_the_corner_is_kept(name: str) -> None:
    assert kept(numbered(CORNERS[name]), 3) == [0, 2, 4]


def test_a_straight_line_is_its_two_ends() -> None:
    way = [(46 + at * 1e-5, 14.0) for at in range(1000)]
    assert kept(numbered(way), 2) == [0, 999]
    way[700] = (46.007, 14.00001)
    assert kept(numbered(way), 3) == [0, 700, 999]


def test_all_columns_of_what_is_kept_stay_and_the_summary_too() -> None:
    whole = run(100, more={"Form Power": range(100)}, distance=250.0)
    few = simplified(whole, 10)
    rows = set(zip(*whole.columns.values(), strict=True))
    assert len(few) == 10
    assert list(few.columns) == list(whole.columns)
    assert set(zip(*few.columns.values(), strict=True)) <= rows
    assert few.summary is whole.summary


def test_course_points_and_breaks_stay() -> None:
    places = (Waypoint(46, 14, index=7), Waypoint(46, 14, index=50), Waypoint(46, 14, "beside"))
    few = simplified(run(100, breaks=(30, 60), waypoints=places), 10)
    numbers = [round(time - START) for time in few.columns["time"]]
    assert {0, 7, 29, 30, 50, 59, 60, 99} <= set(numbers)
    assert [numbers[at] for at in few.breaks] == [30, 60]
    assert [point.index if point.index is None else numbers[point.index] for point in few.waypoints] == [7, 50, None]


def test_course_points_come_before_breaks_and_move_on_when_there_is_no_room() -> None:
    places = tuple(Waypoint(46, 14, index=index) for index in (7, 50))
    whole = run(100, breaks=(30, 60), waypoints=places)
    four = simplified(whole, 4)
    assert [round(time - START) for time in four.columns["time"]] == [0, 7, 50, 99]
    assert (four.breaks, [point.index for point in four.waypoints]) == ((2, 3), [1, 2])
    two = simplified(whole, 2)
    assert (len(two), two.breaks, [point.index for point in two.waypoints]) == (2, (1,), [1, 1])


def test_samples_without_a_place_go_first() -> None:
    way = [(nan, nan), (46, 14), (46, inf), (46, 14.1), (91, 14), (46.1, 14.2)]
    assert kept(numbered(way), 5) == [1, 3, 5]
    assert kept(numbered(way), 6) == [0, 1, 2, 3, 4, 5]
    assert simplified(numbered(way, breaks=(1, 2)), 5).breaks == (1,)


def test_a_track_without_places_is_thinned_evenly() -> None:
    indoors = track(hr=range(1001))
    assert kept(indoors, 5) == [0, 250, 500, 750, 1000]


@given(hostile_tracks(), st.integers(-1, 9))
@settings(max_examples=200, deadline=None)
def test_any_track_can_be_simplified(some: Track, points: int) -> None:
    few = simplified(some, points)
    assert len(few) <= max(points, 2)
    assert all(0 < at < len(few) for at in few.breaks)
    assert all(point.index is None or 0 <= point.index < len(few) for point in few.waypoints)
    assert all(len(column) == len(few) for column in few.columns.values())
    assert len(few.waypoints) == len(some.waypoints)


SAW = """
from gateway.formats.simplify import simplified
from tests.formats.tracks import track
teeth = range(20_000)
saw = track(lat=[46 + (-1) ** at * at * 1e-6 for at in teeth], lon=[14 + at * 1e-9 for at in teeth])
print(len(simplified(saw, 10_000)))
"""


def test_a_line_that_is_quadratic_for_others_takes_its_time_too() -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (15, 15))  # it takes 1; two samples at a time would take 60

    ran = subprocess.run([sys.executable, "-c", SAW], capture_output=True, text=True, check=False, preexec_fn=limit)
    assert (ran.stdout, ran.returncode) == ("10000\n", 0)


def wave(points: int, **said: object) -> Track:
    turns = [(46 + at * 1e-5, 14 + 1e-3 * sin(at / 40)) for at in range(points)]
    return numbered(turns, time=[START + at for at in range(points)], **said)


@pytest.mark.parametrize("write", [gpx.write, tcx.write])
@pytest.mark.parametrize("kind", [Kind.ACTIVITY, Kind.COURSE])
@pytest.mark.parametrize("size", [2_000, 20_000, 100_000])
def test_a_file_has_as_many_points_as_fit(write: object, kind: Kind, size: int) -> None:
    whole = wave(3000, kind=kind, waypoints=(Waypoint(46, 14, "Hut"),))
    writes = 0

    def counted(some: Track) -> bytes:
        nonlocal writes
        writes += 1
        return write(some)

    data = fitted(whole, counted, size)
    points = len(formats.read_track(data))
    assert len(data) <= size < len(write(simplified(whole, points + 1)))
    assert data == write(simplified(whole, points))
    assert writes <= 18


def test_a_file_that_grows_unevenly_has_as_many_points_as_fit_too() -> None:
    def swelling(some: Track) -> bytes:
        return bytes(round(1.02 ** len(some)))

    assert fitted(wave(600), swelling, 1000) == bytes(round(1.02**348))


def test_what_fits_is_written_whole() -> None:
    whole = wave(50)
    assert fitted(whole, gpx.write, 100_000) == gpx.write(whole)


def test_places_that_fill_the_file_are_said_to() -> None:
    huts = tuple(Waypoint(46, 14, f"Hut {number}") for number in range(100))
    with pytest.raises(TooLarge, match="two points and 100 way-points make"):
        fitted(wave(50, waypoints=huts), gpx.write, 3000)
    with pytest.raises(TooLarge, match="two points make"):
        fitted(wave(50), gpx.write, 200)
