"""``wristgate inspect``, as people and scripts use it."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.formats import read
from gateway.simwatch.sample import ROUTE_FILE, RUN_FILE
from tests.cli.test_config import run
from tests.formats.fit_files import file_id, frame
from tests.samples import fit

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
