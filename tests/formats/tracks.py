"""Tracks to write, judges that read them, and hostile ones that Hypothesis makes."""

import shutil
import subprocess
from array import array
from collections.abc import Sequence
from math import inf, nan
from tempfile import TemporaryFile
from typing import Any

import pytest
from hypothesis import strategies as st

from gateway.formats.pointkinds import POINT_KINDS
from gateway.formats.track import COLUMNS, Track, Waypoint
from gateway.model import Device, FileType, Kind, Session, Summary

START = 1_700_000_000


def track(kind: Kind = Kind.ACTIVITY, **said: Any) -> Track:
    """A track of the given columns; ``breaks``, ``waypoints`` and facts of the summary go where they belong."""
    columns = {name: array("d", said.pop(name)) for name in COLUMNS if isinstance(said.get(name), Sequence)}
    columns |= {name: array("d", values) for name, values in said.pop("more", {}).items()}
    breaks, waypoints = said.pop("breaks", ()), said.pop("waypoints", ())
    return Track(Summary(FileType.FIT, kind, **said), columns, breaks=breaks, waypoints=waypoints)


def run(points: int, **said: Any) -> Track:
    """A run of one point a second, every column filled with digits that all formats keep."""
    seconds = range(points)
    columns = {
        "time": [START + second for second in seconds],
        "lat": [round(46 + second * 0.0000217, 7) for second in seconds],
        "lon": [round(14 + second * 0.0000331, 7) for second in seconds],
        "altitude": [300 + second % 50 * 0.2 for second in seconds],
        "distance": [second * 2.5 for second in seconds],
        "speed": [2.5] * points,
        "hr": [140 + second % 20 for second in seconds],
        "cadence": [80 + second % 8 for second in seconds],
        "power": [200 + second % 100 for second in seconds],
        "temperature": [18] * points,
    }
    return track(**({"sport": "running"} | columns | said))


def gpsbabel(data: bytes, reader: str, things: str) -> int:
    """Count the track points (``-t``), route points (``-r``) or way-points (``-w``) that GPSBabel reads."""
    if shutil.which("gpsbabel") is None:
        pytest.skip("GPSBabel is not here; tests/install-system-packages installs it.")
    command = ["gpsbabel", things, "-i", reader, "-f", "-", "-o", "unicsv", "-F", "-"]
    with TemporaryFile() as file:  # its FIT reader wants to seek
        file.write(data)
        file.seek(0)
        listed = subprocess.run(command, stdin=file, capture_output=True, check=True).stdout
    return max(len(listed.splitlines()) - 1, 0)


odd_numbers = st.sampled_from([nan, inf, -inf, 1e300, -1e300, 5e-324, -0.0, 90, 180, -180, 179.999999999, 1e-9, 65536])
numbers = st.floats(-200, 400) | odd_numbers | st.floats(START, START + 1000)
texts = (
    st.none()
    | st.text(st.characters(), max_size=40)
    | st.sampled_from(["]]>", "<&\"'", "\x00\x0b", "\ud800", "🏃\r\n"])
)
moments = st.none() | st.integers(0, 2**31 - 1) | st.integers(START, START + 1000)
whole = st.none() | st.integers(-5, 2**33)
metres = st.none() | numbers


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    sport = draw(st.none() | st.sampled_from(["running", "cycling", "swimming", "transition"]))
    facts = dict.fromkeys(("avg_hr", "max_hr", "avg_power", "max_power", "avg_cadence", "max_cadence", "calories"))
    return Session(
        sport=sport,
        start=draw(moments),
        **{name: draw(metres) for name in ("elapsed", "timer", "distance")},
        **{name: draw(whole) for name in facts},
    )


@st.composite
def hostile_tracks(draw: st.DrawFn) -> Track:
    """Any track that keeps the rules of ``Track``, whatever its samples and words say."""
    length = draw(st.integers(0, 8))
    names = draw(st.sets(st.sampled_from(sorted(COLUMNS)))) if length else set()
    column = st.lists(numbers, min_size=length, max_size=length)
    index = st.none() | st.integers(0, length - 1) if names else st.none()
    place = st.builds(
        Waypoint, numbers, numbers, texts, st.sampled_from(sorted(POINT_KINDS)), metres, metres, metres, index
    )
    return track(
        draw(st.sampled_from(Kind)),
        more={name: draw(column) for name in sorted(names)},
        breaks=tuple(sorted(draw(st.sets(st.integers(1, length - 1))))) if names and length > 1 else (),
        waypoints=tuple(draw(st.lists(place, max_size=4))),
        name=draw(texts),
        sport=draw(texts | st.sampled_from(["running", "multisport"])),
        start=draw(moments),
        distance=draw(metres),
        sessions=tuple(draw(st.lists(sessions(), max_size=3))),
        laps=tuple(draw(st.lists(sessions(), max_size=4))),
        device=draw(st.none() | st.builds(Device, texts, texts, whole, texts)),
    )
