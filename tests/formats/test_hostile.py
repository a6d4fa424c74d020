"""Large hostile files, each read in a process of its own under a limit of CPU time and of memory.

The limits count what the kernel charges, not the clock on the wall: a slow machine passes as well. A file of 4 MB may
take 20 s of CPU (below 1 s is usual) and 64 MB more than the process has with the file in its hands.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.formats.fit_files import FILE_ID, RECORD, UINT8, UINT16, define, frame_fast

MEGABYTES = 4
SIZE = MEGABYTES * 2**20
JSON_SIZE = SIZE // 2  # orjson reserves twelve times the document as address space, though it touches little of it
CPU_SECONDS = 20
ROOM = 64 * 2**20

READ = """
import resource, sys
from gateway import formats
from gateway.errors import FormatError

path, seconds, room = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = open(path, "rb").read()
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + room
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
try:
    print(formats.read(data).kind)
except FormatError as error:
    print(error.code)
"""


def fill(unit: bytes, size: int = SIZE) -> bytes:
    return unit * (size // len(unit))


def numbered(pattern: str) -> bytes:
    return b"".join((pattern % i).encode() for i in range(SIZE // len(pattern)))


def gpx(inside: bytes) -> bytes:
    return b"<gpx><trk><trkseg>" + inside + b"</trkseg></trk></gpx>"


def tcx(inside: bytes) -> bytes:
    return b"<TrainingCenterDatabase><Activities>" + inside + b"</Activities></TrainingCenterDatabase>"


def fit(records: bytes) -> bytes:
    return frame_fast(define(FILE_ID, [(0, 1, 0)]) + b"\0\4" + records)


BYTE, OTHER = define(RECORD, [(3, 1, UINT8)]), define(RECORD, [(4, 1, UINT8)], local=1)

CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "elements without end": (lambda: b"<gpx>" + fill(b"<a>"), "too_deep"),
    "elements without end, late": (lambda: gpx(fill(b"<a/>", SIZE // 2) + fill(b"<a>", SIZE // 2)), "too_deep"),
    "empty elements": (lambda: gpx(fill(b"<a/>")), "other"),
    "points": (lambda: gpx(fill(b'<trkpt lat="1" lon="1"/>')), "activity"),
    "names": (lambda: gpx(numbered("<a%x/>")), "too_many_names"),
    "names of attributes": (lambda: gpx(numbered("<a a%x=''/>")), "too_many_names"),
    "attributes": (lambda: gpx(b"<a " + numbered("a%x='' ") + b"/>"), "token_too_long"),
    "a comment": (lambda: gpx(b"<!--" + fill(b"x") + b"-->"), "token_too_long"),
    "a comment without end": (lambda: b"<gpx><!--" + fill(b"x"), "token_too_long"),
    "an attribute": (lambda: gpx(b"<a a='" + fill(b"x") + b"'/>"), "token_too_long"),
    "a name": (lambda: b"<gpx><rte><name>" + fill(b"x") + b"</name></rte></gpx>", "course"),
    "references": (lambda: b"<gpx><rte><name>" + fill(b"&lt;") + b"</name></rte></gpx>", "course"),
    "blanks": (lambda: fill(b" ") + b"<gpx/>", "other"),
    "long numbers": (lambda: gpx(fill(b'<trkpt lat="1' + b"0" * 9999 + b'" lon="1"/>')), "course"),
    "laughs": (lambda: b'<!DOCTYPE gpx [<!ENTITY a "' + b"x" * 60_000 + b'">]><gpx>' + fill(b"&a;"), "dtd_forbidden"),
    "activities": (lambda: tcx(fill(b"<Activity/>")), "activity"),
    "laps": (lambda: tcx(b"<Activity>" + fill(b"<Lap/>") + b"</Activity>"), "activity"),
    "arrays in arrays": (lambda: fill(b"["), "too_many_values"),
    "arrays": (lambda: b"[" + fill(b"[],") + b"1]", "too_many_values"),
    "a string": (lambda: b'["' + fill(b"x", JSON_SIZE) + b'"]', "other"),
    "a broken string": (lambda: b'["' + fill(b"\xc3\xa9", JSON_SIZE) + b'",x]', "bad_json"),
    "messages without a field": (lambda: fit(define(RECORD, []) + fill(b"\0")), "activity"),
    "small messages": (lambda: fit(BYTE + fill(b"\0x")), "activity"),
    "powers": (lambda: fit(define(RECORD, [(7, 2, UINT16)]) + fill(b"\0ab")), "activity"),
    "alternating messages": (lambda: fit(BYTE + OTHER + fill(b"\0x\1x")), "too_many_messages"),
    "compressed timestamps": (lambda: fit(BYTE + fill(b"\x81x\x8fx\x9dx")), "activity"),
    "definitions": (lambda: fit(fill(BYTE + b"\0x")), "activity"),
    "wide messages": (lambda: fit(define(RECORD, [(i, 1, UINT8) for i in range(255)]) + fill(bytes(256))), "activity"),
    "laps in FIT": (lambda: fit(define(19, [(5, 1, 0)]) + fill(b"\0\1")), "activity"),
    "parts": (lambda: fill(fit(b"")), "too_many_parts"),
}


@pytest.mark.parametrize("case", CASES)
def test_time_and_memory_are_bounded(case: str, tmp_path: Path) -> None:
    make, outcome = CASES[case]
    path = tmp_path / "hostile"
    path.write_bytes(make())

    reader = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(CPU_SECONDS), str(ROOM)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (reader.returncode, reader.stderr) == (0, "")
    assert reader.stdout.strip() == outcome
