"""``wristgate activities`` and ``reindex`` beside a real gateway."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.cli.test_config import run
from tests.samples import START, fit


@pytest.fixture(scope="module")
def filled(gateway: LocalGateway, tmp_path_factory: pytest.TempPathFactory) -> LocalGateway:
    """Three runs on three days."""
    folder = tmp_path_factory.mktemp("runs")
    for n in range(3):
        (folder / f"run{n}.fit").write_bytes(fit(60 + n, START + n * 86400))
    gateway.command("add", *(str(file) for file in sorted(folder.iterdir())))
    return gateway


def call(gateway: LocalGateway, *words: str) -> subprocess.CompletedProcess[str]:
    return run(*words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], TZ="UTC")


def on_a_terminal(gateway: LocalGateway | dict[str, str], *words: str, columns: int = 110, code: int = 0) -> str:
    """What a person sees on standard output and error."""
    master, slave = pty.openpty()
    own = gateway.environment if isinstance(gateway, LocalGateway) else os.environ | gateway
    environment = own | {"TERM": "xterm", "COLUMNS": str(columns), "TZ": "UTC", "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", *words], env=environment, stdin=slave, stdout=slave, stderr=slave
    ) as child:
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            said += piece
    os.close(master)
    assert child.returncode == code, said
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())


def test_in_a_pipe_a_line_an_activity(filled: LocalGateway) -> None:
    done = call(filled, "activities")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("2026-09-22 04:30", "running", "0:01:01"), ("2026-09-21 04:30", "running", "0:01:00"),
        ("2026-09-20 04:30", "running", "0:00:59"),
    ]  # fmt: skip
    assert all(row[5].endswith(" min/km") for row in rows)
    said = json.loads(call(filled, "activities", "--json", "-n", "2").stdout)
    assert [each["id"] for each in said] == [row[8] for row in rows[:2]]
    assert said[0]["start"] == START + 2 * 86400
    west, south, east, north = said[0]["bbox"]
    assert len(call(filled, "activities", "--bbox", f"{west},{south},{east},{north}").stdout.splitlines()) == 3
    listed = json.loads(call(filled, "list", "--json").stdout)
    assert said[0]["bbox"] in [row["summary"]["bbox"] for row in listed]
    assert (west < east, south < north, 44 < south < 50) == (True, True, True)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("run1",), 1), (("run*", "development"), 3), (("--sport", "cycling"), 0), (("--from", "2026-09-21"), 2),
        (("--from", "2026-09-21", "--to", "2026-09-21"), 1), (("--bbox", "0,0,1,1"), 0), (("-n", "1"), 1),
    ],
)  # fmt: skip
def test_what_is_looked_for(filled: LocalGateway, words: tuple[str, ...], count: int) -> None:
    done = call(filled, "activities", *words)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, count)
    assert bool(done.stderr) == (count == 0)


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--from", "May"), "--from and --to take a day like 2026-05-01", 2),
        (("--bbox", "1"), "--bbox takes west,south,east,north in degrees, like 15.3,47.0,15.6,47.2", 2),
        (("a*",), "q: takes 2 letters or more before a *", 1),
        (("--user", "nobody@example.com"), "no user nobody@example.com", 1),
    ],
)
def test_what_cannot_be_understood(filled: LocalGateway, words: tuple[str, ...], said: str, code: int) -> None:
    done = call(filled, "activities", *words)
    assert (done.stderr, done.returncode, done.stdout) == (f"wristgate: {said}\n", code, "")


def test_a_person_sees_weeks(filled: LocalGateway) -> None:
    seen = on_a_terminal(filled, "activities", "--from", "2026-09-07", "--to", "2026-09-27")
    lines = seen.splitlines()
    assert lines[0].split() == ["When", "Sport", "Name", "Distance", "Time", "Pace", "Climb", "Heart", "Id"]
    weeks = [line for line in lines if "Sep" in line]
    assert [line.split("Sep")[0].strip() for line in weeks] == ["7", "14", "21"]
    assert [line.count("█") for line in weeks] == [0, 20, 40]  # one minute, two minutes
    assert "2x" in weeks[2]
    assert "█ running" in seen
    assert max(map(len, lines)) <= 110


@pytest.mark.parametrize(("begin", "weeks", "shown"), [("1990-01-01", 20, 20), (None, 20, 20), (None, 3, 3)])
def test_as_many_weeks_as_wanted(filled: LocalGateway, begin: str | None, weeks: int, shown: int) -> None:
    words = [*(("--from", begin) if begin else ()), "--to", "2026-09-27", "--weeks", str(weeks)]
    lines = on_a_terminal(filled, "activities", *words).splitlines()
    months = re.compile(r"^ *\d+ (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
    assert len([line for line in lines if months.match(line)]) == shown


@pytest.mark.parametrize("look", [call, on_a_terminal])
def test_reindex(filled: LocalGateway, look: Callable[..., object]) -> None:
    said = look(filled, "reindex")
    text = said if isinstance(said, str) else said.stdout  # type: ignore[attr-defined]
    assert "3 activities of 3 files and summaries; nothing was wrong." in text
    told = json.loads(call(filled, "reindex", "--json").stdout)
    assert (told["activities"], told["sources"], told["mended"]) == (3, 3, 0)


def test_reindex_counts_one_as_one(tmp_path: Path) -> None:
    settings = {"SYNC_DATA_DIR": str(tmp_path / "data")}
    run("signin-link", **settings)
    assert run("add", str(RUN_FILE), **settings).returncode == 0
    text = run("reindex", **settings).stdout
    assert text.endswith(": 1 activity of 1 file or summary; nothing was wrong.\n")


def test_without_any(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.mktemp("empty"))
    run("user", "add", "ana@example.com", "--password-stdin", SYNC_DATA_DIR=folder)
    done = run("activities", SYNC_DATA_DIR=folder)
    assert (done.stdout, done.stderr) == ("", "There are no activities yet.\n")


def test_the_weeks_of_old_activities(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where nothing was done of late, the weeks are those of the newest activity."""
    folder = tmp_path_factory.mktemp("old")
    (folder / "old.fit").write_bytes(fit(60, START - 5 * 365 * 86400))
    environment = {"SYNC_DATA_DIR": str(folder / "data")}
    run("add", str(folder / "old.fit"), **environment)
    seen = on_a_terminal(environment, "activities")
    assert seen.count("█") == 41, "the bar and its legend"
