"""One conversion in a process of its own: ``python -m gateway.service.converting TARGET POINTS CAP PARENT``.

The TARGET ``summary`` reads and checks a file and gives its summary as JSON; POINTS and CAP say nothing then. CAP 0: it
may become as long as it gets.

PARENT is the process that wants it; this one does not outlive it. The file comes on standard input, what it becomes
goes to standard output. Time, memory and priority are limited from within; nothing of the gateway but its formats is
loaded. Exit code 3: the file cannot be converted, standard error has a JSON list of word, offset and sentence.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from dataclasses import replace
from math import isnan
from typing import Final

from gateway import formats
from gateway.errors import FormatError, GatewayError, TooLarge
from gateway.formats import columnar, geojson, spreadsheet
from gateway.formats.simplify import fitted, simplified
from gateway.model import FileType, Kind
from gateway.service.summaries import told

REFUSED: Final = 3
ORPHAN: Final = 4
SECONDS: Final = 20  # of processor time
MEMORY: Final = 320 * 1024 * 1024  # bytes of address space; 100,000 samples take some 150 MB
NICENESS: Final = 10
_PR_SET_PDEATHSIG: Final = 1  # of <linux/prctl.h>

TARGETS: Final = {
    "gpx": (FileType.GPX, None),
    "tcx": (FileType.TCX, None),
    "activity": (FileType.FIT, Kind.ACTIVITY),
    "course": (FileType.FIT, Kind.COURSE),
}
"""What a file can become: its type and, where the type has both, its kind."""

TOLD: Final = {"geojson": geojson.write, "csv": spreadsheet.write, "columns": columnar.write}
"""What its track can be told as."""

SUMMARY: Final = "summary"

NO_PLACES: Final = "no_places"
"""The code of what a file without places cannot become."""


def convert(data: bytes, target: str, points: int, cap: int) -> bytes:
    """Give a file as ``target`` with at most ``points`` samples (0: any number) and ``cap`` bytes (0: any number).

    A file that is so already comes back as it is. Raises ``FormatError``, ``TooLarge``, ``UnsupportedType``.
    """
    if target in TOLD:
        track = formats.read_track(data)
        return TOLD[target](simplified(track, points) if points else track)
    cap = cap or sys.maxsize
    kind, role = TARGETS[target]
    track = formats.read_track(data)
    summary = track.summary
    if (
        summary.type is kind
        and role in {None, summary.kind}
        and len(data) <= cap
        and (len(track) <= points or not points)
    ):
        return data
    if (role is Kind.COURSE or kind is FileType.GPX) and all(map(isnan, track.column("lat"))) and not track.waypoints:
        raise FormatError(NO_PLACES, 0, "the file has no places")
    if role is not None:
        track = replace(track, summary=replace(summary, kind=role))
    if points:
        track = simplified(track, points)
    if len(track):
        return fitted(track, lambda track: formats.write(track, kind), cap)
    result = formats.write(track, kind)
    if len(result) > cap:
        raise TooLarge(f"{len(track.waypoints)} way-points make {len(result)} bytes; the limit is {cap}")
    return result


def limit() -> None:
    """Bound this process; an orphan that works on ends too."""
    for name, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(name)[1]
        resource.setrlimit(name, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    os.nice(NICENESS)


def end_with(parent: int) -> bool:
    """Have the kernel end this process with the one that started it, on Linux; False: ``parent`` is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def main(target: str, points: str, cap: str, parent: str) -> int:
    """Convert standard input to standard output; gives the exit code."""
    if not end_with(int(parent)):
        return ORPHAN
    limit()
    try:
        data = sys.stdin.buffer.read()
        result = told(formats.read(data)) if target == SUMMARY else convert(data, target, int(points), int(cap))
    except FormatError as error:
        return _refuse(error.code, error.offset, error.message)
    except GatewayError as error:
        return _refuse(error.word, 0, error.message)
    except MemoryError:
        return _refuse("too_much_memory", 0, "the file needs too much memory to convert")
    sys.stdout.buffer.write(result)
    return 0


def _refuse(*reason: object) -> int:
    json.dump(reason, sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
