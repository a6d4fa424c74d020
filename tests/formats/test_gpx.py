"""GPX: kinds, points, segments and extensions."""

import pytest

from gateway import formats
from gateway.model import Kind, Summary

TIMES = ["2024-05-01T10:00:00Z", "2024-05-01T12:00:30+02:00", "2024-05-01T10:02:00.5Z"]


def point(lat: object = 46, lon: object = 14, inside: str = "", element: str = "trkpt") -> str:
    return f'<{element} lat="{lat}" lon="{lon}">{inside}</{element}>'


def timed(time: str, lat: float = 46, lon: float = 14) -> str:
    return point(lat, lon, f"<time>{time}</time>")


def track(*segments: str, more: str = "") -> str:
    return f"<trk>{more}{''.join(f'<trkseg>{segment}</trkseg>' for segment in segments)}</trk>"


def read(*inside: str) -> Summary:
    return formats.read(f'<gpx creator="Test">{"".join(inside)}</gpx>'.encode())


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        (track(timed(TIMES[0])), Kind.ACTIVITY),
        (track(point()), Kind.ACTIVITY),
        (track(point(inside="<time>yesterday</time>")), Kind.ACTIVITY),
        (track(point(inside="<time>1901-12-13T20:45:52Z</time>")), Kind.ACTIVITY),
        (f"<rte>{point(element='rtept')}</rte>", Kind.COURSE),
        (f"<rte>{point(element='rtept')}</rte>" + track(timed(TIMES[0])), Kind.ACTIVITY),
        (point(element="wpt"), Kind.WAYPOINTS),
        (point(element="wpt") + track(point()), Kind.ACTIVITY),
        (point("x", "y", element="wpt"), Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_kinds(inside: str, kind: Kind) -> None:
    assert read(inside).kind is kind


def test_elapsed_spans_the_gaps_and_timer_does_not() -> None:
    summary = read(track(timed(TIMES[0]) + timed(TIMES[1]), timed(TIMES[2]) + timed("2024-05-01T10:02:10Z")))
    assert (summary.start, summary.elapsed, summary.timer) == (1_714_557_600, 130, 39.5)


def test_segments_need_not_be_in_order() -> None:
    summary = read(track(timed(TIMES[2])), track(timed(TIMES[0]) + timed(TIMES[1])))
    assert (summary.start, summary.elapsed, summary.timer) == (1_714_557_600, 120.5, 30)


def test_a_gap_between_segments_is_no_distance() -> None:
    north = point(46.001)
    assert read(track(point() + north)).distance == pytest.approx(111.195, abs=0.01)
    assert read(track(point(), north)).distance == 0
    assert read(track(point() + north, point(47) + point(47.001))).distance == pytest.approx(222.39, abs=0.01)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("nan", 14), ("inf", 14), (91, 14), (46, 181), ("", ""), ("46,5", 14), ("1e999", 0), ("0" * 99, 0), ("1_0", "x")],
)
def test_unusable_points_are_counted_out(lat: object, lon: object) -> None:
    summary = read(track(point() + point(lat, lon, "<ele>900</ele><time>2001-01-01T00:00:00Z</time>") + point(46.001)))
    assert (summary.records, summary.kind, summary.ascent) == (3, Kind.ACTIVITY, None)
    assert summary.distance == pytest.approx(111.195, abs=0.01)
    assert summary.warnings == ("1 of 3 points have no usable position",)


@pytest.mark.parametrize(
    "extension",
    [
        "<t:TrackPointExtension><t:hr>140</t:hr><t:cad>80</t:cad></t:TrackPointExtension><power>200</power>",
        "<TrackPointExtension><hr>140</hr><cad>80</cad></TrackPointExtension><p:PowerInWatts>200</p:PowerInWatts>",
        "<gpxdata:hr>140</gpxdata:hr><gpxdata:cadence>80</gpxdata:cadence><power>200.0</power>",
        "<heartrate>140</heartrate><cadence>80</cadence><watts>200</watts>",
        "<hr>140</hr><x:TrackPointExtension><x:hr>99</x:hr></x:TrackPointExtension><cad>80</cad><power>200</power>",
    ],
)
def test_extensions(extension: str) -> None:
    summary = read(track(timed(TIMES[0]) + point(inside=f"<extensions>{extension}</extensions>")))
    assert (summary.avg_hr, summary.avg_cadence, summary.avg_power) == (140, 80, 200)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", "1e9", "", "²"])
def test_odd_heart_rates_are_left_out(value: str) -> None:
    summary = read(track(point(inside=f"<extensions><hr>{value}</hr></extensions>")))
    assert (summary.avg_hr, summary.max_hr) == (None, None)


def test_values_outside_points_do_not_count() -> None:
    outside = "<extensions><hr>99</hr></extensions><ele>7</ele>"
    summary = read(track(point(), more=outside), outside, f"<trk><trkseg>{point()}</trkseg>{outside}</trk>")
    assert (summary.avg_hr, summary.ascent) == (None, None)


@pytest.mark.parametrize(
    ("word", "sport", "sub_sport"),
    [
        ("running", "running", None),
        ("Run", "running", None),
        ("9", "running", None),
        ("1", "cycling", None),
        ("Mountain Biking", "cycling", "mountain"),
        ("trail_running", "running", "trail"),
        ("Bog-Snorkelling", "bog_snorkelling", None),
        ("<![CDATA[x < y]]>", "x < y", None),
        (" ", None, None),
    ],
)
def test_sports(word: str, sport: str | None, sub_sport: str | None) -> None:
    summary = read(track(timed(TIMES[0]), more=f"<type>{word}</type>"))
    assert (summary.sport, summary.sub_sport) == (sport, sub_sport)


def test_names() -> None:
    assert read("<metadata><name>M</name></metadata>", track(point(), more="<name>T</name>")).name == "T"
    assert read("<metadata><name>M</name></metadata>", track(point())).name == "M"
    assert read(f"<rte><name>R</name>{point(element='rtept')}</rte>").name == "R"
    assert read(track(point(inside="<name>P</name>"))).name is None


def test_the_program_that_wrote_it() -> None:
    device = read(track(point())).device
    assert device is not None
    assert device.software == "Test"


def test_a_route_without_a_track() -> None:
    summary = read(f"<rte>{point(element='rtept')}{point(46.001, element='rtept')}</rte>")
    assert summary.distance == pytest.approx(111.195, abs=0.01)
    assert (summary.records, summary.elapsed, summary.bbox) == (0, None, (46, 14, 46.001, 14))


def test_waypoints_have_a_place_but_no_line() -> None:
    summary = read(point(46, 14, element="wpt"), point(47, 15, element="wpt"))
    assert (summary.bbox, summary.polyline, summary.distance) == ((46, 14, 47, 15), None, None)
