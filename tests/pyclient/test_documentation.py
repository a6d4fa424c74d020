"""Every example of ``docs/client.md`` does what it says."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.client import Client
from gateway.simwatch.localgateway import LocalGateway
from tests.http.store import unique
from tests.pyclient.servers import GUARD
from tests.samples import START, fit, gpx_route

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```", (ROOT / "docs" / "client.md").read_text(), re.DOTALL | re.MULTILINE)
_days = itertools.count(1)


class Desk:
    """A folder with the files that the examples name, and the processes that run in it."""

    def __init__(self, gateway: LocalGateway, key: str, folder: Path) -> None:
        self.gateway = gateway
        self.key = key
        self.folder = folder
        (folder / "run.fit").write_bytes(fit(start=START - 86_400 * next(_days)))
        (folder / "broken.fit").write_bytes(fit()[:-9])
        (folder / "notes.txt").write_text("notes")
        (folder / "Activity").mkdir()
        (folder / "Activity" / "A.FIT").write_bytes(fit())

    @contextmanager
    def running(self, mark: str) -> Iterator[subprocess.Popen[str]]:
        """Run the one example that has these words."""
        [(language, code)] = [block for block in BLOCKS if mark in block[1]]
        code = code.replace("https://sync.example.com", self.gateway.url).replace("wg_...", self.key)
        code = code.replace('at {page}")', 'at {page}") or input()')  # so that the first poll finds it confirmed
        wristgate = f'wristgate() {{ "{sys.executable}" -m gateway "$@"; }}\nset -e\n'
        words = [sys.executable, "-u", "-c", code] if language == "python" else ["sh", "-c", wristgate + code]
        environment = os.environ | {"WRISTGATE_URL": self.gateway.url, "WRISTGATE_KEY": self.key}
        with subprocess.Popen(
            words, cwd=self.folder, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def run(self, mark: str) -> list[str]:
        """Run it to its end, which must be a good one; gives what it prints."""
        with self.running(mark) as process:
            said, failed = process.communicate(timeout=GUARD)
            assert process.returncode == 0, failed
        return said.splitlines()


def indoors() -> bytes:
    """A run without places."""
    point = "<Trackpoint><Time>2026-01-05T06:0{}:00Z</Time><HeartRateBpm><Value>120</Value></HeartRateBpm></Trackpoint>"
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        '<Activity Sport="Running"><Id>2026-01-05T06:00:00Z</Id><Lap StartTime="2026-01-05T06:00:00Z">'
        f"<TotalTimeSeconds>120</TotalTimeSeconds><Track>{point.format(0)}{point.format(2)}</Track></Lap></Activity>"
        "</Activities></TrainingCenterDatabase>"
    ).encode()


@pytest.fixture
def desk(gateway: LocalGateway, key: str, tmp_path: Path) -> Desk:
    return Desk(gateway, key, tmp_path)


def test_no_example_is_left_out() -> None:
    source = Path(__file__).read_text()
    marks = set(re.findall(r'desk\.run(?:ning)?\("(.*?)"\)', source))
    for _, code in BLOCKS:
        assert sum(mark in code for mark in marks) == 1, code


def test_files(desk: Desk) -> None:
    said = desk.run("copy.fit")
    assert said[0] == "('read', 'write')"
    assert re.fullmatch(r"/activities/run.* 1 False", said[1])
    assert any(re.fullmatch(r"/documents/notes\.txt 4 2", line) for line in said)
    assert (desk.folder / "copy.fit").read_bytes() == (desk.folder / "run.fit").read_bytes()


def test_changes(desk: Desk, client: Client) -> None:
    client.upload(b"one", to="/documents/changes.txt")
    assert any(line == "put /documents/changes.txt 1" for line in desk.run("gateway.changes"))
    client.delete("/documents/changes.txt")
    [change] = desk.run("gateway.changes")
    assert change.startswith("delete /documents/changes.txt")
    assert desk.run("gateway.changes") == []


def test_a_push(desk: Desk) -> None:
    assert desk.run("gateway.push") == ["ok ok"]


def test_live(desk: Desk, client: Client) -> None:
    before = client.status().cursor
    client.upload(unique(), to="/documents/live.txt")
    assert next(client.live(before)).path == "/documents/live.txt"
    seen = threading.Event()

    def work() -> None:
        while not seen.wait(0.05):  # until it listens
            client.upload(unique(), to="/documents/live.txt")

    working = threading.Thread(target=work)
    with desk.running("gateway.live") as process:
        assert process.stdout
        working.start()
        line = process.stdout.readline()
        seen.set()
        working.join(GUARD)
    assert line == "put /documents/live.txt\n"


def test_activities(desk: Desk, client: Client) -> None:
    client.upload(desk.folder / "run.fit")
    client.upload(indoors(), name="treadmill.tcx")
    said = desk.run("gateway.activities")
    assert "GPX needs positions, and there are none: take TCX, FIT or CSV" in said
    assert list(desk.folder.glob("*.gpx"))


def test_a_small_device(desk: Desk, client: Client) -> None:
    client.upload(gpx_route(), to="/routes/shed.gpx")
    with desk.running("garden pi") as process:
        assert process.stdout
        assert process.stdin
        match = re.fullmatch(r"Type (\S+) at (\S+)/pair\n", process.stdout.readline())
        assert match
        desk.gateway.command("pair", match[1])
        process.stdin.write("\n")
        said, failed = process.communicate(timeout=GUARD)
        assert process.returncode == 0, failed
    assert "shed.gpx" in said.splitlines()
    assert (desk.folder / "token").stat().st_mode & 0o77 == 0
    assert "shed.gpx" not in desk.run("garden pi")


def test_a_computer(desk: Desk) -> None:
    assert desk.run("register(url") == ["ana@example.com"]
    assert desk.run("register(url") == ["ana@example.com"]


def test_when_it_does_not_work(desk: Desk) -> None:
    [said] = desk.run("broken.fit")
    assert said.startswith("422 invalid_file ")


def test_from_a_shell(desk: Desk) -> None:
    first = desk.run("wristgate upload")
    assert [line.split(" ")[0] for line in first] == ["new", "new", "new"]
    again = desk.run("wristgate upload")
    assert [" ".join(line.split(" ")[:2]) for line in again] == ["there already"] * 2


def test_the_folder_alone_will_do(gateway: LocalGateway, key: str, tmp_path: Path) -> None:
    """Python with none of the gateway's requirements, and of the gateway the client's folder."""
    shutil.copytree(ROOT / "gateway" / "client", tmp_path / "gateway" / "client")
    code = (
        "import sys; sys.path.insert(0, '.'); from gateway.client import Client; print(Client(*sys.argv[1:]).me().name)"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, gateway.url, key],
        cwd=tmp_path, capture_output=True, text=True, timeout=GUARD, check=False,
    )  # fmt: skip
    assert (said.stdout, said.stderr) == ("laptop\n", "")
