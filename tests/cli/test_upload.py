"""``wristgate upload``, as somebody types it or a rule of udev runs it."""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gateway.cli.bar import Bar
from gateway.client import Dropped
from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import ROUTE_FILE
from gateway.wording import size
from tests.cli.test_config import run
from tests.client import Api
from tests.http.store import paths
from tests.pyclient.servers import Cutting, says, scripted
from tests.samples import fit

TITLED = '{"title":"sent by wristgate upload","for":%s}'


@pytest.fixture(scope="module")
def key(gateway: LocalGateway) -> str:
    return gateway.command("apikey", "create", "pi", "--scope", "upload").decode().strip()


@pytest.fixture(scope="module")
def reader(gateway: LocalGateway) -> Api:
    return Api(gateway.url, gateway.command("apikey", "create", "reader").decode().strip(), "/api/v1")


@pytest.fixture
def environment(gateway: LocalGateway, key: str) -> dict[str, str]:
    return {"WRISTGATE_URL": gateway.url, "WRISTGATE_KEY": key}


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    """A folder as a watch shows it by USB."""
    folder = tmp_path / "Activity"
    (folder / "deeper").mkdir(parents=True)
    for name in ("B.FIT", "A.FIT", "deeper/C.FIT"):
        (folder / name).write_bytes(fit())
    (folder / ".hidden").write_bytes(b"x")
    return folder


def test_a_line_a_file_and_on_after_a_failure(environment: dict[str, str], watch: Path) -> None:
    bad = watch / "cut.fit"
    bad.write_bytes(fit()[:-9])
    done = run("upload", str(ROUTE_FILE), str(watch / "nothing"), str(bad), str(ROUTE_FILE), **environment)
    assert done.stdout.splitlines() == ["new /routes/river-loop.gpx", "there already /routes/river-loop.gpx"]
    missing, refused = done.stderr.splitlines()
    assert missing == f"refused {watch / 'nothing'}: there is no such file"
    assert refused.startswith(f"refused {bad}: ")
    assert "truncated at byte" in refused
    assert done.returncode == 1


def test_a_folder_and_what_lies_deeper(environment: dict[str, str], reader: Api, watch: Path) -> None:
    done = run("upload", str(watch), "--to", "/backups/usb/", **environment)
    assert done.stdout.splitlines() == ["new /backups/usb/A.FIT", "new /backups/usb/B.FIT"]
    again = run("upload", str(watch), "-r", "--to", "/backups/usb", "--json", **environment)
    assert [(row["result"], row["path"]) for row in json.loads(again.stdout)] == [
        ("same", "/backups/usb/A.FIT"), ("same", "/backups/usb/B.FIT"), ("new", "/backups/usb/deeper/C.FIT"),
    ]  # fmt: skip
    assert (again.returncode, again.stderr) == (0, "")
    assert len(paths(reader, "/backups/usb")) == 3


def test_what_is_remembered_is_not_sent(
    gateway: LocalGateway, environment: dict[str, str], watch: Path, tmp_path: Path
) -> None:
    (watch / "cut.fit").write_bytes(fit()[:-9])
    words = ("upload", str(watch), "--remember", str(tmp_path / "sent.json"))
    first = run(*words, **environment)
    assert (len(first.stdout.splitlines()), first.returncode) == (2, 1)
    with Cutting(gateway.url) as proxy:
        aside = environment | {"WRISTGATE_URL": proxy.url}
        saved = (tmp_path / "sent.json").read_text()
        (tmp_path / "sent.json").write_text(saved.replace(gateway.url, proxy.url))
        second = run(*words, **aside)
        assert (second.stdout, second.stderr, second.returncode, proxy.connections) == ("", "", 0, 0), "told once"
        told = json.loads(run(*words, "--json", **aside).stdout)
        assert [(row["result"], row.get("earlier")) for row in told] == [
            ("known", None), ("known", None), ("refused", True),
        ]  # fmt: skip
        assert told[2]["m"] in first.stderr
        (watch / "cut.fit").write_bytes(fit())
        (watch / "A.FIT").touch()
        third = run(*words, **aside)
        assert third.stdout.startswith("there already /activities/A")
        assert "\nnew /activities/cut" in third.stdout
        assert third.returncode == 0
        elsewhere = run(*words, "--to", "/backups/other", **aside)
        assert len(elsewhere.stdout.splitlines()) == 3, "another folder knows nothing"
        asked = proxy.connections
        assert run(*words, **aside).stdout == run(*words, "--to", "/backups/other", **aside).stdout == ""
        assert proxy.connections == asked


def test_an_archive_with_a_damaged_file_is_sent_once(environment: dict[str, str], tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("good.fit", fit())
        file.writestr("cut.fit", fit()[:-9])
    words = ("upload", str(archive), "--remember", str(tmp_path / "sent.json"))
    first, second = run(*words, **environment), run(*words, **environment)
    assert first.stdout.startswith("new /activities/good")
    assert "truncated at byte" in first.stderr
    assert (second.stdout, second.stderr, first.returncode, second.returncode) == ("", "", 1, 0)


def test_a_file_of_something_else_is_left_alone(environment: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "notes.json"
    for text in ("{}", "no json", "[]", TITLED % "7", TITLED % '{"x":7}', TITLED % '{"x":{"a":[1]}}'):
        other.write_text(text)
        done = run("upload", str(ROUTE_FILE), "--remember", str(other), **environment)
        assert (done.returncode, "has something else in it" in done.stderr, done.stdout) == (2, True, "")
        assert other.read_text() == text


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        ((), {"WRISTGATE_KEY": "wg_x"}, "which gateway?"),
        ((), {"WRISTGATE_URL": "https://x.example"}, "there is no key"),
        (("--url", "http://x.example"), {"WRISTGATE_KEY": "wg_x"}, "must begin with https"),
        (("--to", "photos"), {}, "--to takes a folder"),
        (("--key-file", "/nowhere"), {}, "/nowhere: No such file"),
    ],
)
def test_what_it_needs(words: tuple[str, ...], environment: dict[str, str], said: str) -> None:
    done = run("upload", str(ROUTE_FILE), *words, **environment)
    assert said in done.stderr
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr


def test_a_key_that_is_not_known_ends_it(gateway: LocalGateway, watch: Path, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("wg_nobody\n")
    done = run("upload", str(watch), "--url", gateway.url, "--key-file", str(file))
    assert done.stderr == "wristgate: this key is not known, or was revoked; 2 of 2 files were not sent\n"
    assert done.returncode == 1


def test_what_comes_from_the_gateway_is_only_text(watch: Path) -> None:
    told = {"id": "i", "path": "/a\x1b[2J", "version": 1, "size": 1, "sha256": "0", "time": 1}
    evil = says(201, json.dumps({"ok": True, "file": told, "warn": "a\nb"}).encode())
    with scripted(evil) as server:
        done = run("upload", str(watch / "A.FIT"), WRISTGATE_URL=server.url, WRISTGATE_KEY="wg_x")
    assert (done.stdout, done.stderr) == ("new /a?[2J\n", "wristgate: /a?[2J: a?b\n")


def test_names_that_are_no_text(environment: dict[str, str], tmp_path: Path) -> None:
    odd = os.fsdecode(bytes(tmp_path) + b"/caf\xe9.txt")
    Path(odd).write_bytes(b"odd")
    done = run("upload", odd, "--to", "/documents", **environment)
    assert done.stdout == "new /documents/caf\ufffd.txt\n"
    assert run("upload", odd, "--json", **environment).returncode == 0


def on_screen(shown: str) -> list[str]:
    """The lines that stay, of what a terminal got."""
    return [line.rpartition("\x1b[2K")[2] for line in shown.replace("\r\n", "\n").split("\n") if line]


def test_a_terminal_gets_a_bar(environment: dict[str, str], watch: Path) -> None:
    (watch / "cut.fit").write_bytes(fit()[:-9])
    master, slave = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNC_")}
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "upload", str(watch)],
        env=kept | environment | {"TERM": "xterm", "COLUMNS": "80"}, stdout=slave, stderr=slave,
    ) as process:  # fmt: skip
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while piece := os.read(master, 65536):
                shown += piece
    os.close(master)
    assert process.returncode == 1
    lines = on_screen(shown.decode())
    assert [line.split("/")[0] for line in lines[:2]] == ["new ", "new "]
    assert lines[2].startswith("refused /")
    assert len(lines) == 3, "no bar is left"
    of = re.findall(r"(\d/3 \S+) .*? of ([^\x1b\r]+)", shown.decode())
    assert [*dict.fromkeys(name for name, _ in of)] == ["1/3 A.FIT", "2/3 B.FIT", "3/3 cut.fit"]
    assert {whole for name, whole in of if "cut" in name} == {size(len(fit()) - 9)}


def test_a_terminal_is_told_what_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as terminal:
        terminal.setattr("sys.stderr.isatty", lambda: True)
        bar = Bar()
    bar.count = 1
    bar.begin("run.fit")
    bar.went(0, 2048)
    bar.waits(Dropped("nothing listens there"), 4)
    bar.clear()
    said = capsys.readouterr().err.split("\r\x1b[2K")
    assert said == ["", f"1/1 run.fit  {' ' * 20}  0 bytes of 2.0 KB",
                    "1/1 run.fit  trying again in 4 s: nothing listens there", ""]  # fmt: skip


def test_the_help_shows_how() -> None:
    said = run("upload", "--help").stdout
    assert "wristgate upload /media/GARMIN/Garmin/Activity" in said
    assert "--key " not in said, "a key on the command line is seen by everybody"


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_is_not_sent(environment: dict[str, str], tmp_path: Path, kind: str) -> None:
    """Nobody knows how long a pipe is: as an empty file it would be lost unnoticed."""
    path = tmp_path / "pipe" if kind == "pipe" else Path(os.devnull)
    if kind == "pipe":
        os.mkfifo(path)
    done = run("upload", str(path), **environment)
    assert done.returncode == 1
    assert f"{path} is no regular file" in done.stderr
