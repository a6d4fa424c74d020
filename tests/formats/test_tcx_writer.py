"""What we write as TCX keeps the schema's order and limits, and says to others and to us what the track says."""

import re
from math import nan
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from gateway import formats
from gateway.errors import UnsupportedType
from gateway.formats import tcx
from gateway.formats.pointkinds import POINT_KINDS
from gateway.formats.track import COLUMNS, Track, Waypoint
from gateway.model import Device, Kind, Session
from tests.formats.tracks import START, gpsbabel, hostile_tracks, run, track

LAP = "TotalTimeSeconds DistanceMeters (MaximumSpeed )?Calories (AverageHeartRateBpm )?(MaximumHeartRateBpm )?"
CHILDREN = {
    "TrainingCenterDatabase": "Activities |Courses ",
    "Activities": "(Activity )+|MultiSportSession ",
    "MultiSportSession": "Id FirstSport (NextSport )+",
    "FirstSport": "Activity ",
    "NextSport": "Activity ",
    "Activity": "Id (Lap )+(Notes )?(Creator )?",
    "Activity/Lap": f"{LAP}Intensity (Cadence )?TriggerMethod (Track )*(Extensions )?",
    "Courses": "Course ",
    "Course": "Name Lap (Track )+(Notes )?(CoursePoint )*",
    "Course/Lap": "TotalTimeSeconds DistanceMeters BeginPosition EndPosition Intensity ",
    "CoursePoint": "Name Time Position (AltitudeMeters )?PointType (Notes )?",
    "Track": "(Trackpoint )+",
    "Trackpoint": "Time (Position )?(AltitudeMeters )?(DistanceMeters )?(HeartRateBpm )?(Cadence )?(Extensions )?",
    **dict.fromkeys(("Position", "BeginPosition", "EndPosition"), "LatitudeDegrees LongitudeDegrees "),
    **dict.fromkeys(("HeartRateBpm", "AverageHeartRateBpm", "MaximumHeartRateBpm"), "Value "),
    "Extensions": "TPX |LX ",
    "TPX": "(Speed )?(RunCadence )?(Watts )?",
    "LX": "(MaxBikeCadence )?(AvgRunCadence )?(MaxRunCadence )?(AvgWatts )?(MaxWatts )?",
    "Creator": "Name UnitId ProductID Version ",
    "Version": "VersionMajor VersionMinor ",
}
METRES, MOMENT = r"-?\d+(\.\d{1,2})?", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"
DEGREES, SMALL = r"-?\d+(\.\d{1,7})?", r"\d\d?|1\d\d|2[0-4]\d|25[0-4]"
TEXTS = {
    "AltitudeMeters": METRES,
    "DistanceMeters": r"\d+(\.\d{1,2})?",
    **dict.fromkeys(("Time", "Id"), MOMENT),
    **dict.fromkeys(("TotalTimeSeconds", "MaximumSpeed", "Speed"), r"\d+(\.\d{1,3})?"),
    **dict.fromkeys(("LatitudeDegrees", "LongitudeDegrees"), DEGREES),
    **dict.fromkeys(("Cadence", "RunCadence", "MaxBikeCadence", "AvgRunCadence", "MaxRunCadence"), SMALL),
    "Value": r"[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]",
    **dict.fromkeys(("Calories", "Watts", "AvgWatts", "MaxWatts", "UnitId"), r"\d{1,10}"),
    **dict.fromkeys(("ProductID", "VersionMajor", "VersionMinor"), r"\d{1,5}"),
    "Intensity": "Active",
    "TriggerMethod": "Manual",
    "Course/Name": "(?s).{1,15}",
    "CoursePoint/Name": "(?s).{1,10}",
    "PointType": "Generic|Summit|Valley|Water|Food|Danger|Left|Right|Straight|First Aid"
    "|4th Category|3rd Category|2nd Category|1st Category|Hors Category|Sprint",
}


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def check(element: ET.Element, parent: str = "") -> None:
    """The order of elements, what is required, and the form of values as the schemas have them."""
    name = local(element)
    longer = f"{parent}/{name}"
    children = "".join(f"{local(child)} " for child in element)
    assert re.fullmatch(CHILDREN.get(longer, CHILDREN.get(name, "")), children), longer
    pattern = TEXTS.get(longer, TEXTS.get(name))
    assert pattern is None or re.fullmatch(pattern, element.text or ""), longer
    if name == "LongitudeDegrees":
        assert -180 <= float(element.text or "") < 180
    for child in element:
        check(child, name)


def written(given_track: Track) -> str:
    data = tcx.write(given_track)
    check(ET.fromstring(data))
    return data.decode()


def same(read: Track, wrote: Track, *left_out: str) -> bool:
    names = [name for name in COLUMNS if name not in (*left_out, "temperature")]
    return all(list(read.column(name)) == pytest.approx(list(wrote.column(name)), nan_ok=True) for name in names)


def test_an_activity_comes_back() -> None:
    wrote = run(100, start=START, timer=99.0, distance=250.0, calories=12, avg_hr=150, max_hr=160, breaks=(30, 60))
    read = formats.read_track(written(wrote).encode())
    assert same(read, wrote)
    assert (read.breaks, read.summary.kind, read.summary.sport) == ((30, 60), Kind.ACTIVITY, "running")
    kept = ("start", "timer", "distance", "calories", "avg_hr", "max_hr")
    assert [getattr(read.summary, name) for name in kept] == [getattr(wrote.summary, name) for name in kept]


@pytest.mark.parametrize(
    ("sport", "word", "cadence"),
    [
        ("running", "Running", "ns3:RunCadence"),
        ("hiking", "Other", "ns3:RunCadence"),
        ("cycling", "Biking", "Cadence"),
        ("rowing", "Other", "Cadence"),
        (None, "Other", "Cadence"),
    ],
)
def test_sports_and_their_cadence(sport: str | None, word: str, cadence: str) -> None:
    text = written(run(1, sport=sport))
    assert f'<Activity Sport="{word}">' in text
    assert f"<{cadence}>80</{cadence}>" in text
    assert text.count("Cadence>80<") == 1


def test_gpsbabel_counts_the_points() -> None:
    lap = Session(start=START + 20)
    activity = tcx.write(run(50, breaks=(20,), laps=(Session(start=START), lap)))
    course = tcx.write(run(50, kind=Kind.COURSE, breaks=(20,), waypoints=(Waypoint(46, 14, "A", index=3),)))
    assert gpsbabel(activity, "gtrnctr", "-t") == 50
    assert gpsbabel(course, "gtrnctr", "-t") == 50
    assert gpsbabel(course, "gtrnctr", "-w") == 2  # the lap is one too


def test_a_lap_holds_what_was_recorded_in_it() -> None:
    laps = (
        Session(sport="running", start=START + 40, timer=59.5, distance=150.0, calories=7, avg_cadence=81),
        Session(sport="running", start=START, timer=40.0, distance=100.0, calories=5, max_power=290),
    )
    wrote = run(100, start=START, laps=laps, breaks=(50,))
    found = ET.fromstring(written(wrote)).findall(".//{*}Lap")
    assert [len(lap.findall(".//{*}Trackpoint")) for lap in found] == [40, 60]
    assert [len(lap.findall("{*}Track")) for lap in found] == [1, 2]
    read = formats.read_track(tcx.write(wrote))
    assert same(read, wrote)
    assert (read.breaks, read.summary.laps) == ((50,), laps[::-1])


def test_what_only_the_session_knows_goes_to_its_first_lap() -> None:
    total = Session(sport="running", start=START, timer=100.0, distance=250.0, calories=12, avg_power=210)
    laps = [Session(sport="running", start=START + at, timer=50.0, distance=125.0) for at in (0, 50)]
    two = formats.read(tcx.write(run(100, sessions=(total,), laps=tuple(laps))))
    assert ([lap.calories for lap in two.laps], two.distance) == ([12, 0], 250)
    (only,) = formats.read(tcx.write(run(100, sessions=(total,), laps=(Session(start=START, timer=99.0),)))).laps
    assert (only.timer, only.distance, only.calories, only.avg_power) == (99, 250, 12, 210)


def test_sessions_with_the_same_start_are_a_lap_each() -> None:
    both = tuple(Session(sport=sport, start=START, timer=10.0) for sport in ("running", "cycling"))
    assert formats.read(tcx.write(run(10, sport="multisport", sessions=both, laps=both))).timer == 20


def test_several_sports_are_one_multisport_session() -> None:
    swim = Session(sport="swimming", start=START, timer=10.0)
    ride = Session(sport="cycling", start=START + 10, timer=40.0)
    stop = Session(sport="transition", start=START + 50, timer=5.0)
    wrote = run(100, sport="multisport", sessions=(swim, ride, stop), laps=(swim, ride))
    summary = formats.read(written(wrote).encode())
    assert [(part.sport, part.start, part.timer) for part in summary.sessions] == [
        ("generic", START, 10), ("cycling", START + 10, 40), ("generic", START + 50, 5),
    ]  # fmt: skip
    assert (summary.sport, summary.records, summary.warnings) == ("multisport", 100, ())


def test_several_recordings_of_one_sport_are_activities() -> None:
    first, second = (Session(sport="running", start=START + start, timer=50.0) for start in (0, 50))
    text = tcx.write(run(100, sessions=(first, second))).decode()
    assert "MultiSportSession" not in text
    assert len(formats.read(text.encode()).sessions) == 2


def test_a_manual_entry_has_laps_without_points() -> None:
    summary = formats.read(written(track(sport="running", start=START, timer=1800.0, distance=5000.0)).encode())
    assert (summary.start, summary.timer, summary.distance, summary.records) == (START, 1800, 5000, 0)


def test_a_lap_measures_what_it_is_not_told() -> None:
    text = written(track(time=[START, START + 30.5], distance=[10, 60], speed=[1, 1.5]))
    assert "<TotalTimeSeconds>30.5</TotalTimeSeconds><DistanceMeters>50</DistanceMeters>" in text
    assert "<MaximumSpeed>1.5</MaximumSpeed><Calories>0</Calories>" in text


def test_samples_without_a_time_are_left_out_and_without_a_place_stay() -> None:
    wrote = track(time=[START, nan, START + 2], hr=[100, 101, 102], lat=[46, 46, nan], lon=[14, 14, 14])
    read = formats.read_track(written(wrote).encode())
    assert list(read.column("hr")) == [100, 102]
    assert list(read.column("lat")) == pytest.approx([46, nan], nan_ok=True)


def test_an_activity_without_times_is_refused() -> None:
    with pytest.raises(UnsupportedType):
        tcx.write(track(lat=[46], lon=[14]))


def test_a_course_without_places_is_refused() -> None:
    with pytest.raises(UnsupportedType):
        tcx.write(track(Kind.COURSE, time=[START]))


def test_a_course_keeps_its_times_and_course_points() -> None:
    points = (Waypoint(46.0001, 14.0001, "Top", "summit", 302.0, index=10), Waypoint(46, 14, kind="u_turn", index=20))
    wrote = run(30, kind=Kind.COURSE, name="Loop", breaks=(15,), waypoints=(*points, Waypoint(46, 14, "Hut")))
    read = formats.read_track(written(wrote).encode())
    assert (read.summary.kind, read.summary.name, read.breaks) == (Kind.COURSE, "Loop", (15,))
    assert same(read, wrote, "cadence")
    assert [(point.name, point.kind, point.time) for point in read.waypoints] == [
        ("Top", "summit", START + 10),
        ("Generic", "generic", START + 20),
    ]


def test_a_course_without_times_gets_some() -> None:
    wrote = track(
        Kind.COURSE,
        lat=[46, nan, 46.001, 46.001, 46.002],
        lon=[14, nan, 14, 14, 14],
        breaks=(4,),
        waypoints=(Waypoint(46, 14, index=1),),
    )
    read = formats.read_track(written(wrote).encode())
    assert list(read.column("distance")) == pytest.approx([0, 111.2, 111.2, 111.2], abs=0.1)
    assert [time - read.column("time")[0] for time in read.column("time")] == pytest.approx(
        [0, 39.7, 39.7, 39.7], abs=0.1
    )
    assert read.waypoints[0].time == read.column("time")[1]


def test_a_course_round_the_world_many_times_ends_in_a_year() -> None:
    there_and_back = track(Kind.COURSE, lat=[0, 0] * 500, lon=[0, 179] * 500)
    times = formats.read_track(written(there_and_back).encode()).column("time")
    assert (len(times), times[-1] - times[0]) == (1000, 365 * 86_400)


def test_long_names_stand_whole_under_notes() -> None:
    name, place = "Around the lake & back", "Spring by the old oak"
    text = written(run(2, kind=Kind.COURSE, name=name, waypoints=(Waypoint(46, 14, place, "water", index=0),)))
    assert "<Name>Around the lake</Name>" in text
    assert "<Notes>Around the lake &amp; back</Notes>" in text
    assert "<Name>Spring by</Name>" in text
    assert f"<Notes>{place}</Notes>" in text
    assert "<Name>Course</Name>" in written(run(2, kind=Kind.COURSE))


@pytest.mark.parametrize("kind", sorted(POINT_KINDS))
def test_every_kind_of_course_point_is_one_of_the_schema(kind: str) -> None:
    text = written(run(2, kind=Kind.COURSE, waypoints=(Waypoint(46, 14, kind=kind, index=1),)))
    assert text.count("<PointType>") == 1


@pytest.mark.parametrize(
    ("device", "kept"),
    [
        (Device("garmin", "fr935", 3_900_000_000, "9.21"), Device(None, "fr935", 3_900_000_000, "9.21")),
        (Device("garmin", None, 77, "beta"), Device(None, "garmin", 77)),
        (Device(None, None, 77, "9.21"), None),
        (Device(software="StravaGPX"), None),
    ],
)
def test_the_device_comes_back(device: Device, kept: Device | None) -> None:
    assert formats.read(written(run(2, device=device)).encode()).device == kept


@given(hostile_tracks())
@settings(max_examples=200, deadline=None)
def test_any_track_gives_good_tcx_or_is_refused(wrote: Track) -> None:
    try:
        text = written(wrote)
    except UnsupportedType:
        assert wrote.summary.start is None or wrote.summary.kind is Kind.COURSE
        return
    read = formats.read_track(text.encode())
    timed = sum(0 <= time <= 2**31 - 1 for time in wrote.column("time"))
    assert wrote.summary.kind is Kind.COURSE or len(read) == timed
    assert tcx.write(wrote) == text.encode()
