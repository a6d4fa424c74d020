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
from tests.formats.golden import VALID
from tests.formats.test_corpus import CORPUS, FACTS

FILES = [path for path in VALID if path.suffix in {".gpx", ".tcx"}]
FILES += [CORPUS / name for name, facts in FACTS.items() if facts["format"] in {"gpx", "tcx"}]

POINT = '<trkpt lat="{lat}" lon="{lon}"><ele>{ele}</ele><time>{time}</time>{more}</trkpt>'
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
        RUN + "<trkpt lat='1' lon='1'>",
        RUN + "</trkpt>",
        RUN + "<broken",
    ],
)
def test_what_looks_like_a_run(inside: str) -> None:
    both_ways(gpx(inside))


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
