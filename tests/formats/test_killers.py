"""The files that are known to bring readers down, each refused or read for the right reason.

Large ones are in ``test_hostile.py``, damaged frames and definitions in ``test_fit.py``, the limits of XML in
``test_xml.py``.
"""

import io
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from gateway import formats
from gateway.errors import FormatError, UnknownFormat
from tests.formats.fit_files import RECORD, SESSION, SINT32, UINT32, define, file_id, frame, uint32
from tests.formats.golden import INVALID

FIT_EPOCH = 631_065_600
INT32 = 2**31
OUTSIDE = """
import sys
from gateway import formats
from gateway.errors import FormatError

def forbid(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.", "urllib.")) or event == "open":
        print(event, arguments)

files = [open(path, "rb").read() for path in sys.argv[1:]]
sys.addaudithook(forbid)
for data in files:
    try:
        formats.read(data)
    except FormatError as error:
        print(error.code)
"""


def code_of(data: bytes) -> str:
    with pytest.raises(FormatError) as refusal:
        formats.read(data)
    return refusal.value.code


def zipped(*names: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


BOMB = zipped("a.fit", content=bytes(2**24))


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        zipped("a.zip", "b.zip", content=BOMB),
        zipped("../../etc/cron.d/a", "/a.fit", "C:\\a.fit", "a.fit/../../b", content=frame(file_id())),
        zipped("activity.fit", content=frame(file_id())),
        b"\x1f\x8b\x08\0\0\0\0\0\0\3" + zlib.compress(bytes(2**24))[2:-4],
        b"BZh9" + bytes(100),
        b"\xfd7zXZ\0" + bytes(100),
    ],
    ids=["bomb", "bombs in a zip", "paths", "a fit", "gzip", "bzip2", "xz"],
)
def test_archives_are_not_opened(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        formats.read(data)


def test_an_archive_behind_a_file_is_refused() -> None:
    assert code_of(frame(file_id()) + BOMB) == "trailing_bytes"
    assert code_of(b"<gpx/>" + BOMB) == "not_well_formed"


def test_nothing_outside_the_file_is_touched() -> None:
    """Neither a file nor the network, whatever a document type asks for."""
    paths = [path for path in INVALID if any(word in path.name for word in ("xxe", "dtd", "laughs", "quadratic"))]
    assert len(paths) >= 7
    reader = subprocess.run(
        [sys.executable, "-c", OUTSIDE, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert set(reader.stdout.split()) == {"dtd_forbidden", "bad_encoding"}


DTD = '<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DTD.encode("utf-16"), "bad_encoding"),
        (DTD.encode("utf-16-le"), "bad_encoding"),
        (DTD.encode("utf-16-be"), "bad_encoding"),
        (b"\xfe\xff" + DTD.encode("utf-16-le"), "bad_encoding"),  # the mark says the other order
        (b"\xef\xbb\xbf" + DTD.encode("utf-16-le"), "bad_encoding"),  # the mark of UTF-8
        (b"    " + "<gpx/>".encode("utf-16-le"), "bad_encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE gpx+AD4-<gpx/>', "bad_encoding"),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-7"?><gpx/>', "bad_encoding"),
        (b"+ADwAIQ-DOCTYPE gpx+AD4-<gpx/>", "unknown_format"),
        (b"<gpx/>+ADwAIQ-DOCTYPE gpx+AD4-", "not_well_formed"),
        (b'<?xml version="1.0" encoding="UTF-16"?><gpx/>', "bad_encoding"),
        ('<?xml version="1.0"?><gpx/>'.encode("cp037"), "unknown_format"),  # EBCDIC
        (b"<gpx>\xc0\xbcscript</gpx>", "not_well_formed"),  # an overlong angle bracket
        (b"<gpx>\xed\xa0\x80</gpx>", "not_well_formed"),  # half a pair
        (b"<gpx>\0</gpx>", "not_well_formed"),
    ],
)
def test_no_encoding_smuggles_a_document_type(data: bytes, code: str) -> None:
    assert code_of(data) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b"[" + b"9" * 10**6 + b"]", "bad_json"),
        (b"[-" + b"9" * 10**6 + b"]", "bad_json"),
        (b"[1e" + b"9" * 10**6 + b"]", "bad_json"),
    ],
)
def test_json_that_is_too_much(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_json_of_a_million_decimals_is_read() -> None:
    formats.read(b"[0." + b"3" * 10**6 + b"]")


@pytest.mark.parametrize("count", [*range(185, 200), 512, 895, 1023, 1024])
def test_brackets_that_nobody_closes_are_the_files_fault(count: int) -> None:
    """Orjson takes some of them for a lack of memory: its pool is made for documents that are right."""
    assert code_of(b"[" * count) in {"truncated", "bad_json"}


ODD = ["1e999", "-1e999", "NaN", "nan", "inf", "-Infinity", "1e308", "0x10", "1,5", "9" * 400, "", " ", "¹"]


def gpx_point(**values: str) -> bytes:
    inside = "".join(
        f"<{name}>{values[name]}</{name}>" for name in ("ele", "time", "hr", "cad", "power") if name in values
    )
    place = f'lat="{values.get("lat", "46")}" lon="{values.get("lon", "14")}"'
    other = '<trkpt lat="46" lon="14"><ele>100</ele><time>2020-01-01T00:00:00Z</time></trkpt>'
    return f"<gpx><trk><trkseg>{other}<trkpt {place}>{inside}</trkpt>{other}</trkseg></trk></gpx>".encode()


@pytest.mark.parametrize("value", [*ODD, "91", "-91", "90.0000001"])
def test_latitudes_in_gpx(value: str) -> None:
    summary = formats.read(gpx_point(lat=value))
    assert summary.bbox == (46, 14, 46, 14)
    assert summary.distance == 0
    assert "1 of 3 points" in summary.warnings[0]


@pytest.mark.parametrize("value", ODD)
def test_values_in_gpx(value: str) -> None:
    plain = formats.read(gpx_point())
    assert formats.read(gpx_point(ele=value, time=value)) == plain
    assert formats.read(gpx_point(hr=value, cad=value, power=value)) == plain


def tcx(lap: str, inside: str = "") -> bytes:
    body = f"<Activity><Lap {lap}>{inside}</Lap></Activity>"
    return f"<TrainingCenterDatabase><Activities>{body}</Activities></TrainingCenterDatabase>".encode()


def tcx_point(name: str, value: str) -> bytes:
    values = {"lat": "46", "time": "2020-01-01T00:00:00Z", "distance": "100"} | {name: value}
    place = f"<LatitudeDegrees>{values['lat']}</LatitudeDegrees><LongitudeDegrees>14</LongitudeDegrees>"
    point = f"<Trackpoint><Time>{values['time']}</Time><Position>{place}</Position></Trackpoint>"
    inside = f"<DistanceMeters>{values['distance']}</DistanceMeters><Track>{point}</Track>"
    return tcx('StartTime="2020-01-01T00:00:00Z"', inside)


@pytest.mark.parametrize("value", ODD)
def test_values_in_tcx(value: str) -> None:
    assert formats.read(tcx_point("lat", value)).bbox is None
    assert formats.read(tcx_point("distance", value)).distance in {None, 0}
    assert formats.read(tcx_point("time", value)).start == 1_577_836_800


@pytest.mark.parametrize(
    ("year", "kept"), [(1969, False), (1970, True), (1989, True), (2038, False), (2107, False), (9999, False)]
)
def test_years_in_xml(year: int, *, kept: bool) -> None:
    """What a watch can hold is kept, 1989 (a clock that nobody set) with it; what it cannot is no time."""
    date = f"{year}-12-31T00:00:00Z"
    gpx = f'<gpx><trk><trkseg><trkpt lat="1" lon="1"><time>{date}</time></trkpt></trkseg></trk></gpx>'.encode()
    for data in (gpx, tcx(f'StartTime="{date}"')):
        start = formats.read(data).start
        assert (start is not None) is kept
        assert start is None or 0 <= start < INT32


@pytest.mark.parametrize(
    ("raw", "start"),
    [
        (0, FIT_EPOCH),  # 1989-12-31
        (1_000_000_000, FIT_EPOCH + 1_000_000_000),
        (4_323_369_600 - FIT_EPOCH, None),  # 2107
        (0xFFFFFFFE, None),
    ],
)
def test_years_in_fit(raw: int, start: int | None) -> None:
    session = frame(file_id() + define(SESSION, [(2, 4, UINT32)]) + b"\0" + uint32(raw))
    assert formats.read(session).start == start
    record = frame(file_id() + define(RECORD, [(253, 4, UINT32)]) + b"\0" + uint32(raw))
    assert formats.read(record).start == start


@pytest.mark.parametrize("degrees", [91, 120, 179.9, -91, -180])
def test_latitudes_in_fit(degrees: float) -> None:
    place = struct.pack("<ii", int(degrees / 180 * 2**31), 2**28)
    fine = struct.pack("<ii", 2**29, 2**28)
    records = define(RECORD, [(0, 4, SINT32), (1, 4, SINT32)]) + b"\0" + fine + b"\0" + place
    assert formats.read(frame(file_id() + records)).bbox == (45, 22.5, 45, 22.5)
