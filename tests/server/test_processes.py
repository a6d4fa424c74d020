"""Master and worker: who outlives whom, and the port."""

import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any

from tests.server.programs import GUARD, PROBE, Start

CLOSE = b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n"


def run(**settings: Any) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(PROBE.parents[2])}
    command = [sys.executable, str(PROBE), json.dumps(settings)]
    return subprocess.run(command, capture_output=True, text=True, timeout=GUARD, check=False, env=environ)


def test_a_killed_worker_is_replaced(start: Start) -> None:
    server = start()
    with server.connect() as client:
        client.send(b"GET /kill HTTP/1.1\r\n\r\n")
        assert client.sock.recv(1) == b""
    replacement = server.event("started")["pid"]
    assert replacement != server.worker
    assert json.loads(server.ask(CLOSE)[0][2])["pid"] == replacement


def test_the_worker_ends_with_a_killed_master_and_leaves_the_port(start: Start) -> None:
    server = start()
    server.process.send_signal(signal.SIGKILL)
    assert server.ended()[:2] == (-signal.SIGKILL, ["shut down"])  # standard output ends when the worker does
    assert start(port=server.port).ask(CLOSE)[0][0] == 200


def test_a_restart_finds_the_port_free(start: Start) -> None:
    server = start()
    for _ in range(3):
        server.ask(CLOSE)  # closed by the server, so in TIME_WAIT there
        assert server.stop()[0] == 0
        server = start(port=server.port)


def test_a_taken_port_is_one_sentence(start: Start) -> None:
    server = start()
    done = run(host="127.0.0.1", port=server.port)
    expected = f"127.0.0.1:{server.port} is in use by another program; stop it or set SYNC_LISTEN_ADDR\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


def test_a_wrong_address_is_one_sentence() -> None:
    done = run(host="192.0.2.1", port=8080)
    expected = "192.0.2.1:8080 is no address of this machine; set SYNC_LISTEN_ADDR\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
    done = run(host="no such host", port=8080)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_several_workers_share_the_port(start: Start) -> None:
    server = start(workers=2)
    other = server.event("started")["pid"]
    seen = set()
    while seen != {server.worker, other}:
        seen.add(json.loads(server.ask(CLOSE)[0][2])["pid"])
    assert server.stop()[:2] == (0, ["shut down", "shut down"])


def test_ipv6(start: Start) -> None:
    if not socket.has_dualstack_ipv6():
        return
    server = start(host="::")
    assert server.ask(CLOSE)[0][0] == 200
    assert run(host="::", port=server.port).stderr.startswith(f"[::]:{server.port} is in use")


def test_an_app_whose_startup_fails_ends_it() -> None:
    done = run(host="127.0.0.1", port=0, shutdown_timeout=99)  # probe.py fails its startup at 99
    assert done.returncode == 3
    assert "on purpose" in done.stderr
