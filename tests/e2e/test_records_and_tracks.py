"""What a watch sends besides files outlives ``kill -9``, and conversions outlive nobody."""

import json
from pathlib import Path
from typing import Any

from gateway import formats
from tests.e2e.client import Device, pair
from tests.e2e.conftest import Make
from tests.e2e.database import assert_sound, count
from tests.e2e.program import Program, wait_until

START = 1_789_878_600
DAY = {"y": "day", "t": START, "steps": 9000}


def batch(first: int, many: int, *, end: bool = False) -> dict[str, Any]:
    rows = [[n, 475_000_000 + 30 * n, 150_000_000] for n in range(first, first + many)]
    return {"up": "t", "off": first, "t": START, "sp": 1, "cols": ["dt", "lat", "lon"], "rows": rows, "end": end}


def wind(points: int) -> bytes:
    places = "".join(f'<trkpt lat="47.{n * 7919 % 100_000:05}" lon="15.{n:06}"/>' for n in range(points))
    return f'<gpx version="1.1"><trk><trkseg>{places}</trkseg></trk></gpx>'.encode()


def converters(program: Program) -> list[int]:
    """A gateway's processes that convert a file at the moment."""
    found = []
    for worker in program.workers():
        for line in Path(f"/proc/{worker}/task").glob("*/children"):
            found += [int(child) for child in line.read_text().split() if _converts(int(child))]
    return found


def _converts(pid: int) -> bool:
    try:
        return b"gateway.service.converting" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_track_goes_on_after_kill(make: Make) -> None:
    program = make().start()
    with pair(program) as device:
        for first in (0, 100, 200):
            assert device.value("POST", "track", batch(first, 100))["have"] == first + 100
            program.kill()
            program.start()
            device.close()
        done = device.value("POST", "track", batch(300, 20, end=True))
        program.kill()
        program.start()
        device.close()
        assert device.value("POST", "track", batch(300, 20, end=True)) == done
    (row,) = json.loads(program.command("list", "/activities", "--json"))
    assert row["summary"]["records"] == 320
    assert formats.read(program.command("get", row["path"])).elapsed == 319.0
    program.stop()
    assert_sound(program.data)


def test_records_that_were_answered_are_there(make: Make) -> None:
    program = make().start()
    with pair(program) as device:
        answer = device.value("POST", "records", {"n": "r", "r": [DAY, {"y": "hr"}]})
        program.kill()
        program.start()
        device.close()
        assert device.value("POST", "records", {"n": "r", "r": [DAY, {"y": "hr"}]}) == answer
        assert device.value("POST", "records", {"r": [DAY]})["dup"] == 1
    program.stop()
    assert count(program.data, "records") == 1
    assert_sound(program.data)


def test_sigterm_does_not_wait_for_a_conversion_that_nobody_waits_for(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "tour.gpx"
    file.write_bytes(wind(40_000))
    before = make()
    before.command("add", str(file), "--to", "/routes")
    program = make({"SYNC_DEVICE_MAX_FILE": "50000"}, data=before.data).start()  # needs fewer points now
    with pair(program) as device:
        assert device.value("GET", "status")["pending"] == 0
        begun: list[int] = []
        wait_until(lambda: begun.extend(converters(program)) or begun, "a conversion has begun")
        program.stop()
        assert not any(map(_converts, begun))
        program.start()
        device.close()
        wait_until(lambda: device.value("GET", "status")["pending"], "the conversion is made")
        assert len(device.download("tour.gpx")) <= 50_000
    program.stop()
    again = make({"SYNC_DEVICE_MAX_FILE": "40000"}, data=before.data).start()
    with Device(again, device.token) as watch:
        wait_until(lambda: watch.listed("&all=1"), "the list has what it began")
        assert watch.listed("&all=1")[0]["s"] <= 40_000
    again.stop()
    assert "Traceback" not in program.words() + again.words()
    assert_sound(program.data)
