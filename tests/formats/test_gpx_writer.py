"""What we write as GPX is GPX 1.1 in every respect, and says to others and to us what the track says."""

import re
from dataclasses import replace
from math import isnan, nan
from xml.etree import ElementTree as ET

import gpxpy
import pytest
from hypothesis import given, settings

from gateway import formats
from gateway.errors import UnsupportedType
from gateway.formats import gpx
from gateway.formats.track import COLUMNS, Track, Waypoint
from gateway.model import Device, Kind, Summary
from tests.formats.tracks import START, gpsbabel, hostile_tracks, run, track

POINT = "(ele )?(time )?(name )?(sym )?(type )?(extensions )?"
CHILDREN = {
    "gpx": "(metadata )?(wpt )*(rte )*(trk )*",
    "metadata": "(name )?",
    "trk": "(name )?(src )?(type )?(trkseg )*",
    "rte": "(name )?(type )?(rtept )*",
    "trkseg": "(trkpt )*",
    **dict.fromkeys(("trkpt", "rtept", "wpt"), POINT),
    "extensions": "(power )?(TrackPointExtension )?",
    "TrackPointExtension": "(atemp )?(hr )?(cad )?(speed )?",
}
DEGREES = r"-?\d+(\.\d{1,7})?"
TEXTS = {
    "ele": r"-?\d+(\.\d{1,2})?",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z",
    "hr": r"[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]",
    "cad": r"\d\d?|1\d\d|2[0-4]\d|25[0-4]",
    "atemp": r"-?\d+(\.\d)?",
    "speed": r"\d+(\.\d{1,3})?",
    "power": r"\d+",
}


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def check(element: ET.Element) -> None:
    """The order of elements and the form of values as the schemas have them."""
    name = local(element)
    assert re.fullmatch(CHILDREN.get(name, ""), "".join(f"{local(child)} " for child in element)), name
    if name in TEXTS:
        assert re.fullmatch(TEXTS[name], element.text or ""), name
    if "lat" in element.attrib:
        assert re.fullmatch(DEGREES, element.attrib["lat"])
        assert re.fullmatch(DEGREES, element.attrib["lon"])
        assert -90 <= float(element.attrib["lat"]) <= 90
        assert -180 <= float(element.attrib["lon"]) < 180
    for child in element:
        check(child)


def written(given_track: Track) -> str:
    data = gpx.write(given_track)
    check(ET.fromstring(data))
    return data.decode()


def same(read: Track, wrote: Track, *left_out: str) -> bool:
    names = [name for name in COLUMNS if name not in left_out]
    return all(list(read.column(name)) == pytest.approx(list(wrote.column(name)), nan_ok=True) for name in names)


def test_an_activity_comes_back() -> None:
    wrote = run(100, name="Morning", sub_sport="trail", breaks=(30, 60))
    read = formats.read_track(gpx.write(wrote))
    assert same(read, wrote, "distance")
    assert (read.breaks, read.summary.kind) == ((30, 60), Kind.ACTIVITY)
    assert (read.summary.name, read.summary.sport, read.summary.sub_sport) == ("Morning", "running", "trail")


def test_gpxpy_reads_an_activity() -> None:
    wrote = run(100, name="Morning", breaks=(30,))
    document = gpxpy.parse(gpx.write(wrote).decode())
    (found,) = document.tracks
    assert (found.name, found.type, document.creator) == ("Morning", "running", "Wristgate")
    assert [len(segment.points) for segment in found.segments] == [30, 70]
    points = [point for segment in found.segments for point in segment.points]
    assert [point.latitude for point in points] == list(wrote.columns["lat"])
    assert [point.longitude for point in points] == list(wrote.columns["lon"])
    assert [point.elevation for point in points] == pytest.approx(list(wrote.columns["altitude"]))
    assert [point.time.timestamp() for point in points if point.time] == list(wrote.columns["time"])
    power, garmin = points[7].extensions
    assert power.text == "207"
    assert {local(value): value.text for value in garmin} == {"atemp": "18", "hr": "147", "cad": "87", "speed": "2.5"}


def test_gpsbabel_counts_the_points() -> None:
    places = tuple(Waypoint(46, 14, str(number)) for number in range(3))
    activity, course = (gpx.write(run(50, breaks=(20,), waypoints=places, kind=kind)) for kind in list(Kind)[:2])
    assert (gpsbabel(activity, "gpx", "-t"), gpsbabel(activity, "gpx", "-w")) == (50, 3)
    assert (gpsbabel(course, "gpx", "-r"), gpsbabel(course, "gpx", "-w")) == (50, 3)


def test_a_course_stays_a_course_with_its_course_points() -> None:
    summit = Waypoint(46.0002170, 14.0003310, "Vrh & <co>", "summit", 302.0, index=10)
    hut = Waypoint(46.1, 14.1, "Hut", altitude=350.0)
    wrote = run(30, kind=Kind.COURSE, name="Loop", breaks=(15,), waypoints=(summit, hut))
    read = formats.read_track(gpx.write(wrote))
    assert (read.summary.kind, read.summary.name, read.breaks) == (Kind.COURSE, "Loop", (15,))
    assert same(read, wrote, *(set(COLUMNS) - {"lat", "lon", "altitude"}))
    assert set(read.waypoints) == {summit, hut}


def test_two_course_points_at_one_place() -> None:
    left, water = (Waypoint(46, 14, kind=kind, index=0) for kind in ("left", "water"))
    text = written(run(2, kind=Kind.COURSE, waypoints=(left, water)))
    assert text.count("<type>left</type>") == text.count("<type>water</type>") == 1
    assert text.count("<rtept ") == 2
    assert text.count("<wpt ") == 1


def test_way_points_alone() -> None:
    hut = Waypoint(46.1, 14.1, "Hut", "water", 350.0, START)
    read = formats.read_track(gpx.write(track(Kind.WAYPOINTS, name="Huts", waypoints=(hut,))))
    assert (read.summary.kind, read.summary.name, read.waypoints) == (Kind.WAYPOINTS, "Huts", (hut,))


def test_samples_without_a_place_are_left_out() -> None:
    wrote = track(lat=[nan, 46, nan, 47], lon=[14, 14, nan, 15], hr=[1, 2, 3, 4], breaks=(2,))
    read = formats.read_track(gpx.write(wrote))
    assert (list(read.columns["lat"]), list(read.columns["hr"]), read.breaks) == ([46, 47], [2, 4], (1,))


@pytest.mark.parametrize("kind", [Kind.ACTIVITY, Kind.COURSE, Kind.WORKOUT])
def test_no_place_at_all_is_refused(kind: Kind) -> None:
    with pytest.raises(UnsupportedType):
        gpx.write(track(kind, time=[START], hr=[120]))
    with pytest.raises(UnsupportedType):
        gpx.write(track(kind))


def test_numbers_have_the_digits_that_matter() -> None:
    text = written(
        track(
            time=[START + 0.25, 0.9996],
            lat=[46.123456789, -1e-9],
            lon=[179.99999999, 14.1],
            altitude=[300.004, -12.3],
            hr=[300, 0],
            speed=[2.50049, nan],
        )
    )
    assert '<trkpt lat="46.1234568" lon="-180"><ele>300</ele><time>2023-11-14T22:13:20.250Z</time>' in text
    assert "<gpxtpx:TrackPointExtension><gpxtpx:speed>2.5</gpxtpx:speed></gpxtpx:TrackPointExtension>" in text
    assert '<trkpt lat="0" lon="14.1"><ele>-12.3</ele><time>1970-01-01T00:00:01Z</time></trkpt>' in text


def test_who_recorded_it_is_its_source() -> None:
    assert "<src>garmin fr935</src>" in written(run(2, device=Device("garmin", "fr935")))


@pytest.mark.parametrize(("sport", "sub_sport"), [key for key in gpx.writer._TYPES if key[0]])
def test_sports_come_back(sport: str, sub_sport: str) -> None:
    summary = formats.read(gpx.write(run(2, sport=sport, sub_sport=sub_sport)))
    assert (summary.sport, summary.sub_sport) == (sport, sub_sport)


@given(hostile_tracks())
@settings(max_examples=200, deadline=None)
def test_any_track_gives_good_gpx_or_is_refused(wrote: Track) -> None:
    try:
        text = written(wrote)
    except UnsupportedType:
        assert not any(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in places(wrote)) or not wrote.columns
        return
    read = formats.read_track(text.encode())
    placed = sum(not isnan(lat) for lat, lon in places(wrote) if -90 <= lat <= 90 and -180 <= lon <= 180)
    assert len(read) == placed
    assert gpx.write(wrote) == text.encode()


def places(of: Track) -> zip:
    return zip(of.column("lat"), of.column("lon"), strict=True)


def test_a_summary_may_say_anything_of_the_device() -> None:
    summary: Summary = replace(run(1).summary, device=Device(None, None, None, None))
    assert "<src>" not in written(replace(run(1), summary=summary))
