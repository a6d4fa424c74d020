"""The files that the readers are measured with: the corpus, or what the repository has; made ones of any size."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from gateway.simwatch.sample import bench_activity, route
from tests.formats.corpus import CORPUS, FACTS
from tests.formats.fit_files import RECORD, SINT32, UINT8, UINT16, UINT32, define, file_id, frame_fast
from tests.formats.hostile_files import CASES

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests" / "data" / "formats" / "valid"
SMALLEST = 3000
LARGEST_FIT = 110 * 1024
HOSTILE_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class Specimen:
    name: str
    data: bytes


def valid(ending: str) -> list[Specimen]:
    """Files of a type that independent decoders call valid, from 3 KB on, FIT up to 110 KB as well."""
    largest = LARGEST_FIT if ending == "fit" else None
    found = _from_corpus(ending) if FACTS else _own(ending)
    return [file for file in found if SMALLEST <= len(file.data) <= (largest or len(file.data))]


def _from_corpus(ending: str) -> list[Specimen]:
    names = sorted(name for name in FACTS if FACTS[name]["valid"] is True and name.endswith(f".{ending}"))
    return [Specimen(name.rpartition("/")[2], (CORPUS / name).read_bytes()) for name in names]


def _own(ending: str) -> list[Specimen]:
    files = [Specimen(path.name, path.read_bytes()) for path in sorted(OWN.glob(f"*.{ending}"))]
    made = {
        "fit": [Specimen("made, 20 KB", large_fit(20_000)), Specimen("made, 100 KB", bench_activity())],
        "gpx": [Specimen("made route", route(500)), Specimen("made, 100 KB", large_gpx(100_000))],
        "tcx": [Specimen("made, 20 KB", large_tcx(20_000)), Specimen("made, 100 KB", large_tcx(100_000))],
    }
    return files + made[ending]


def large_fit(size: int) -> bytes:
    """A recording of about ``size`` bytes with place, altitude, distance, heart rate and cadence each second."""
    fields = [
        (253, 4, UINT32),
        (0, 4, SINT32),
        (1, 4, SINT32),
        (5, 4, UINT32),
        (2, 2, UINT16),
        (3, 1, UINT8),
        (4, 1, UINT8),
    ]
    record = Struct("<BIiiIHBB")
    records = (
        record.pack(
            0, 10**9 + i, 56 * 10**7 + 240 * i, 18 * 10**7 + 240 * (i % 500), 300 * i, 4500 + i % 700, 120 + i % 60, 82
        )
        for i in range(size // record.size)
    )
    return frame_fast(file_id() + define(RECORD, fields) + b"".join(records))


def large_gpx(size: int) -> bytes:
    """A track of about ``size`` bytes with altitude, time and heart rate."""
    head = '<gpx version="1.1" creator="bench" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    point = (
        '<trkpt lat="{0:.6f}" lon="{1:.6f}"><ele>{2}</ele><time>{3}</time><extensions><TrackPointExtension>'
        "<hr>{4}</hr><cad>82</cad></TrackPointExtension></extensions></trkpt>\n"
    )
    return _repeated(head, point, "</trkseg></trk></gpx>", size)


def large_tcx(size: int) -> bytes:
    """An activity of about ``size`` bytes with altitude, time, distance and heart rate."""
    head = '<TrainingCenterDatabase><Activities><Activity Sport="Running"><Lap StartTime="2026-05-01T06:00:00Z"><Track>'
    point = (
        "<Trackpoint><Time>{3}</Time><Position><LatitudeDegrees>{0:.6f}</LatitudeDegrees><LongitudeDegrees>{1:.6f}"
        "</LongitudeDegrees></Position><AltitudeMeters>{2}</AltitudeMeters><DistanceMeters>{5}</DistanceMeters>"
        "<HeartRateBpm><Value>{4}</Value></HeartRateBpm></Trackpoint>\n"
    )
    return _repeated(head, point, "</Track></Lap></Activity></Activities></TrainingCenterDatabase>", size)


def _repeated(head: str, point: str, tail: str, size: int) -> bytes:
    """As many points, a second and three metres apart, as fit."""
    lines = [head]
    room = size - len(head) - len(tail)
    number = 0
    while room > 0:
        moment = f"2026-05-{1 + number // 86400:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        latitude, longitude, altitude = 47 + number * 2e-5, 15 + number % 500 * 2e-5, 400 + number % 700 / 10
        lines.append(point.format(latitude, longitude, altitude, moment, 120 + number % 60, 3 * number))
        room -= len(lines[-1])
        number += 1
    return "".join([*lines, tail]).encode()


LARGE: dict[str, Callable[[int], bytes]] = {"FIT": large_fit, "GPX": large_gpx, "TCX": large_tcx}


def hostile() -> list[Specimen]:
    """Files of 100 KB made to cost time: those of the tests, and those of the corpus."""
    made = [Specimen(name, make(HOSTILE_SIZE)) for name, (make, _) in CASES.items()]
    crafted = sorted((CORPUS / "crafted").glob("*")) if FACTS else ()
    return made + [Specimen(path.name, path.read_bytes()) for path in crafted]
