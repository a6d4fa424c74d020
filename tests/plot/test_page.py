"""What a picture shows of a track, and what it leaves out."""

from dataclasses import replace

import pytest

from gateway.errors import NotFound
from gateway.formats import read_track
from gateway.formats.track import Waypoint
from gateway.plot import draw
from gateway.simwatch.sample import ROUTE_FILE, RUN_FILE
from tests.plot.drawings import START, charts, map_group, parse, route, run, sessions, texts, track


def test_a_run_has_everything() -> None:
    svg = draw(read_track(RUN_FILE.read_bytes()))
    shown = texts(svg)
    assert shown[:2] == ["Running", "Sunday 20 September 2026, 04:30 UTC"]
    assert {"8.21 km", "0:44:59", "5:29 min/km", "95 m", "142 bpm", "Start and finish", "1 km"} <= set(shown)
    assert [str(number) for number in range(1, 9)] == [text for text in shown if text.isdigit()][:8]
    assert charts(svg) == ["Elevation", "Heart rate"]
    assert any("mean 142" in text for text in shown)
    assert map_group(svg) is not None


def test_a_course_has_no_times() -> None:
    shown = texts(draw(read_track(ROUTE_FILE.read_bytes())))
    assert shown[:2] == ["River loop", "Course"]
    assert not any("UTC" in text or "bpm" in text for text in shown)


def test_it_needs_nothing_but_itself() -> None:
    svg = draw(run())
    root = parse(svg)
    assert {element.tag.partition("}")[2] for element in root.iter()} <= {
        "svg", "title", "defs", "linearGradient", "stop", "rect", "g", "path", "circle", "text", "tspan",
    }  # fmt: skip
    assert "href" not in svg
    assert svg.count("http") == 1  # the namespace
    paper = root.find("{*}rect")
    assert paper is not None
    assert (paper.get("width"), paper.get("height")) == (root.get("width"), root.get("height"))


def test_without_positions_there_are_only_charts() -> None:
    indoor = run()
    columns = {name: values for name, values in indoor.columns.items() if name not in {"lat", "lon"}}
    svg = draw(replace(indoor, columns=columns))
    assert map_group(svg) is None
    assert charts(svg) == ["Elevation", "Heart rate"]


@pytest.mark.parametrize(("missing", "left"), [("hr", ["Elevation"]), ("altitude", ["Heart rate"])])
def test_what_nobody_measured_is_not_drawn(missing: str, left: list[str]) -> None:
    whole = run()
    columns = {name: values for name, values in whole.columns.items() if name != missing}
    svg = draw(replace(whole, columns=columns))
    assert charts(svg) == left
    assert map_group(svg) is not None


def test_power_or_speed_stand_in() -> None:
    each = range(100)
    times = {"time": [START + i for i in each]}
    ride = track(times | {"power": [200.0 + i for i in each], "speed": [8.0 + i % 3 for i in each]})
    assert charts(draw(ride)) == ["Power"]
    swim = track(times | {"speed": [1.0 + i % 3 for i in each]})
    assert charts(draw(swim)) == ["Speed"]
    assert "Speed4 to 11 km/h" in texts(draw(swim))


def test_charts_run_over_time_where_there_is_no_distance() -> None:
    each = range(3 * 60)
    shown = texts(draw(track({"time": [START + i for i in each], "hr": [100 + i % 40 for i in each]})))
    assert "2.5 min" in shown or "3 min" in shown
    long = track({"time": [START + 60 * i for i in each], "hr": [100 + i % 40 for i in each]})
    assert any(text.endswith(" h") for text in texts(draw(long)))


@pytest.mark.parametrize(
    "empty",
    [
        track({}),
        track({"time": [START], "hr": [140]}),
        track({"time": [START, START + 1], "lat": [None, 91], "lon": [None, 15]}),
        track({"time": [START, START + 1], "altitude": [12, 12]}),
    ],
    ids=["no samples", "one sample", "no such place", "nothing changes"],
)
def test_nothing_to_draw_is_said(empty: object) -> None:
    with pytest.raises(NotFound, match="nothing to draw"):
        draw(empty)  # type: ignore[arg-type]


def test_one_position_is_a_start() -> None:
    svg = draw(track({"lat": [47.0], "lon": [15.0]}))
    assert len(route(svg)) == 1
    assert "Finish" not in texts(svg)


def test_markup_and_control_characters_in_names_are_text() -> None:
    hostile = "<script>alert('1')</script> & \"q\" \x07\u202e\ufffe"
    named = replace(run(), summary=replace(run().summary, name=hostile, sport="a<b&c"))
    svg = draw(named)
    assert "<script" not in svg
    assert texts(svg)[0] == "<script>alert('1')</script> & \"q\" "
    assert texts(svg)[1].startswith("A<b&c")


def test_a_long_name_is_cut_to_the_page() -> None:
    for letter in ("W", "\u6f22"):
        title = texts(draw(replace(run(), summary=replace(run().summary, name=letter * 64))))[0]
        assert title.endswith("…")
        assert len(title) < 60


def test_course_points_are_named_where_they_are_few() -> None:
    points = tuple(Waypoint(47 + i * 1e-3, 15 + i * 1e-3, f"point {i}") for i in range(12))
    assert {point.name for point in points} <= set(texts(draw(replace(run(), waypoints=points))))
    many = (*points, Waypoint(47.005, 15.005, "one more"))
    assert "one more" not in texts(draw(replace(run(), waypoints=many)))
    away = (Waypoint(10.0, 15.0, "elsewhere"),)
    assert "elsewhere" not in texts(draw(replace(run(), waypoints=away)))


def test_several_sports_have_colours_and_names() -> None:
    legs = replace(
        run().summary, sport="multisport", sessions=sessions("swimming", "transition", "running", seconds=200)
    )
    shown = texts(draw(replace(run(), summary=legs)))
    assert {"swimming", "transition", "running"} <= set(shown)
    assert not any("bpm" in text and "to" not in text for text in shown if text != "142 bpm")
