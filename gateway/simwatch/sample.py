"""The sample files, made by ourselves: a morning run as FIT and a route as GPX; the same arguments give the same bytes.

``python -m gateway.simwatch.sample`` writes the two bundled files anew.
"""

import struct
from pathlib import Path

from gateway.formats.fit.encoding import HEADER_SIZE, framed
from gateway.formats.fit.header import CRC_SIZE
from gateway.formats.fit.written import FILE_ID
from gateway.simwatch.activity import encode
from gateway.simwatch.runner import run
from gateway.simwatch.terrain import Loop, Shape, distance

FOLDER = Path(__file__).parent
RUN_FILE = FOLDER / "morning-run.fit"
ROUTE_FILE = FOLDER / "river-loop.gpx"

RUN_START = 1_789_878_600  # 2026-09-20 04:30 UTC, half past six in Graz
_RUN_SECONDS = 2700
_BENCH_SECONDS = 4360
_ROUTE_POINTS = 180
_SERIAL_AT = 6 + 3 * len(FILE_ID.fields) + 1  # file_id's first field, behind the definition and the header byte

HILLS = Shape(
    centre=(47.0860, 15.4050),
    length=8150.0,
    waves=((2, 0.16, 0.4), (3, 0.11, 2.1), (5, 0.05, 1.0), (11, 0.015, 0.2)),
    hills=((1, 34.0, 4.9), (2, 17.0, 1.3), (5, 5.0, 0.6), (13, 1.6, 2.0)),
    ground=412.0,
)
RIVER = Shape(
    centre=(47.0480, 15.4330),
    length=11_400.0,
    waves=((2, 0.10, 1.9), (3, 0.14, 0.3), (7, 0.04, 2.6)),
    hills=((1, 6.0, 0.8), (3, 1.5, 2.2)),
    ground=346.0,
    stretch=3.4,
)


def activity(seconds: int = _RUN_SECONDS, seed: int = 7, start: int = RUN_START) -> bytes:
    """Make a run of so many seconds in the hills as a FIT activity, 23 bytes a second."""
    return encode(list(run(Loop(HILLS), seconds, seed)), start, serial=1_000_000 + seed)


def bench_activity(seed: int = 1, start: int = RUN_START) -> bytes:
    """Make a FIT activity of about 100 KB, just under the cap of 102,400 bytes, in some 30 ms."""
    return activity(_BENCH_SECONDS, seed, start)


def with_serial(content: bytes, serial: int) -> bytes:
    """Make it an activity of another watch: distinct, valid bytes in microseconds; ``serial`` 1 to 2**32 - 1."""
    body = content[HEADER_SIZE:-CRC_SIZE]
    return framed(body[:_SERIAL_AT] + struct.pack("<I", serial) + body[_SERIAL_AT + 4 :])


def route(points: int = _ROUTE_POINTS) -> bytes:
    """Make a flat loop along the river as a GPX route."""
    loop = Loop(RIVER)
    places = [RIVER.length * index / (points - 1) for index in range(points)]
    lines = [_route_point(loop, metres) for metres in places]
    text = "\n".join([*_ROUTE_HEAD, *lines, "  </rte>", "</gpx>", ""])
    return text.encode("ascii")


_ROUTE_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gpx version="1.1" creator="Wristgate" xmlns="http://www.topografix.com/GPX/1/1">',
    "  <metadata>",
    "    <name>River loop</name>",
    "    <desc>A made-up loop along the Mur; follow it at your own risk</desc>",
    "  </metadata>",
    "  <rte>",
    "    <name>River loop</name>",
    "    <type>running</type>",
)


def _route_point(loop: Loop, metres: float) -> str:
    latitude, longitude = loop.position(metres)
    return f'    <rtept lat="{latitude:.6f}" lon="{longitude:.6f}"><ele>{loop.height(metres):.1f}</ele></rtept>'


def write_bundled() -> None:
    """Write the two bundled files anew."""
    RUN_FILE.write_bytes(activity())
    ROUTE_FILE.write_bytes(route())


if __name__ == "__main__":
    write_bundled()

__all__ = [
    "HILLS",
    "RIVER",
    "ROUTE_FILE",
    "RUN_FILE",
    "RUN_START",
    "activity",
    "bench_activity",
    "distance",
    "route",
    "with_serial",
    "write_bundled",
]
