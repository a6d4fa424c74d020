"""The log in the data folder: written by several processes, read while they write."""

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.logfile import FILE, LOOK_EVERY, PIECES, LogFile, numbered
from gateway.cli.loglines import JsonLines
from gateway.cli.logread import Log, Wanted, parsed
from gateway.simwatch.localgateway import LocalGateway
from tests.cli.test_config import run
from tests.client import pair

WRITER = """
import logging, sys
from pathlib import Path
from gateway.cli.logfile import LogFile
from gateway.cli.loglines import JsonLines
file = LogFile(Path(sys.argv[1]), 400_000)
file.setFormatter(JsonLines())
logging.getLogger().addHandler(file)
for number in range(3000):
    logging.getLogger().warning("%s %d", sys.argv[2], number)
"""


class Hand:
    """One process's hand on the log, with a clock that only the test moves."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.now = 0.0
        self.file = LogFile(folder, keep, lambda: self.now)
        self.file.setFormatter(JsonLines())

    def say(self, text: str, **fields: object) -> None:
        record = logging.LogRecord("gateway", logging.INFO, "", 0, text, None, None)
        if fields:
            record.fields = fields
        self.file.handle(record)


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Callable[[int], Hand]]:
    made: list[Hand] = []

    def new(keep: int = 1 << 20) -> Hand:
        made.append(Hand(tmp_path / "logs", keep))
        return made[-1]

    yield new
    for each in made:
        each.file.close()


def said(folder: Path, most: int | None = None, wanted: Wanted | None = None) -> list[str]:
    with Log(folder / "logs") as log:
        return [json.loads(raw[raw.rindex(b'{"') :])["message"] for raw in log.last(wanted or Wanted(), most)]


def test_lines_of_several_processes_are_whole_and_the_files_few(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(logs), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    files = numbered(logs)
    assert 0 < len(files) < PIECES  # who finds another one renaming does not wait
    last: dict[str, int] = {}
    for path in [*(path for _, path in files), logs / FILE]:
        for raw in path.read_bytes().splitlines():
            name, number = json.loads(raw)["message"].split()
            assert last.get(name, int(number) - 1) < int(number)
            last[name] = int(number)
    assert last == dict.fromkeys("abc", 2999)


def test_two_hands_rotate_and_nothing_is_lost(tmp_path: Path, hand: Callable[[int], Hand]) -> None:
    one, other = hand(PIECES * 3000), hand(PIECES * 3000)
    for number in range(100):
        (one, other)[number % 2].say(str(number))
        if number % 10 == 0:
            one.now += LOOK_EVERY
            other.now += LOOK_EVERY
    assert len(numbered(tmp_path / "logs")) >= 2
    found = list(map(int, said(tmp_path)))
    assert sorted(found) == list(range(found[0], 100))


def test_the_folder_may_go_and_come_back(tmp_path: Path, hand: Callable[[], Hand]) -> None:
    one = hand()
    one.say("first")
    (tmp_path / "logs" / FILE).unlink()
    (tmp_path / "logs").rmdir()
    one.now += LOOK_EVERY
    one.say("second")
    assert said(tmp_path) == ["second"]


def test_what_cannot_be_written_harms_nobody(tmp_path: Path, hand: Callable[[], Hand]) -> None:
    (tmp_path / "logs").write_text("no folder")
    one = hand()
    one.say("nowhere")
    (tmp_path / "logs").unlink()
    one.now += 60
    one.say("somewhere")
    assert said(tmp_path) == ["somewhere"]


def test_a_full_disk_tears_one_line_at_most(tmp_path: Path, hand: Callable[[], Hand]) -> None:
    one = hand()
    one.say("before")
    size = (tmp_path / "logs" / FILE).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, hard))
    try:
        one.say("torn")
        one.say("left out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    one.say("after")
    assert said(tmp_path) == ["before", "after"]
    assert parsed(b'{"time":"2026-01-01T00:00:00.0{"time":"2026-01-01T00:00:00.000+00:00","message":"glued"}') == {
        "time": "2026-01-01T00:00:00.000+00:00", "message": "glued",
    }  # fmt: skip


def test_the_last_lines_out_of_many(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    lines = [json.dumps({"message": str(number), "x": "y" * (number % 3000)}) for number in range(300)]
    (logs / FILE).write_text("\n".join(lines) + '\n{"message":"torn"')
    assert said(tmp_path, 2) == ["298", "299"]
    assert said(tmp_path) == list(map(str, range(300)))


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(devices=frozenset({"a"})), [0]),
        (Wanted(level="warning"), [2]),
        (Wanted(request="r1"), [1]),
        (Wanted(path="down"), [1]),
        (Wanted(status="2xx"), [0]),
        (Wanted(status="404"), [1]),
        (Wanted(since=1_700_000_000.5), [1, 2]),
        (Wanted(until=1_700_000_001), [0]),
    ],
)
def test_lines_that_are_wanted(wanted: Wanted, numbers: list[int]) -> None:
    lines = [
        {"level": "info", "id": "r0", "path": "/up", "status": 200, "device": "a"},
        {"level": "info", "id": "r1", "path": "/download", "status": 404, "device": None},
        {"level": "warning", "message": "!"},
    ]
    for number, line in enumerate(lines):
        line["time"] = datetime.fromtimestamp(1_700_000_000 + number, UTC).isoformat()
    assert [number for number, line in enumerate(lines) if wanted.has(line)] == numbers


def test_following_copes_with_rotation(tmp_path: Path, hand: Callable[[int], Hand]) -> None:
    one, other = hand(PIECES * 300), hand(PIECES * 300)
    one.say("old")
    other.say("old too")
    waits = iter(range(200))

    def wait() -> bool:
        number = next(waits)
        if number % 10 == 0:
            one.now += LOOK_EVERY
            one.say(f"one {number}")
        elif number % 10 == 3:
            other.say(f"other {number}")  # often into a file that was renamed meanwhile
        elif number % 10 == 9:
            other.now += LOOK_EVERY
            other.say(f"other {number}")
        return number == 199

    with Log(tmp_path / "logs") as log:
        heard = [line["message"] for line in log.follow(wait)]
    spoken = {f"one {number}" for number in range(0, 180, 10)} | {
        f"other {number}" for number in range(180) if number % 10 in {3, 9}
    }
    assert spoken <= set(heard)
    assert len(set(heard)) == len(heard)
    assert len(numbered(tmp_path / "logs")) == PIECES - 1


def test_following_copes_with_a_file_that_is_emptied(tmp_path: Path, hand: Callable[[], Hand]) -> None:
    one = hand()
    one.say("old")
    waits = iter(range(3))

    def wait() -> bool:
        number = next(waits)
        if number == 0:
            os.truncate(tmp_path / "logs" / FILE, 0)
        elif number == 1:
            one.say("x")
        return number == 2

    with Log(tmp_path / "logs") as log:
        assert [line["message"] for line in log.follow(wait)] == ["x"]


@pytest.fixture(scope="module")
def talking() -> Iterator[LocalGateway]:
    with LocalGateway({"SYNC_LOG_LEVEL": "info"}) as gateway:
        yield gateway


def test_the_gateway_logs_and_the_command_finds(talking: LocalGateway) -> None:
    data = Path(talking.environment["SYNC_DATA_DIR"])
    device = pair(talking, "Läufer 5")
    answer = device.get("status", secret="s3cret")
    assert device.get("download/nothing").status == 404
    settings = {"SYNC_DATA_DIR": str(data), "TZ": "UTC"}
    [line] = run("logs", "--id", answer.headers["x-request-id"], **settings).stdout.splitlines()
    cells = line.split("\t")
    assert cells[1:5] == ["info", "200", "GET", "/api/v1/garmin/status"]
    assert cells[6] == "Läufer 5"
    assert run("logs", "--status", "4xx", "--device", "läufer 5", **settings).stdout.count("\n") == 1
    [told] = map(
        json.loads, run("logs", "--path", "garmin/status", "--json", "-n", "1", **settings).stdout.splitlines()
    )
    assert {"time", "level", "logger", "message", "id", "method", "path", "status", "ms", "device", "in", "out"} == set(
        told
    )
    whole = run("logs", "--since", "1h", **settings).stdout
    assert "s3cret" not in whole
    assert device.token is not None
    assert device.token not in whole
    assert (data / "logs").stat().st_mode & 0o077 == (data / "logs" / FILE).stat().st_mode & 0o077 == 0


def test_following_shows_what_comes(talking: LocalGateway) -> None:
    device = pair(talking)
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "logs", "-f", "-n", "0", "--path", "/track", "--json"],
        env=talking.environment, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for number in range(10_000):
            device.get(f"track/{number}")
            if number == 0:
                os.set_blocking(process.stdout.fileno(), False)
            if line := process.stdout.readline():
                break
        process.terminate()
    assert json.loads(line)["path"].startswith("/api/v1/garmin/track/")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "yesterday"), "is no moment; write 2h, 2026-05-01"),
        (("--status", "many"), "takes a number like 404"),
        (("--status", "9xx"), "takes a number like 404"),
        (("--device", "nobody"), "no device or key is called nobody"),
    ],
)
def test_mistakes_are_explained(talking: LocalGateway, words: tuple[str, ...], said: str) -> None:
    done = run("logs", *words, SYNC_DATA_DIR=talking.environment["SYNC_DATA_DIR"])
    assert done.returncode in {1, 2}
    assert said in done.stderr


def test_without_a_log(tmp_path: Path) -> None:
    done = run("logs", SYNC_DATA_DIR=str(tmp_path))
    assert (done.returncode, "There is no log in" in done.stderr) == (1, True)
    assert "SYNC_LOG_KEEP is 0" in run("logs", SYNC_DATA_DIR=str(tmp_path), SYNC_LOG_KEEP="0").stderr


def test_control_characters_reach_no_terminal(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    hostile = Hand(logs, 1 << 20)
    hostile.say("request", method="GET", path="/\x1b]0;owned\x07\x9b31m\x7f", status=404, device="\x1b[2J")
    hostile.file.close()
    raw = (logs / FILE).read_bytes()
    assert raw.isascii()
    for words in ((), ("--json",)):
        shown = run("logs", *words, SYNC_DATA_DIR=str(tmp_path)).stdout
        assert all(letter.isprintable() or letter in "\t\n" for letter in shown)
