"""Commands on files, as an operator types them."""

import json
import os
import pwd
import stat
from pathlib import Path

import pytest

from gateway.simwatch.sample import ROUTE_FILE, RUN_FILE, activity
from tests.cli.test_activities import on_a_terminal
from tests.cli.test_config import run
from tests.samples import gpx_route


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"SYNC_DATA_DIR": str(tmp_path / "data")}


def test_add_list_get(home: dict[str, str], tmp_path: Path) -> None:
    done = run("add", str(ROUTE_FILE), str(RUN_FILE), **home)
    assert done.stdout.splitlines() == ["/routes/river-loop.gpx", "/activities/morning-run.fit"]
    again = run("add", str(ROUTE_FILE), **home)
    assert again.stdout == "was there already: /routes/river-loop.gpx\n"
    lines = [line.split("\t") for line in run("list", **home).stdout.splitlines()]
    assert [line[0] for line in lines] == ["/activities/morning-run.fit", "/routes/river-loop.gpx"]
    assert lines[0][3] == "running, 8.21 km, 0:44:59"
    rows = json.loads(run("list", "/activities", "--json", **home).stdout)
    assert rows[0]["summary"]["sport"] == "running"
    target = tmp_path / "copy.fit"
    assert run("get", "/activities/morning-run.fit", "-o", str(target), **home).returncode == 0
    assert target.read_bytes() == RUN_FILE.read_bytes()


def test_a_large_file_comes_back(home: dict[str, str], tmp_path: Path) -> None:
    large = tmp_path / "large.gpx"
    large.write_bytes(gpx_route(20_000))
    done = run("add", str(large), "--to", "/routes", **home)
    assert done.returncode == 0
    assert "watches get it with fewer points: it has 713 KB and the limit is 100 KB" in done.stderr
    assert run("get", "/routes/large.gpx", **home).stdout.encode() == large.read_bytes()
    contents = [path for path in (tmp_path / "data" / "contents").rglob("*") if path.is_file()]
    assert len(contents) == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in contents} == {0o600}
    assert stat.S_IMODE((tmp_path / "data" / "wristgate.db").stat().st_mode) == 0o600


def test_what_cannot_be_added_is_named(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "cut.fit").write_bytes(RUN_FILE.read_bytes()[:-9])
    (tmp_path / "empty.gpx").write_bytes(b"")
    (tmp_path / "note.txt").write_bytes(b"a note")
    for name, reason in (("cut.fit", "truncated"), ("empty.gpx", "truncated"), ("note.txt", "no FIT")):
        done = run("add", str(tmp_path / name), **home)
        assert done.returncode == 1
        assert reason in done.stderr
        assert "Traceback" not in done.stderr
    kept = run("add", str(tmp_path / "cut.fit"), str(tmp_path / "note.txt"), "--to", "/routes", **home)
    assert kept.returncode == 0
    assert "truncated" in kept.stderr
    assert "no watch gets it, it is none of FIT" in kept.stderr


def test_a_path_is_a_file_or_a_folder(home: dict[str, str]) -> None:
    run("add", str(ROUTE_FILE), "--to", "/routes", **home)
    for folder in ("/routes/river-loop.gpx", "/routes/river-loop.gpx/deeper"):
        done = run("add", str(ROUTE_FILE), "--to", folder, **home)
        assert (done.returncode, "is a file, not a folder" in done.stderr) == (1, True)
    relative = run("add", str(ROUTE_FILE), "--to", "routes", **home)
    assert "folder: must start with /" in relative.stderr


def test_no_command_makes_a_gateway_where_one_merely_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("add", str(ROUTE_FILE)), ("list",), ("signin-link",), ("devices",), ("pair", "AAAAAAAA")):
        done = run(*words)
        assert done.returncode == 1
        assert f"no gateway's data in {tmp_path}/data" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "words",
    [("get", "/none.fit"), ("list", "/none"), ("device", "revoke", "aaaaaaaaaaaa"), ("list", "--user", "a@b.c")],
)
def test_what_is_not_there_is_a_sentence(home: dict[str, str], words: tuple[str, ...]) -> None:
    run("add", str(ROUTE_FILE), **home)
    done = run(*words, **home)
    assert done.returncode == 1
    assert done.stderr.startswith("wristgate: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("rm", "/documents"), ("get", "/routes"), ("mv", "/routes/", "/x"), ("rm", "/"), ("get", "/a/B")]
)
def test_a_folder_is_no_file(home: dict[str, str], words: tuple[str, ...]) -> None:
    run("add", str(ROUTE_FILE), "--to", "/a/b", **home)
    done = run(*words, **home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"wristgate: {words[1].rstrip('/') or '/'} is a folder, not a file\n"


def test_a_terminal_gets_text_only(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("\ufeffGrüße\t🏃‍♀️\n")
    (tmp_path / "odd.txt").write_bytes(b"\x1b[2J")
    run("add", str(RUN_FILE), str(tmp_path / "notes.txt"), str(tmp_path / "odd.txt"), "--to", "/documents", **home)
    assert "Grüße" in on_a_terminal(home, "get", "/documents/notes.txt")
    for name in (RUN_FILE.name, "odd.txt"):
        said = on_a_terminal(home, "get", f"/documents/{name}", code=1)
        assert (
            said.strip()
            == f"wristgate: /documents/{name} is no text that a terminal can show: write it to a file, -o FILE"
        )
    assert run("get", "/documents/odd.txt", **home).stdout == "\x1b[2J"


def test_what_the_system_refuses_is_a_sentence(home: dict[str, str]) -> None:
    run("add", str(ROUTE_FILE), **home)
    done = run("get", "/routes/river-loop.gpx", "-o", "/no/such/folder/x", **home)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "/no/such/folder/x" in done.stderr


def test_root_is_sent_away_from_data_of_another_user(home: dict[str, str], tmp_path: Path) -> None:
    run("add", str(ROUTE_FILE), **home)
    database = tmp_path / "data" / "wristgate.db"
    if os.geteuid() == 0:  # nobody else can give files away, and nobody else is sent away
        os.chown(database, pwd.getpwnam("nobody").pw_uid, -1)
        done = run("add", str(RUN_FILE), **home)
        assert done.returncode == 1
        assert "the data belong to the user nobody" in done.stderr
        os.chown(database, 0, -1)
    assert run("add", str(RUN_FILE), **home).returncode == 0


def test_a_link_names_the_address_that_the_gateway_noted(home: dict[str, str], tmp_path: Path) -> None:
    run("add", str(ROUTE_FILE), **home)
    (tmp_path / "data" / "address").write_text("https://sync.example.com\n")
    assert run("signin-link", **home).stdout.startswith("https://sync.example.com/signin?link=")
    own = run("signin-link", SYNC_BASE_URL="https://other.example", **home)
    assert own.stdout.startswith("https://other.example/signin?link=")


def test_a_user_without_a_terminal_needs_the_password_on_standard_input(home: dict[str, str]) -> None:
    done = run("user", "add", "ana@example.com", **home)
    assert done.returncode == 2
    assert "--password-stdin" in done.stderr


def test_what_no_watch_gets_is_said(home: dict[str, str], tmp_path: Path) -> None:
    long = tmp_path / "long.fit"
    long.write_bytes(activity(6000))
    waypoints = tmp_path / "many.gpx"
    places = "".join(f'<wpt lat="47.{n:04}" lon="15"><name>place {n}</name></wpt>' for n in range(3000))
    waypoints.write_text(f'<gpx version="1.1">{places}</gpx>')
    for file in (long, waypoints):
        done = run("add", str(file), "--to", "/routes", **home)
        assert done.returncode == 0
        assert "no watch gets it, it has" in done.stderr
