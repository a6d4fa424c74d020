import io
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import fitdecode
import pytest
from garmin_fit_sdk import Decoder, Stream

from gateway.simwatch import sample
from gateway.simwatch.terrain import Loop

CAP = 102_400


def judged(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The messages as Garmin's own SDK reads them."""
    assert Decoder(Stream.from_byte_array(bytearray(content))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(content))).read()
    assert errors == []
    return messages


def test_the_bundled_files_are_what_the_generator_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "RUN_FILE", tmp_path / "run")
    monkeypatch.setattr(sample, "ROUTE_FILE", tmp_path / "route")
    bundled = (sample.FOLDER / "morning-run.fit").read_bytes(), (sample.FOLDER / "river-loop.gpx").read_bytes()
    sample.write_bundled()
    assert (sample.RUN_FILE.read_bytes(), sample.ROUTE_FILE.read_bytes()) == bundled


def test_the_run_is_a_plausible_activity_to_garmins_sdk() -> None:
    content = sample.RUN_FILE.read_bytes()
    messages = judged(content)
    session, records = messages["session_mesgs"][0], messages["record_mesgs"]
    assert 50_000 < len(content) < 70_000
    assert len(records) == 2700
    assert messages["file_id_mesgs"][0]["type"] == "activity"
    assert session["sport"] == "running"
    assert 7_500 < session["total_distance"] < 8_500
    assert 60 < session["total_ascent"] < 200
    assert all(80 <= record["heart_rate"] <= 190 for record in records)
    assert all(after["timestamp"] > before["timestamp"] for before, after in pairwise(records))
    assert session["max_heart_rate"] == max(record["heart_rate"] for record in records)


def test_the_laps_add_up_to_the_session() -> None:
    messages = judged(sample.RUN_FILE.read_bytes())
    session, laps = messages["session_mesgs"][0], messages["lap_mesgs"]
    assert session["num_laps"] == len(laps)
    for total in ("total_distance", "total_timer_time"):
        assert sum(lap[total] for lap in laps) == pytest.approx(session[total], abs=0.1)


def test_the_positions_are_as_far_apart_as_the_distance_says() -> None:
    records = judged(sample.RUN_FILE.read_bytes())["record_mesgs"]
    places = [(r["position_lat"] * 180 / 2**31, r["position_long"] * 180 / 2**31) for r in records[::10]]
    walked = sum(sample.distance(a, b) for a, b in pairwise(places))
    assert walked == pytest.approx(records[-1]["distance"], rel=0.05)


@pytest.mark.parametrize("content", [sample.RUN_FILE.read_bytes(), sample.activity(1), sample.activity(400, 3)])
def test_fitdecode_reads_it_too(content: bytes) -> None:
    options = {"check_crc": fitdecode.CrcCheck.RAISE, "error_handling": fitdecode.ErrorHandling.RAISE}
    with fitdecode.FitReader(io.BytesIO(content), **options) as reader:
        names = [frame.name for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
    assert names[0] == "file_id"
    assert names[-2:] == ["session", "activity"]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert sample.activity(60, 4) == sample.activity(60, 4)
    assert sample.activity(60, 4) != sample.activity(60, 5)


def test_bench_files_are_near_the_cap_and_cheap_to_tell_apart() -> None:
    content = sample.bench_activity()
    assert 0.98 * CAP < len(content) <= CAP
    variants = [sample.with_serial(content, serial) for serial in (1, 2, 2**32 - 1)]
    assert len({*variants, content}) == 4
    serials = [judged(variant)["file_id_mesgs"][0]["serial_number"] for variant in variants]
    assert serials == [1, 2, 2**32 - 1]


def test_the_route_is_a_gpx_of_a_closed_loop() -> None:
    content = sample.ROUTE_FILE.read_bytes()
    assert 10_000 < len(content) < 20_000
    name = "{http://www.topografix.com/GPX/1/1}"
    root = ET.fromstring(content)
    points = root.findall(f"{name}rte/{name}rtept")
    assert 100 <= len(points) <= 250
    places = [(float(point.get("lat")), float(point.get("lon"))) for point in points]
    length = sum(sample.distance(a, b) for a, b in pairwise(places))
    assert length == pytest.approx(sample.RIVER.length, rel=0.01)
    assert places[0] == places[-1]


def test_a_loop_climbs_as_much_as_it_falls() -> None:
    loop = Loop(sample.HILLS)
    assert loop.height(0) == pytest.approx(loop.height(sample.HILLS.length))
    assert loop.position(0) == pytest.approx(loop.position(sample.HILLS.length))
