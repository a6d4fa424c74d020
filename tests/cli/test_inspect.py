"""``wristgate inspect``, as people and scripts use it."""

import csv
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from gateway.formats import read
from gateway.simwatch.sample import ROUTE_FILE, RUN_FILE
from tests.cli.test_config import run
from tests.formats.fit_files import RECORD, UINT8, define, file_id, frame
from tests.samples import fit, gpx_route

KEYS = [
    "file", "format", "valid", "kind", "sport", "start_time", "duration_s", "moving_s", "distance_m", "ascent_m",
    "avg_hr", "max_hr", "n_records", "n_laps", "n_sessions", "device", "error",
]  # fmt: skip
RUN, ROUTE = str(RUN_FILE), str(ROUTE_FILE)
DATA = Path(__file__).parents[1] / "data" / "formats"


def told(*words: str, **environment: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("inspect", "--json", *words, **environment).stdout.splitlines()]


def piped(data: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", "inspect", *words], input=data, capture_output=True, timeout=60, check=False
    )


def on_a_terminal(*words: str, columns: int = 120, env: dict[str, str] | None = None) -> str:
    """Run the command with standard output and error on a terminal."""
    master, terminal = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"} | (env or {})
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "inspect", *words], stdin=subprocess.DEVNULL, stdout=terminal,
        stderr=terminal, env=environment,
    ) as process:  # fmt: skip
        os.close(terminal)
        shown = b"".join(iter(lambda: _read(master), b""))
        process.wait(timeout=60)
    os.close(master)
    return shown.decode()


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # the other side is closed
        return b""


def test_the_facts_of_a_run() -> None:
    done = run("inspect", "--json", RUN)
    assert done.returncode == 0
    assert done.stderr == ""
    facts = json.loads(done.stdout)
    assert list(facts) == KEYS
    assert facts == {
        "file": RUN,
        "format": "fit",
        "valid": True,
        "kind": "activity",
        "sport": "running",
        "start_time": "2026-09-20T04:30:00Z",
        "duration_s": 2699.0,
        "moving_s": 2699.0,
        "distance_m": 8207.99,
        "ascent_m": 95,
        "avg_hr": 142,
        "max_hr": 169,
        "n_records": 2700,
        "n_laps": 9,
        "n_sessions": 1,
        "device": {"manufacturer": "development", "product": facts["device"]["product"]},
        "error": None,
    }


def test_all_keys_are_there_whatever_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{}")
    bad = frame(file_id())[:-1] + b"\0"
    (tmp_path / "bad.fit").write_bytes(bad)
    (tmp_path / "note.txt").write_text("a note")
    (tmp_path / "empty.gpx").write_bytes(b"")
    names = ["settings.json", "bad.fit", "note.txt", "empty.gpx", "missing.fit", "."]
    rows = told(ROUTE, *(str(tmp_path / name) for name in names))
    assert all(list(row) == KEYS for row in rows)
    assert [row["file"] for row in rows] == [ROUTE, *(str(tmp_path / name) for name in names)]
    assert [row["valid"] for row in rows] == [True, True, False, False, False, False, False]
    assert [row["format"] for row in rows] == ["gpx", "json", "fit", None, None, None, None]
    assert [row["kind"] for row in rows] == ["route", "other", None, None, None, None, None]
    assert [row["error"] and row["error"]["code"] for row in rows] == [
        None, None, "bad_crc", "unknown_format", "truncated", "unreadable", "unreadable",
    ]  # fmt: skip
    assert rows[2]["error"]["offset"] == len(bad) - 2
    assert rows[2]["error"]["message"].startswith("some bytes of the file have changed")
    assert (rows[5]["error"]["offset"], rows[5]["error"]["message"]) == (None, "No such file or directory")
    for row in rows[2:]:
        assert {key for key in KEYS if row[key] is not None} <= {"file", "format", "valid", "error"}


def test_a_file_that_fails_while_it_is_read_is_unreadable() -> None:
    (row,) = told("/proc/self/mem")
    assert row["error"] == {"code": "unreadable", "offset": None, "message": "Input/output error"}


def test_several_sessions_are_summed() -> None:
    (row,) = told(str(DATA / "valid" / "fit_ok_multisport.fit"))
    summary = read((DATA / "valid" / "fit_ok_multisport.fit").read_bytes())
    assert row["sport"] == "multisport"
    assert row["n_sessions"] == len(summary.sessions) > 1
    assert row["duration_s"] == pytest.approx(sum(session.elapsed or 0 for session in summary.sessions))


def test_the_duration_has_the_pauses_and_the_moving_time_has_not(tmp_path: Path) -> None:
    points = [
        "".join(
            f'<trkpt lat="47.{second:04}" lon="15"><time>2026-01-01T{hour}:00:{second:02}Z</time></trkpt>'
            for second in range(60)
        )
        for hour in ("08", "09")
    ]
    segments = "".join(f"<trkseg>{part}</trkseg>" for part in points)
    (tmp_path / "walk.gpx").write_text(
        f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk>{segments}</trk></gpx>'
    )
    (row,) = told(str(tmp_path / "walk.gpx"))
    assert row["duration_s"] == 3659
    assert row["moving_s"] == 118


@pytest.mark.parametrize(
    ("files", "code"),
    [([RUN], 0), ([RUN, ROUTE], 0), ([RUN, "/no/such"], 1), (["/no/such"], 1), ([], 2)],
)
@pytest.mark.parametrize("form", [["--json"], []])
def test_the_exit_code_says_whether_all_are_valid(files: list[str], code: int, form: list[str]) -> None:
    assert run("inspect", *form, *files).returncode == code


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    for name, size in (("large.fit", 64 * 1024**2 + 1), ("huge.fit", 2**40)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
        (row,) = told(str(tmp_path / name))
        assert row["error"] == {"code": "too_large", "offset": None, "message": "the file has more than 64 MB"}
    (endless,) = told("/dev/zero")
    assert endless["error"]["code"] == "too_large"


def test_standard_input_is_a_dash() -> None:
    done = piped(RUN_FILE.read_bytes(), "--json", "-")
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["file"], facts["n_records"]) == (0, "-", 2700)
    assert piped(b"", "-").returncode == 1


def test_no_settings_and_no_data_folder_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("inspect", RUN, SYNC_THREADS="many", SYNC_DATA_DIR=str(tmp_path / "none"))
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_only_the_readers_are_loaded() -> None:
    code = (
        "import sys\nfrom gateway.cli import main\n"
        f"try: main(['inspect', '--json', {RUN!r}])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('rich', 'falcon', 'apsw', 'jinja2', 'gateway.app', 'gateway.plot') "
        "if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"


def test_hostile_names_stay_one_line_each(tmp_path: Path) -> None:
    names = [b"two\nlines.fit", b"tab\there.fit", b"\x1b[31mred.fit", b"not utf-8 \xff.fit", b"[bold]x.fit", b"-"]
    folder = os.fsencode(tmp_path)
    for name in names:
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(fit())
    command: Sequence[bytes | str] = [
        sys.executable, "-m", "gateway", "inspect", "--", *(folder + b"/" + name for name in names),
    ]  # fmt: skip
    plain = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()
    assert len(plain.splitlines()) == len(names)
    assert all(line.count("\t") == 7 for line in plain.splitlines())
    assert "\x1b" not in plain
    as_json = subprocess.run(
        [*command[:4], "--json", *command[4:]], capture_output=True, timeout=60, check=True
    ).stdout.decode()
    rows = [json.loads(line) for line in as_json.splitlines()]
    assert rows[0]["file"] == f"{tmp_path}/two\nlines.fit"
    assert rows[3]["file"] == f"{tmp_path}/not utf-8 \ufffd.fit"
    shown = on_a_terminal("--", *(os.fsdecode(folder + b"/" + name) for name in names))
    assert "\x1b[31mred" not in shown
    assert "[bold]x.fit" in shown


def test_many_files_come_in_their_order(tmp_path: Path) -> None:
    content = fit()
    names = [str(tmp_path / f"{number}.fit") for number in range(1500)]
    for number, name in enumerate(names):
        Path(name).write_bytes(content if number % 100 else b"")
    done = run("inspect", "--json", *names)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == names
    assert [row["valid"] for row in rows] == [number % 100 != 0 for number in range(1500)]
    assert (done.returncode, done.stderr) == (1, "")


def test_one_file_is_told_in_full() -> None:
    facts = dict(line.split("\t") for line in run("inspect", RUN).stdout.splitlines())
    assert facts["Format"] == "FIT"
    assert facts["Distance"] == "8.21 km"
    assert facts["Samples"] == "2,700"
    assert "Problem" not in facts
    refused = dict(line.split("\t") for line in run("inspect", "/no/such").stdout.splitlines())
    assert refused == {"File": "/no/such", "Problem": "No such file or directory"}


def test_several_files_are_a_row_each() -> None:
    lines = run("inspect", RUN, ROUTE, "/no/such", TZ="UTC").stdout.splitlines()
    assert [line.split("\t") for line in lines] == [
        [RUN, "fit", "running", "2026-09-20 04:30", "8.21 km", "0:44:59", "95 m", ""],
        [ROUTE, "gpx", "route", "-", "11.39 km", "-", "9 m", ""],
        ["/no/such", "-", "-", "-", "-", "-", "-", "No such file or directory"],
    ]


def test_a_terminal_gets_a_table_and_a_bar_that_goes(tmp_path: Path) -> None:
    (tmp_path / "cut.fit").write_bytes(RUN_FILE.read_bytes()[:-9])
    (tmp_path / "run.fit").write_bytes(RUN_FILE.read_bytes())
    shown = on_a_terminal(str(tmp_path / "cut.fit"), str(tmp_path / "run.fit"))
    assert "Reading" in shown
    table = shown.rpartition("\x1b[2K")[2]
    assert "Reading" not in table
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in table.splitlines()]
    assert lines[0].split() == ["File", "What", "Start", "Distance", "Time", "Climb"]
    assert lines[1].startswith("cut.fit  FIT not valid")
    assert lines[2].startswith("run.fit  FIT running")
    assert "1 of 2 not valid:" in lines
    assert lines[-1].startswith("cut.fit  the file is cut short")
    single = on_a_terminal(RUN)
    assert "Reading" not in single
    assert "8.21 km" in single


def test_a_pipe_has_no_bar() -> None:
    assert run("inspect", RUN, ROUTE).stderr == ""


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
        assert done.returncode == 1
        assert "this is the file itself" in done.stderr
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([RUN, RUN, "--plot", "x.svg"], "take one FILE"),
        ([RUN, "--points", "5"], "goes with --convert"),
        ([RUN, "--convert", "x.gpx", "--points", "1"], "--points"),
        ([RUN, "--convert", "x.kml"], "ends in .fit, .gpx, .tcx, .csv"),
        ([RUN, "--repair", "x.fit", "--plot", "x.svg"], "goes alone"),
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
