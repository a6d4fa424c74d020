"""Runs of points that are read by pattern say the same as the points that expat reads one by one."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import formats
from gateway.errors import FormatError
from gateway.formats import repeats
from gateway.formats.gpx import reader
from gateway.formats.shapes import draw
from tests.formats.corpus import CORPUS, FACTS
from tests.formats.golden import VALID

FILES = [path for path in VALID if path.suffix in {".gpx", ".tcx"}]
FILES += [CORPUS / name for name, facts in FACTS.items() if facts["format"] in {"gpx", "tcx"}]

POINT = '<trkpt lat="{lat}" lon="{lon}"><ele>{ele}</ele><time>{time}</time>{more}</trkpt>'
ODD = '<trkpt lat="1" lon="2" a="1" a="2"></trkpt>'
BARE = '<trkpt lat="1.5" lon="2.5"/>'
RUN = "".join(
    POINT.format(lat=1 + i / 1e4, lon=2, ele=100 + i, time="2026-11-20T07:00:00Z", more="") for i in range(60)
)


def outcome(data: bytes) -> object:
    """Summary and columns, or the refusal."""
    try:
        track = formats.read_track(data)
    except FormatError as error:
        return error.code, error.offset
    columns = {name: column.tobytes() for name, column in track.columns.items()}
    return track.summary, columns, track.breaks, track.waypoints


def by_expat(data: bytes) -> object:
    with patch.object(repeats, "MIN_ELEMENTS", 10**9):  # never worth a pattern
        return outcome(data)


def both_ways(data: bytes) -> None:
    with patch.object(repeats, "MIN_ELEMENTS", 0):
        assert outcome(data) == by_expat(data)


def gpx(inside: str) -> bytes:
    return f"<gpx><trk><trkseg>{inside}</trkseg></trk></gpx>".encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files(path: Path) -> None:
    both_ways(path.read_bytes())


def test_runs_are_taken() -> None:
    taken = []
    with patch.object(repeats.Runs, "skip", autospec=True, side_effect=lambda _, at: taken.append(at) or at):
        formats.read(gpx(RUN))
    assert taken


@pytest.mark.parametrize(
    "inside",
    [
        f"<!-- {RUN} -->{RUN}",
        f"{RUN}<!-- {RUN} -->{RUN}",
        f"<![CDATA[{RUN}]]>{RUN}",
        f"<x><![CDATA[{RUN}]]></x>{RUN}",
        f"<?x {RUN} ?>{RUN}",
        f'<a b="{RUN}"/>',
        f"{RUN}</trkseg><trkseg>{RUN}",
        f"{RUN}<trkpt lat='1' lon='2'/>{RUN}",
        f"{RUN}<x:trkpt lat='1' lon='2'></x:trkpt><!-- {RUN} -->",
        f"{RUN}<trkpt lat='91' lon='2'/>{RUN}",
        RUN.replace('lat="1.0030"', 'lat="91"'),
        RUN.replace('lat="1.0030"', 'lat="1.2.3"'),
        RUN.replace("<ele>130</ele>", "<ele>1e999</ele>"),
        RUN.replace("<ele>130</ele>", "<ele>99999</ele>"),
        RUN.replace("<ele>130</ele>", "<ele>nan</ele>"),
        RUN.replace("<ele>130</ele>", "<ele>&#49;30</ele>"),
        RUN.replace("<ele>130</ele>", "<ele> 130 </ele>"),
        RUN.replace("<ele>130</ele>", "<ele></ele>"),
        RUN.replace("<ele>130</ele>", "<ele>1<b/>30</ele>"),
        RUN.replace("07:00:00Z", "07:00:60Z", 7),
        RUN.replace("2026-11-20", "2026-02-30", 7),
        RUN.replace("2026-11-20", "1969-11-20", 7),
        RUN.replace("00Z", "00+02:00"),
        RUN.replace("00Z", "00"),
        RUN.replace("00Z", "00.1234567Z"),
        RUN.replace("</trkpt>", "<extensions><hr>0</hr><hr>99</hr><power>12</power></extensions></trkpt>"),
        RUN.replace("</trkpt>", "<trkpt lat='3' lon='3'/></trkpt>"),
        RUN.replace("</trkpt>", "<name>a]]>b</name></trkpt>"),
        RUN.replace("</trkpt>", "<name>\x01</name></trkpt>"),
        RUN.replace("</trkpt>", "<name>\u00fc</name></trkpt>"),
        f"<!-- {ODD} -->{RUN}{ODD}",
        f"<![CDATA[{ODD}]]>{RUN}{ODD}{ODD}",
        '<!-- <trkpt lat="1" lon="2"><a:b></c:b></trkpt> -->' + RUN + '<trkpt lat="1" lon="2"><a:b></c:b></trkpt>',
        f"<!-- {BARE} -->{RUN}{BARE * 9}",
        RUN.replace("</trkpt>", "<wpt lat='3' lon='3'/></trkpt>"),
        RUN.replace("</trkpt>", '<wpt lat="3" lon="3"></wpt></trkpt>'),
        RUN.replace("</trkpt>", "<trkseg></trkseg></trkpt>"),
        RUN.replace("</trkpt>", "<extensions><ele>5</ele></extensions></trkpt>"),
        RUN.replace("00Z", "00123Z"),
        RUN.replace("2026-11-20T07:00:00Z", "2038-01-19T03:14:59Z"),
        RUN + "<trkpt lat='1' lon='1'>",
        RUN + "</trkpt>",
        RUN + "<broken",
    ],
)
def test_what_looks_like_a_run(inside: str) -> None:
    both_ways(gpx(inside))


def tcx(inside: str) -> bytes:
    track = f"<Activity><Lap><TotalTimeSeconds>60</TotalTimeSeconds><Track>{inside}</Track></Lap></Activity>"
    return f"<TrainingCenterDatabase><Activities>{track}</Activities></TrainingCenterDatabase>".encode()


PLACE = "<Position><LatitudeDegrees>1</LatitudeDegrees><LongitudeDegrees>2</LongitudeDegrees></Position>"
HALVES = PLACE.replace("</LatitudeDegrees><", "</LatitudeDegrees></Position><Position><")


@pytest.mark.parametrize(
    "inside",
    [
        PLACE,
        HALVES,
        PLACE + PLACE,
        "<Lap><TotalTimeSeconds>5</TotalTimeSeconds></Lap>",
        f"<CoursePoint><Name>x</Name>{PLACE}</CoursePoint>",
        "<HeartRateBpm><Value>99</Value></HeartRateBpm><HeartRateBpm><Value>100</Value></HeartRateBpm>",
        "<Position><LatitudeDegrees>1</LatitudeDegrees></Position>",
        "<Creator><Name>x</Name></Creator>",
        "<Track></Track>",
    ],
)
def test_what_looks_like_a_run_of_track_points(inside: str) -> None:
    point = f"<Trackpoint><Time>2026-11-20T07:00:00Z</Time>{inside}</Trackpoint>"
    both_ways(tcx(point * 30))
    both_ways(tcx(f"<CoursePoint><Name>y</Name>{point * 30}</CoursePoint>{point * 30}"))


def test_an_odd_first_point_does_not_keep_the_others_from_running() -> None:
    taken = []
    with patch.object(repeats.Runs, "skip", autospec=True, side_effect=lambda _, at: taken.append(at) or at):
        formats.read(gpx(f"<trkpt lat='1' lon='2'/>{RUN}"))
    assert taken


PIECES = st.sampled_from([
    RUN, BARE, BARE * 50, "<!--", "-->", "<![CDATA[", "]]>", "</trkseg><trkseg>", "<x>", "</x>", "&amp;", "\n",
    "<a b='", '"', "'/>", "<trkpt", "</trkpt>", "<y:trkpt lat='1' lon='2'>", "</y:trkpt>", "text", "<?x", "?>",
])  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join))
def test_any_mixture(inside: str) -> None:
    both_ways(gpx(inside))


def alternating() -> Iterator[str]:
    for i in range(200):
        yield BARE if i % 3 else POINT.format(lat=1, lon=2, ele=i, time="2026-11-20T07:00:00Z", more="")


def test_shapes_take_turns() -> None:
    both_ways(gpx("".join(alternating())))
    assert formats.read(gpx("".join(alternating()))).records == 200


def test_a_document_of_many_shapes() -> None:
    both_ways(gpx("".join(BARE.replace("/>", f" a{i}='1'/>").replace("'", '"') for i in range(100)) + RUN))


def test_of_a_run_expat_reads_one_point() -> None:
    with patch.object(reader._Points, "begin", autospec=True, side_effect=reader._Points.begin) as read:
        assert formats.read(gpx(RUN)).records == 60
    assert read.call_count == 1


@pytest.mark.parametrize("inside", ["<a></a>" * 70, f"<a>{'x' * 190}</a>" * 11])
def test_long_elements_have_no_shape(inside: str) -> None:
    point = f'<trkpt lat="1" lon="2">{inside}</trkpt>'.encode()
    assert draw(point, 0, {}, ()) is None
    assert draw(b'<trkpt lat="1" lon="2"><a>x</a></trkpt>', 0, {}, ()) is not None
