"""What we write as FIT is read alike by Garmin's SDK, fitdecode, GPSBabel and ourselves."""

from dataclasses import replace
from itertools import pairwise
from math import inf, isnan, nan

import pytest
from hypothesis import given, settings

from gateway import formats
from gateway.errors import UnsupportedType
from gateway.formats import fit
from gateway.formats.track import COLUMNS, Track, Waypoint
from gateway.model import Device, Kind, Session
from tests.formats.fit_judges import accepted, names
from tests.formats.tracks import START, gpsbabel, hostile_tracks, run, track

RESOLUTION = {"lat": 1e-7, "lon": 1e-7, "altitude": 0.1, "distance": 0.005, "speed": 0.0005}
LONG_NAME = "Über den Schöckl und zurück"


def same(read: Track, wrote: Track) -> bool:
    return all(
        list(read.column(name)) == pytest.approx(list(column), abs=RESOLUTION.get(name, 0.5), nan_ok=True)
        for name, column in wrote.columns.items()
    )


def test_an_activity_comes_back() -> None:
    wrote = run(100, name=LONG_NAME, sub_sport="trail", breaks=(30, 60), more={"Form Power": [nan, *range(1, 100)]})
    wrote = replace(wrote, units={"Form Power": "W"})
    read = formats.read_track(fit.write_activity(wrote))
    assert read.columns.keys() == wrote.columns.keys()
    assert same(read, wrote)
    assert (read.breaks, dict(read.units)) == ((30, 60), {"Form Power": "W"})
    summary = read.summary
    assert (summary.kind, summary.name, summary.sport) == (Kind.ACTIVITY, LONG_NAME, "running")
    assert summary.sub_sport == "trail"
    assert summary.warnings == ()


def test_the_judges_accept_an_activity() -> None:
    data = fit.write_activity(run(100, breaks=(30,), more={"Leg Spring": [9.5] * 100}))
    messages = accepted(data)
    assert names(data)[:2] == ["file_id", "device_info"]
    assert names(data)[-3:] == ["lap", "session", "activity"]
    timer = [(event["event_type"], event["timestamp"].timestamp() - START) for event in messages["event"]]
    assert timer == [("start", 0), ("stop_all", 29), ("start", 30), ("stop_all", 99)]
    last = messages["record"][-1]
    assert (last["heart_rate"], last["cadence"], last["power"], last["distance"]) == (159, 83, 299, 247.5)
    assert last["developer_fields"] == {0: 9.5}
    assert messages["activity"][0]["num_sessions"] == 1
    assert "local_timestamp" not in messages["activity"][0]


def test_gpsbabel_counts_the_points() -> None:
    hut = Waypoint(46.000217, 14.000331, "Hut", index=10)
    wrote = run(50, breaks=(20,), waypoints=(hut,))
    assert gpsbabel(fit.write_activity(wrote), "garmin_fit", "-t") == 50
    assert gpsbabel(fit.write_course(wrote), "garmin_fit", "-t") == 50
    assert gpsbabel(fit.write_course(wrote), "garmin_fit", "-w") == 1


def test_what_no_session_says_comes_from_the_samples() -> None:
    (session,) = accepted(fit.write_activity(run(100, breaks=(50,))))["session"]
    assert session["start_time"].timestamp() == START
    assert (session["total_elapsed_time"], session["total_timer_time"]) == (99, 98)
    assert session["total_distance"] == 247.5
    assert (session["avg_heart_rate"], session["max_heart_rate"]) == (150, 159)
    assert (session["avg_power"], session["max_power"], session["max_cadence"]) == (250, 299, 87)
    assert (session["avg_speed"], session["max_speed"]) == (2.526, 2.5)
    assert (session["num_laps"], session["sport"]) == (1, "running")


def test_the_timer_stops_when_all_has_ended() -> None:
    for elapsed, stop in ((95.0, 99), (120.0, 120)):
        data = fit.write_activity(run(100, sessions=(Session(start=START, elapsed=elapsed),)))
        assert accepted(data)["event"][-1]["timestamp"].timestamp() == START + stop


def test_without_distances_the_way_counts() -> None:
    wrote = track(time=[START, START + 10], lat=[46, 46.001], lon=[14, 14])
    (lap,) = accepted(fit.write_activity(wrote))["lap"]
    assert lap["total_distance"] == pytest.approx(111.2, abs=0.1)
    assert lap["start_position_lat"] < lap["end_position_lat"]


def test_sessions_and_laps_are_those_of_the_summary() -> None:
    laps = tuple(Session("running", "trail", START + 50 * i, 50.5, 50.25, 40.0, 125.37, 3, 4) for i in range(3))
    session = Session("running", "trail", START, 149.0, 140.0, 100.5, 372.5, 30, 20, 150, 159, calories=99)
    summary = formats.read(fit.write_activity(run(150, sessions=(session,), laps=laps)))
    (read,) = summary.sessions
    assert replace(session, avg_power=250, max_power=299, avg_cadence=84, max_cadence=87) == replace(
        read, avg_power=250, avg_cadence=84
    )
    for wrote, again in zip(laps, summary.laps, strict=True):
        assert (again.start, again.elapsed, again.distance, again.ascent) == (wrote.start, 50.5, 125.37, 3)


def test_each_sport_of_a_triathlon_is_a_session() -> None:
    sports = ("swimming", "transition", "cycling")
    sessions = tuple(Session(sport, start=START + 20 * i, elapsed=20.0) for i, sport in enumerate(sports))
    laps = tuple(Session(start=START + start) for start in (0, 20, 40, 50))
    data = fit.write_activity(run(60, sessions=sessions, laps=laps))
    messages = accepted(data)
    assert [session["sport"] for session in messages["session"]] == list(sports)
    assert [session["total_distance"] for session in messages["session"]] == [50, 50, 47.5]
    assert [(s["first_lap_index"], s["num_laps"]) for s in messages["session"]] == [(0, 1), (1, 1), (2, 2)]
    assert [lap["sport"] for lap in messages["lap"]] == [*sports, "cycling"]
    assert (messages["activity"][0]["num_sessions"], messages["activity"][0]["type"]) == (3, "auto_multi_sport")
    assert messages["activity"][0]["total_timer_time"] == 60
    assert [lap["total_elapsed_time"] for lap in messages["lap"]] == [20, 20, 10, 9]
    assert fit.write_activity(run(60, sessions=sessions[::-1], laps=laps[::-1])) == data


def test_the_same_track_gives_the_same_bytes() -> None:
    assert fit.write_activity(run(20)) == fit.write_activity(run(20))
    assert fit.write_course(run(20)) == fit.write_course(run(20))
    ids = {accepted(write(wrote))["file_id"][0]["serial_number"] for write in WRITERS for wrote in (run(20), run(21))}
    assert len(ids) == 2


WRITERS = (fit.write_activity, fit.write_course)


def test_a_device_with_numbers_keeps_them() -> None:
    device = Device("garmin", "fenix7", 3_999_999_999, "12.34")
    data = fit.write_activity(run(3, device=device))
    assert formats.read(data).device == device
    (about,) = accepted(data)["file_id"]
    assert (about["manufacturer"], about["garmin_product"], about["time_created"].timestamp()) == (
        "garmin",
        "fenix7",
        START,
    )


@pytest.mark.parametrize(
    ("device", "shown"),
    [
        (None, ("development", "Wristgate")),
        (Device(software="StravaGPX"), ("development", "Wristgate")),
        (Device(product="Edge 130 Plus"), ("development", "Edge 130 Plus")),
        (Device("garmin", "Prototype"), ("garmin", "Prototype")),
        (Device("manufacturer_7777", "product_12"), ("manufacturer_7777", "product_12")),
    ],
)
def test_a_device_without_numbers_has_a_name(device: Device | None, shown: tuple[str, str]) -> None:
    read = formats.read(fit.write_activity(run(3, device=device))).device
    assert read is not None
    assert (read.manufacturer, read.product) == shown


def test_large_values_take_the_enhanced_fields() -> None:
    wrote = track(time=[START, START + 1], altitude=[15_000, 100], speed=[80.5, nan])
    assert same(formats.read_track(fit.write_activity(wrote)), wrote)


def test_what_does_not_fit_is_left_out() -> None:
    wrote = track(
        time=[START, START + 1],
        lat=[91, 46],
        lon=[14, 181],
        hr=[255, 254],
        cadence=[-1, 0],
        power=[65_535, 9_999],
        temperature=[127, -40],
        altitude=[-500.2, -500],
        distance=[inf, 42_949_672.94],
        more={"Huge": [1e39, -3e38]},
    )
    read = formats.read_track(fit.write_activity(wrote))
    assert "lat" not in read.columns
    assert [isnan(value) for value in read.column("hr")] == [True, False]
    for name in ("cadence", "power", "temperature", "altitude", "distance", "Huge"):
        assert isnan(read.columns[name][0]), name
        assert read.columns[name][1] == pytest.approx(wrote.columns[name][1]), name


def test_180_degrees_east_is_180_degrees_west() -> None:
    read = formats.read_track(fit.write_activity(track(time=[START], lat=[46], lon=[180])))
    assert list(read.columns["lon"]) == [-180]


def test_a_sample_without_a_time_gets_one_from_its_neighbours() -> None:
    wrote = track(time=[nan, START, nan, nan, START + 9, 0], hr=[1, 2, 3, 4, 5, 6])
    read = formats.read_track(fit.write_activity(wrote))
    assert [time - START for time in read.columns["time"]] == [0, 0, 3, 6, 9, 9]


def test_a_summary_alone_is_an_activity() -> None:
    wrote = track(sport="yoga", start=START, elapsed=1800.0, calories=120)
    messages = accepted(fit.write_activity(wrote))
    assert "record" not in messages
    (session,) = messages["session"]
    assert (session["total_elapsed_time"], session["total_timer_time"], session["total_calories"]) == (1800, 1800, 120)
    assert messages["event"][1]["timestamp"].timestamp() == START + 1800


@pytest.mark.parametrize(
    "wrote", [track(), track(start=START, lat=[46], lon=[14]), track(time=[0], hr=[100]), track(start=0)]
)
def test_without_any_time_there_is_no_activity(wrote: Track) -> None:
    with pytest.raises(UnsupportedType):
        fit.write_activity(wrote)


def test_a_course_comes_back() -> None:
    summit = Waypoint(46.000217, 14.000331, "Summit", "summit", index=10)
    wrote = run(30, kind=Kind.COURSE, name="Little loop", sub_sport="trail", waypoints=(summit,))
    read = formats.read_track(fit.write_course(wrote))
    summary = read.summary
    assert (summary.kind, summary.name, summary.sport, summary.sub_sport) == (
        Kind.COURSE,
        "Little loop",
        "running",
        "trail",
    )
    assert summary.distance == 72.5
    assert read.columns.keys() == {"time", "lat", "lon", "altitude", "distance"}
    assert same(read, replace(wrote, columns={name: wrote.columns[name] for name in read.columns}))
    (point,) = read.waypoints
    assert (point.name, point.kind, point.index, point.distance) == ("Summit", "summit", 10, 25)
    assert (point.lat, point.lon) == pytest.approx((summit.lat, summit.lon), abs=1e-7)


def test_the_judges_accept_a_course() -> None:
    left = Waypoint(46.000217, 14.000331, None, "left", index=10)
    data = fit.write_course(run(30, name=LONG_NAME, waypoints=(left, left)))
    messages = accepted(data)
    order = names(data)
    assert order[:4] == ["file_id", "course", "lap", "event"]
    assert order[4:18] == ["record"] * 10 + ["course_point"] * 2 + ["record"] * 2
    assert order[-1] == "event"
    assert [event["event_type"] for event in messages["event"]] == ["start", "stop_disable_all"]
    assert messages["course"][0]["name"] == "Über den Schö"  # 15 bytes, no letter cut in two
    assert [point["message_index"] for point in messages["course_point"]] == [0, 1]
    (lap,) = messages["lap"]
    assert (lap["total_distance"], lap["total_timer_time"]) == (72.5, 29)
    assert (lap["start_position_lat"], lap["end_position_lat"]) == tuple(
        messages["record"][index]["position_lat"] for index in (0, -1)
    )


def test_a_course_without_times_is_planned() -> None:
    wrote = track(Kind.COURSE, lat=[46, 46.001, 46.001, 46.01], lon=[14] * 4, sport="hiking")
    read = formats.read_track(fit.write_course(wrote))
    times = list(read.columns["time"])
    assert all(before < after for before, after in pairwise(times))
    assert read.columns["distance"][-1] / (times[-1] - times[0]) == pytest.approx(1.2, rel=0.01)
    assert fit.write_course(wrote) == fit.write_course(wrote)


def test_times_of_a_course_always_rise() -> None:
    wrote = track(time=[START, START - 5, nan, START + 2], lat=[46, 46.1, 46.2, 46.3], lon=[14] * 4)
    assert [time - START for time in formats.read_track(fit.write_course(wrote)).columns["time"]] == [0, 1, 2, 3]


def test_way_points_beside_the_line_are_announced_where_it_passes() -> None:
    near, far = Waypoint(46.0003, 14.05, "Hut"), Waypoint(46.001, 14.05, "Far")
    wrote = track(Kind.COURSE, lat=[46, 46, 46.1], lon=[14, 14.1, 14.1], waypoints=(far, near), sport="cycling")
    data = fit.write_course(wrote)
    (point,) = accepted(data)["course_point"]
    read = formats.read_track(data)
    assert point["name"] == "Hut"
    assert point["distance"] == pytest.approx(read.columns["distance"][1] / 2, abs=0.1)
    assert names(data)[4:7] == ["record", "course_point", "record"]


def test_samples_without_a_place_are_no_part_of_a_course() -> None:
    first, last = (Waypoint(lat, 15, index=index) for lat, index in ((46, 1), (47, 3)))
    wrote = track(lat=[nan, 46, nan, 47], lon=[14, 14, nan, 15], altitude=[1, 2, 3, 4], waypoints=(last, first))
    read = formats.read_track(fit.write_course(wrote))
    assert list(read.columns["altitude"]) == [2, 4]
    assert [point.index for point in read.waypoints] == [0, 1]


def test_distances_of_a_course_begin_at_its_start() -> None:
    stated = track(lat=[46, 46.001, 46.002], lon=[14] * 3, distance=[500, 620, 740])
    falling = track(lat=[46, 46.001, 46.002], lon=[14] * 3, distance=[500, 0, 740])
    assert list(formats.read_track(fit.write_course(stated)).columns["distance"]) == [0, 120, 240]
    assert list(formats.read_track(fit.write_course(falling)).columns["distance"]) == [0, 111.2, 222.39]


@pytest.mark.parametrize("wrote", [track(), track(time=[START], hr=[100]), track(lat=[91], lon=[14])])
def test_without_a_place_there_is_no_course(wrote: Track) -> None:
    with pytest.raises(UnsupportedType):
        fit.write_course(wrote)


@given(hostile_tracks())
@settings(max_examples=150, deadline=None)
def test_any_track_gives_a_good_activity_or_is_refused(wrote: Track) -> None:
    try:
        data = fit.write_activity(wrote)
    except UnsupportedType:
        return
    messages = accepted(data)
    summary = formats.read(data)
    assert (summary.kind, summary.records) == (Kind.ACTIVITY, len(wrote))
    assert len(messages.get("record", ())) == len(wrote)
    assert len(messages["lap"]) >= len(messages["session"]) >= 1
    assert fit.write_activity(wrote) == data


@given(hostile_tracks())
@settings(max_examples=150, deadline=None)
def test_any_track_gives_a_good_course_or_is_refused(wrote: Track) -> None:
    places = zip(wrote.column("lat"), wrote.column("lon"), strict=True)
    placed = sum(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in places)
    if not placed:
        with pytest.raises(UnsupportedType):
            fit.write_course(wrote)
        return
    data = fit.write_course(wrote)
    messages = accepted(data)
    assert len(messages["record"]) == placed
    assert formats.read(data).kind is Kind.COURSE
    times = [record["timestamp"] for record in messages["record"] if "timestamp" in record]
    assert all(before < after for before, after in pairwise(times))


def test_every_column_has_a_field() -> None:
    assert formats.read_track(fit.write_activity(run(2))).columns.keys() == COLUMNS.keys()
