"""Charts: along what, in which range, with breaks where nothing is known."""

from dataclasses import replace

import pytest

from gateway.plot import draw
from gateway.plot.scale import around, multiples, round_step, time_step
from tests.plot.drawings import NAMESPACE, START, parse, points, run, texts, track

LINE = "2.2"


def chart_lines(svg: str) -> list[list[list[tuple[float, float]]]]:
    return [
        points(path.attrib["d"]) for path in parse(svg).iter(f"{NAMESPACE}path") if path.get("stroke-width") == LINE
    ]


@pytest.mark.parametrize(("span", "parts", "step"), [(8.2, 10, 1), (10, 10, 1), (10.1, 10, 2), (0.031, 4, 0.01)])
def test_steps_are_round(span: float, parts: int, step: float) -> None:
    assert round_step(span, parts) == pytest.approx(step)


@pytest.mark.parametrize(
    ("seconds", "step"), [(8, 1), (599, 60), (2700, 300), (86_400 * 3, 43_200), (1e8, 20 * 86_400)]
)
def test_time_has_steps_of_its_own(seconds: float, step: float) -> None:
    assert time_step(seconds, 10) >= seconds / 10
    if seconds < 1e8:
        assert time_step(seconds, 10) == step


def test_limits_are_round_and_wide_enough() -> None:
    assert around([378.2, 462.8], 20, 4) == (350, 500, 50)
    assert around([100, 101], 20, 4) == (90, 115, 5)
    assert multiples(90, 115, 5) == [90, 95, 100, 105, 110, 115]


def test_ticks_have_their_unit_once() -> None:
    shown = texts(draw(run(2000)))
    assert [text for text in shown if text.endswith("km")][-1] == "5 km"
    assert "4" in shown


def test_breaks_part_the_lines() -> None:
    elevation, rate = chart_lines(draw(replace(run(), breaks=(200, 400))))
    assert (len(elevation), len(rate)) == (3, 3)


def test_a_strap_that_was_lost_leaves_a_gap() -> None:
    columns = {name: list(values) for name, values in run().columns.items()}
    columns["hr"][200:300] = [0.0] * 100  # no heart beats 0 times
    columns["hr"][400:402] = [float("nan")] * 2
    elevation, rate = chart_lines(draw(track(dict(columns))))
    assert (len(elevation), len(rate)) == (1, 2)
    assert min(y for line in rate for _, y in line) > 0


def test_sparse_values_make_a_line_all_the_same() -> None:
    each = range(3600)
    rare = track({"time": [START + i for i in each], "hr": [120 + i % 40 if i % 60 == 0 else None for i in each]})
    ((line,),) = chart_lines(draw(rare))
    assert len(line) == 60


def test_distance_that_begins_anew_goes_on() -> None:
    columns = {name: list(values) for name, values in run().columns.items()}
    columns["distance"] = [3.0 * (i % 300) for i in range(600)]
    elevation, _ = chart_lines(draw(track(dict(columns))))
    xs = [x for line in elevation for x, _ in line]
    assert xs == sorted(xs)
    assert any("1.5" in text or "1600 m" in text for text in texts(draw(track(dict(columns)))))


def test_positions_give_the_distance_that_is_not_stated() -> None:
    whole = run(580)
    columns = {name: values for name, values in whole.columns.items() if name != "distance"}
    stated = [text for text in texts(draw(whole)) if text.endswith(" m")]
    found = [text for text in texts(draw(replace(whole, columns=columns))) if text.endswith(" m")]
    assert stated[-1] == "1600 m"  # of 579 steps of 3 m
    assert found[-1] == "1400 m"  # of 579 steps of 2.69 m


def test_the_range_is_that_of_all_samples() -> None:
    long = run(20_000)
    long.columns["hr"][10_001] = 211
    assert any("to 211 bpm" in text for text in texts(draw(long)))
