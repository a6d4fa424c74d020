import hashlib
import io
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from gateway.cli.demo import demo
from gateway.simwatch import localgateway, sample, story

SUMMARY = {"type": "fit", "kind": "activity", "sport": "running", "distance": 8208.0, "timer": 2699.0, "start": 0}


ROUTE_SHA256 = hashlib.sha256(sample.ROUTE_FILE.read_bytes()).hexdigest()
SIZE = sample.RUN_FILE.stat().st_size


class Owner:
    """What the commands would do, on the stub."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub
        self.ran = []
        self.stored = None

    def __call__(self, *words: Any) -> bytes:
        self.ran.append(words)
        return getattr(self, words[0])(*words[1:])

    def pair(self, code: int) -> bytes:
        self.stub.confirmed = code == "K7QM-2PXD"
        return b""

    def add(self, path: str, *_: Any) -> bytes:
        self.stub.add("aa", "river-loop.gpx", Path(path).read_bytes())
        return b""

    def list(self, *_: Any) -> bytes:
        route = {"id": "aa", "path": "/routes/river-loop.gpx", "sha256": ROUTE_SHA256}
        activity = {"id": "f1", "path": "/activities/x.fit", "summary": SUMMARY, "sha256": ""}
        return json.dumps([route, activity]).encode()

    def get(self, _: Any) -> bytes:
        return self.stored or self.stub.stored[0][1]


@pytest.fixture
def play(stub: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(story.time, "sleep", lambda _: None)
    output = io.StringIO()
    owner = Owner(stub)

    def run(file: Any = sample.RUN_FILE, with_commands: Any = True) -> str:
        console = Console(file=output, width=80, highlight=False)
        story.Story(console).all_steps(url, owner if with_commands else None, file)
        return output.getvalue()

    run.owner = owner
    return run


def test_the_whole_story(play: Any, stub: Any) -> None:
    text = play()
    assert stub.stored == [("morning-run.fit", sample.RUN_FILE.read_bytes())]
    assert text.count("↯") == 4
    for fact in (
        "K  7  Q  M  -  2  P  X  D",
        "answered alike",
        f"the same {SIZE:,} bytes",
        "is right",
        "0 waiting now",
    ):
        assert fact in text
    assert "5:29 min/km" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("content", [b"{}", b"x" * 300, b"x" * 3000])
def test_small_files_are_dropped_too(play: Any, stub: Any, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    assert "answered alike" in play(file)
    assert stub.stored == [("a.json", content)]


def test_other_bytes_than_were_sent_are_noticed(play: Any) -> None:
    play.owner.stored = b"other"
    with pytest.raises(story.StepFailed, match="other bytes"):
        play()


def test_a_route_that_is_not_offered_is_noticed(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play.owner, "add", lambda *_: b"")
    with pytest.raises(story.StepFailed, match="not offered"):
        play()


def test_a_repeated_part_with_another_answer_is_noticed(play: Any, stub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = stub.upload
    times = iter(range(1000))
    monkeypatch.setattr(stub, "upload", lambda body: upload(body) | {"v": next(times)})
    with pytest.raises(story.StepFailed, match="repeated last part"):
        play()


def test_a_refused_file_says_why(play: Any, stub: Any, tmp_path: Path) -> None:
    file = tmp_path / "big.fit"
    file.write_bytes(b"x" * 9000)
    stub.upload = lambda _: {"error": "too_large", "code": 413, "ok": False, "m": "big.fit has 132 KB"}
    with pytest.raises(story.StepFailed, match="refused it: big"):
        play(file)


def test_a_remote_gateway_is_confirmed_by_hand(play: Any, stub: Any) -> None:
    stub.confirmed = True
    stub.add("f1", "morning-run.fit", sample.RUN_FILE.read_bytes())  # what it will send, for reading back
    stub.acknowledged.add(("f1", 1))
    text = play(with_commands=False)
    assert "Open http://x/pair, sign in" in text
    assert f"fetched its own file: the same {SIZE:,} bytes" in text
    assert "put a GPX into /routes" in text
    assert play.owner.ran == []


def test_failures_exit_1_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __enter__(self) -> None:
            raise localgateway.GatewayFailed("the gateway ended while starting: boom")

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(localgateway, "LocalGateway", Broken)
    result = CliRunner().invoke(demo)
    assert result.exit_code == 1
    assert "✗ the gateway ended while starting: boom" in result.output
    assert "stopped at “Start the gateway”" in result.output
    assert "wristgate serve" in result.output


def test_no_gateway_at_the_address_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = CliRunner().invoke(demo, ["--url", f"http://127.0.0.1:{port}"])
    assert result.exit_code == 1
    assert "nothing healthy answers there (code -1004)" in result.output
    assert "SYNC_DATA_DIR" in result.output


def test_the_demo_holds_against_the_real_gateway() -> None:
    result = CliRunner().invoke(demo)
    assert result.exit_code == 0, result.output
    assert "8.21 km" in result.output
    assert "exit code 0" in result.output
