"""Whatever a track holds, its picture is well-formed, small, and inside its page."""

from array import array
from dataclasses import replace
from math import inf, isfinite, nan

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotFound
from gateway.formats import Track
from gateway.formats.track import COLUMNS, Waypoint
from gateway.model import FileType, Kind, Session, Summary
from gateway.plot import draw
from tests.plot.drawings import START, drawn, parse, run, sessions, track

VALUES = st.one_of(
    st.sampled_from([nan, inf, -inf, 0.0, -0.0, 1e300, -1e300, 5e-324, 180.0, -180.0, 90.0, float(START)]),
    st.floats(-200, 200),
    st.floats(),
)
NUMBERS = st.one_of(st.none(), st.integers(0, 2**31 - 1))
SESSIONS = st.builds(Session, sport=st.one_of(st.none(), st.text(max_size=9)), start=NUMBERS)


@st.composite
def tracks(draw_: st.DrawFn) -> Track:
    size = draw_(st.integers(0, 30))
    names = draw_(st.sets(st.sampled_from([*COLUMNS, "other"])))
    columns = {name: array("d", draw_(st.lists(VALUES, min_size=size, max_size=size))) for name in names}
    summary = Summary(
        FileType.FIT, draw_(st.sampled_from(Kind)), name=draw_(st.one_of(st.none(), st.text(max_size=64))),
        sport=draw_(st.one_of(st.none(), st.text(max_size=20))), start=draw_(NUMBERS), distance=draw_(NUMBERS),
        elapsed=draw_(NUMBERS), ascent=draw_(NUMBERS), avg_hr=draw_(NUMBERS),
        sessions=tuple(draw_(st.lists(SESSIONS, max_size=4))),
    )  # fmt: skip
    breaks = draw_(st.sets(st.integers(1, max(1, size - 1)))) if size > 1 else set()
    places = st.builds(Waypoint, st.floats(-90, 90), st.floats(-180, 180), st.one_of(st.none(), st.text(max_size=20)))
    return Track(summary, columns, breaks=tuple(sorted(breaks)), waypoints=tuple(draw_(st.lists(places, max_size=3))))


def assert_sound(svg: str) -> None:
    root = parse(svg)
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    assert 0 < height < 2000
    for x, y in drawn(svg):
        assert isfinite(x)
        assert isfinite(y)
        assert -0.1 <= x <= width + 0.1
        assert -0.1 <= y <= height + 0.1
    for element in root.iter():
        assert not any("nan" in value or "inf" in value for value in element.attrib.values())
    assert len(svg.encode()) < 200 * 1024


@settings(max_examples=200, deadline=None)
@given(tracks())
def test_any_track(any_track: Track) -> None:
    try:
        svg = draw(any_track)
    except NotFound:
        return
    assert_sound(svg)


def test_a_day_of_samples_is_small() -> None:
    """Each sample elsewhere, each with another heart rate, each a segment of its own."""
    each = range(86_400)
    columns = {
        "time": [START + i for i in each],
        "lat": [47 + i * 7919 % 1000 / 1000 for i in each],
        "lon": [15 + i * 104_729 % 1000 / 1000 for i in each],
        "altitude": [float(i * 31 % 997) for i in each],
        "hr": [60.0 + i * 17 % 140 for i in each],
    }
    for breaks in ((), tuple(range(1, 86_400)), tuple(range(1, 86_400, 500))):
        assert_sound(draw(track(dict(columns), breaks)))
    alternating = dict(columns, hr=[90.0 + 80 * (i // 40 % 2) if i % 3 else None for i in each])
    assert_sound(draw(track(alternating)))


def test_hundreds_of_sports_and_places_are_few_on_the_map() -> None:
    sports = sessions(*(f"sport number {number} of a very long day" for number in range(300)), seconds=2)
    assert_sound(draw(replace(run(), summary=replace(run().summary, sessions=sports))))
    places = tuple(Waypoint(47 + i * 1e-6, 15 + i * 1e-6, "here") for i in range(10_000))
    assert_sound(draw(replace(run(), waypoints=places)))
