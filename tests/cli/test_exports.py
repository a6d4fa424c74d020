"""What ``wristgate inspect`` writes: columns, other formats, repaired files, pictures."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gateway.formats import read
from gateway.simwatch.sample import RUN_FILE
from tests.cli.test_config import run
from tests.cli.test_inspect import DATA, ROUTE, RUN, told
from tests.formats.fit_files import RECORD, UINT8, define, file_id, frame
from tests.samples import gpx_route


def test_track_writes_every_sample(tmp_path: Path) -> None:
    target = tmp_path / "run.csv"
    done = run("inspect", RUN, "--track", str(target))
    assert done.returncode == 0
    assert done.stderr.startswith(f"Wrote {target}: 2,700 samples, ")
    with target.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [
        "time", "lat", "lon", "altitude", "distance", "speed", "hr", "cadence", "power", "temperature", "segment",
    ]  # fmt: skip
    assert len(rows) == 2701
    assert rows[1][0] == "2026-09-20T04:30:00Z"
    assert rows[-1][0] == "2026-09-20T05:14:59Z"
    assert (rows[1][6], rows[1][8], rows[1][10]) == ("96", "", "1")
    assert float(rows[-1][4]) == pytest.approx(8207.99)
    assert float(rows[1][1]) == pytest.approx(47.0859972, abs=1e-7)


def test_track_has_developer_fields_with_their_units(tmp_path: Path) -> None:
    run("inspect", str(DATA / "valid" / "fit_ok_devfields.fit"), "--track", str(tmp_path / "run.csv"))
    with (tmp_path / "run.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    assert names.index("segment") == 10
    assert any(name.endswith("]") for name in names[11:])
    assert all(row[names[11]] for row in rows)


def test_a_track_that_was_interrupted_has_segments(tmp_path: Path) -> None:
    points = "".join(
        f'<trkseg><trkpt lat="47.{part}" lon="15"/><trkpt lat="47.{part}1" lon="15"/></trkseg>' for part in range(3)
    )
    file = tmp_path / "walk.gpx"
    file.write_text(
        f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk>{points}</trk></gpx>'
    )
    run("inspect", str(file), "--track", str(tmp_path / "walk.csv"))
    with (tmp_path / "walk.csv").open(newline="") as written:
        assert [row["segment"] for row in csv.DictReader(written)] == ["1", "1", "2", "2", "3", "3"]


@pytest.mark.parametrize("ending", ["fit", "gpx", "tcx", "GPX"])
def test_convert_goes_by_the_ending(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    done = run("inspect", RUN, "--convert", str(target), "--points", "500")
    assert done.returncode == 0, done.stderr
    assert "500 samples" in done.stderr
    (row,) = told(str(target))
    assert (row["valid"], row["format"], row["n_records"]) == (True, ending.lower(), 500)
    assert row["start_time"] == "2026-09-20T04:30:00Z"
    assert row["distance_m"] == pytest.approx(8208, rel=0.01)


def test_a_route_becomes_a_course(tmp_path: Path) -> None:
    run("inspect", ROUTE, "--convert", str(tmp_path / "tour.fit"))
    (row,) = told(str(tmp_path / "tour.fit"))
    assert (row["format"], row["kind"]) == ("fit", "course")
    run("inspect", ROUTE, "--convert", str(tmp_path / "tour.csv"))
    assert len((tmp_path / "tour.csv").read_text().splitlines()) == 181


def test_repair_saves_what_is_there(tmp_path: Path) -> None:
    cut, saved = tmp_path / "cut.fit", tmp_path / "saved.fit"
    cut.write_bytes(RUN_FILE.read_bytes()[:40_000])
    done = run("inspect", str(cut), "--repair", str(saved))
    assert done.returncode == 0
    assert "samples until 2026-09-20 0" in done.stderr
    (row,) = told(str(saved))
    assert row["valid"]
    assert 1500 < row["n_records"] < 2000
    again = run("inspect", str(saved), "--repair", str(tmp_path / "again.fit"))
    assert again.returncode == 1
    assert "nothing to repair" in again.stderr
    for content, reason in (
        (b"<gpx>", "only FIT"),
        (b"a note", "nothing can be saved"),
        (None, "nothing can be saved"),
    ):
        (tmp_path / "other").unlink(missing_ok=True)
        if content is not None:
            (tmp_path / "other").write_bytes(content)
        refused = run("inspect", str(tmp_path / "other"), "--repair", str(tmp_path / "again.fit"))
        assert (refused.returncode, reason in refused.stderr) == (1, True), refused.stderr
    assert not (tmp_path / "again.fit").exists()


def test_plot_draws_a_picture(tmp_path: Path) -> None:
    target = tmp_path / "run.svg"
    done = run("inspect", RUN, "--plot", str(target), "--track", str(tmp_path / "run.csv"))
    assert (done.returncode, done.stderr.count("Wrote")) == (0, 2)
    assert ET.parse(target).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    again = run("inspect", RUN, "--plot", str(target))
    assert again.stderr.startswith(f"Replaced {target}")


@pytest.mark.parametrize(
    ("option", "target", "reason"),
    [
        ("--track", "o.csv", "no samples"),
        ("--plot", "o.svg", "nothing to draw"),
        ("--convert", "o.gpx", "without samples"),
    ],
)
def test_a_file_without_a_track_has_nothing_to_write(tmp_path: Path, option: str, target: str, reason: str) -> None:
    (tmp_path / "settings.fit").write_bytes(frame(file_id(2)))
    done = run("inspect", str(tmp_path / "settings.fit"), option, str(tmp_path / target))
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / target).exists()


def test_nothing_is_made_of_a_file_that_is_not_valid(tmp_path: Path) -> None:
    (tmp_path / "cut.fit").write_bytes(RUN_FILE.read_bytes()[:-9])
    done = run("inspect", "--json", str(tmp_path / "cut.fit"), "--plot", str(tmp_path / "cut.svg"))
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "truncated"
    assert "nothing was written; what can be saved of it: --repair OUT.fit" in done.stderr
    assert not (tmp_path / "cut.svg").exists()


def test_the_file_itself_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "tour.gpx"
    content = gpx_route(50)
    file.write_bytes(content)
    (tmp_path / "link.gpx").symlink_to(file)
    for target in (file, tmp_path / "link.gpx"):
        done = run("inspect", str(file), "--convert", str(target), "--points", "3")
        assert done.returncode == 2
        assert "another name than that of the file itself" in done.stderr
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([RUN, RUN, "--plot", "x.svg"], "take one FILE"),
        ([RUN, "--points", "5"], "goes with --convert"),
        ([RUN, "--convert", "x.gpx", "--points", "1"], "--points"),
        ([RUN, "--convert", "x.kml"], "ends in .fit, .gpx, .tcx, .csv"),
        ([RUN, "--repair", "x.fit", "--plot", "x.svg"], "goes alone"),
        ([RUN, "--plot", "x.png"], "--plot takes a name that ends in .svg"),
        ([RUN, "--track", "-"], "--track takes a name that ends in .csv"),
        ([RUN, "--repair", "x.gpx"], "--repair takes a name that ends in .fit"),
        ([RUN, "--track", "x.csv", "--convert", "x.csv"], "take different names"),
    ],
)
def test_options_that_do_not_go_together_are_told(tmp_path: Path, words: list[str], reason: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "inspect", *words], cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert reason in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_a_sentence() -> None:
    done = run("inspect", RUN, "--plot", "/no/such/folder/x.svg")
    assert done.returncode == 1
    assert done.stderr == "wristgate: /no/such/folder/x.svg: No such file or directory\n"


def test_a_heading_that_a_spreadsheet_would_compute_is_text(tmp_path: Path) -> None:
    name = b"=1+1\0"
    described = define(206, [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, len(name), 7)], local=1)
    record = define(RECORD, [(3, 1, UINT8)], local=2, developer=[(0, 1, 0)])
    file = tmp_path / "odd.fit"
    file.write_bytes(
        frame(file_id() + described + b"\x01\0\0\x02" + name + record + bytes((2, 140, 7)) + bytes((2, 141, 8)))
    )
    done = run("inspect", str(file), "--track", str(tmp_path / "odd.csv"))
    assert done.returncode == 0, done.stderr
    heading, first, _ = (tmp_path / "odd.csv").read_text().splitlines()
    assert heading.endswith(",segment,'=1+1")
    assert first == ",,,,,,140,,,,1,7"


def test_what_is_said_of_a_conversion_is_what_was_written(tmp_path: Path) -> None:
    half = re.sub(
        r"<Position>.*?</Position>", "", (DATA / "valid" / "tcx_multisport.tcx").read_text(), count=5, flags=re.DOTALL
    )
    (tmp_path / "half.tcx").write_text(half)
    done = run("inspect", str(tmp_path / "half.tcx"), "--convert", str(tmp_path / "half.gpx"))
    assert f"{read((tmp_path / 'half.gpx').read_bytes()).records} samples" in done.stderr


def test_a_planned_track_becomes_a_course(tmp_path: Path) -> None:
    (tmp_path / "plan.gpx").write_text(
        '<gpx><trk><trkseg><trkpt lat="46" lon="14"/><trkpt lat="46.01" lon="14"/></trkseg></trk></gpx>'
    )
    for ending in ("fit", "tcx"):
        target = tmp_path / f"plan.{ending}"
        run("inspect", str(tmp_path / "plan.gpx"), "--convert", str(target))
        assert read(target.read_bytes()).kind == "course"


def test_what_could_be_saved_is_said(tmp_path: Path) -> None:
    (tmp_path / "cut.fit").write_bytes(RUN_FILE.read_bytes()[:30_000])
    (tmp_path / "stub.fit").write_bytes(RUN_FILE.read_bytes()[:60])
    assert "with --repair OUT.fit" in run("inspect", str(tmp_path / "cut.fit")).stdout
    assert "Can be saved\tnothing" in run("inspect", str(tmp_path / "stub.fit")).stdout


def test_json_in_a_tracks_name_is_not_valid(tmp_path: Path) -> None:
    (tmp_path / "run.gpx").write_bytes(b"{}")
    (row,) = told(str(tmp_path / "run.gpx"))
    assert (row["valid"], row["error"]["code"]) == (False, "not_gpx")
