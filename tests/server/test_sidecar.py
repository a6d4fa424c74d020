"""The process beside the workers: what it has of the master, and that it comes back, but never outlives it."""

import json
import os
import signal
from typing import Any

import pytest

from gateway.server.sidecar import STEADY, Sidecar
from tests.server.programs import Program, Start
from tests.server.test_processes import run

CLOSE = b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n"


@pytest.fixture
def server(start: Start) -> Program:
    return start(beside="beside")


def beside(server: Program) -> dict[str, Any]:
    """What its process has told of itself; it may have been before the worker did."""
    told = [event for event in server.told if event["event"] == "beside"]
    return told[-1] if told else server.event("beside")


def test_it_is_niced_and_has_no_socket(server: Program) -> None:
    told = beside(server)
    assert told["nice"] >= 10
    assert told["sockets"] == 0


def test_killed_it_comes_back_and_the_server_goes_on(server: Program) -> None:
    first = beside(server)["pid"]
    os.kill(first, signal.SIGKILL)
    assert server.event("beside")["pid"] != first
    assert json.loads(server.ask(CLOSE)[0][2])["pid"] == server.worker
    code, events, log = server.stop()
    assert (code, sorted(events)) == (0, ["beside ended", "shut down"])
    assert "ended by itself: SIGKILL" in log
    assert "Worker" not in log


def test_a_killed_worker_is_replaced_beside_it(server: Program) -> None:
    other = beside(server)["pid"]
    os.kill(server.worker, signal.SIGKILL)
    server.event("started")
    os.kill(other, 0)
    assert beside(server)["pid"] == other
    assert server.stop()[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_server(server: Program, number: int) -> None:
    beside(server)
    os.killpg(server.process.pid, number)
    code, events, log = server.ended()
    assert code == 0
    assert sorted(events) == ["beside ended", "shut down"]
    assert log == ""


def test_it_ends_with_a_killed_master_and_leaves_the_port(server: Program, start: Start) -> None:
    beside(server)
    server.process.send_signal(signal.SIGKILL)
    code, events, _ = server.ended()  # standard output ends when the last process does
    assert (code, sorted(events)) == (-signal.SIGKILL, ["beside ended", "shut down"])
    assert start(port=server.port).ask(CLOSE)[0][0] == 200


def test_left_alone_it_does_not_hold_the_port(server: Program, start: Start) -> None:
    """Stopped in its tracks, so that it cannot end: the port is free all the same."""
    other = beside(server)["pid"]
    os.kill(other, signal.SIGSTOP)
    try:
        server.process.kill()
        os.waitid(os.P_PID, server.process.pid, os.WEXITED | os.WNOWAIT)
        os.kill(server.worker, signal.SIGKILL)
        assert start(port=server.port).ask(CLOSE)[0][0] == 200
    finally:
        os.kill(other, signal.SIGCONT)


def test_one_that_hangs_is_killed_in_time(start: Start) -> None:
    server = start(beside="hang", shutdown_timeout=1)
    told = [event for event in server.told if event["event"] == "hanging"]
    pid = (told[0] if told else server.event("hanging"))["pid"]
    server.process.terminate()
    with server.guarded():
        assert server.process.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_one_that_fails_is_logged_and_started_again(start: Start) -> None:
    server = start(beside="fail")
    while sum(event["event"] == "failing" for event in server.told) < 2:
        server.event("failing")
    assert json.loads(server.ask(CLOSE)[0][2])["ok"]
    code, _, log = server.stop()
    assert code == 0
    assert "RuntimeError: on purpose" in log


def test_an_app_whose_startup_fails_ends_it_too() -> None:
    done = run(host="127.0.0.1", port=0, beside="beside", shutdown_timeout=99)  # probe.py fails its startup at 99
    assert done.returncode == 3
    assert done.stdout.count('"beside"') == done.stdout.count('"beside ended"') <= 1


def test_pauses_grow_to_a_minute() -> None:
    now = [1000.0]
    sidecar = Sidecar(lambda _wait: None, lambda: now[0])
    pauses = []
    for _ in range(12):
        assert sidecar.is_due()
        sidecar.began(1)
        assert not sidecar.is_due()
        sidecar.ended()
        began = now[0]
        while not sidecar.is_due():
            now[0] += 0.5
        pauses.append(now[0] - began)
    assert pauses == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    sidecar.began(1)
    now[0] += STEADY
    sidecar.ended()
    assert sidecar.is_due()
