"""Starts the real server as a program of its own and talks to it through raw sockets."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

GUARD = 20
"""Seconds after which a test that waits has failed."""
MISLEADING = {
    "GUNICORN_CMD_ARGS": "--workers 7 --bind nowhere",
    "GUNICORN_PID": "1",
    "WEB_CONCURRENCY": "3",
    "PORT": "1",
    "FORWARDED_ALLOW_IPS": "*",
}
"""What gunicorn and uvicorn would read from the environment."""
PROBE = Path(__file__).with_name("probe.py")

Answer = tuple[int, dict[str, str], bytes]
"""Status, header fields by lower-case name, body."""


class Program:
    """A running server; events of its app are read from its standard output."""

    def __init__(self, **settings: Any) -> None:
        settings = {"host": "127.0.0.1", "port": 0, **settings}
        environ = {**os.environ, "PYTHONPATH": str(PROBE.parents[2]), **MISLEADING}
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed by kill()
        self.process = subprocess.Popen(
            [sys.executable, str(PROBE), json.dumps(settings)],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=environ, start_new_session=True,
        )  # fmt: skip
        self.told: list[dict[str, Any]] = []
        self.port = self.event("ready")["port"]
        self.worker = self.event("started")["pid"]

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Kill the server when what it should do takes too long, so that reading from it ends."""
        timer = threading.Timer(GUARD, self.end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def event(self, name: str) -> dict[str, Any]:
        """Read events up to one called ``name``."""
        seen = []
        with self.guarded():
            for line in self.process.stdout:
                seen.append(json.loads(line))
                self.told.append(seen[-1])
                if seen[-1]["event"] == name:
                    return seen[-1]
        raise AssertionError(f"no {name} in {seen}: {self.read_log()}")

    def connect(self) -> "Client":
        return Client(socket.create_connection(("127.0.0.1", self.port), GUARD))

    def ask(self, data: bytes) -> list[Answer]:
        """Send on a connection of its own, give the answers until the server closes."""
        with self.connect() as client:
            client.send(data)
            return client.rest()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, list[str], str]:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, list[str], str]:
        """Wait for the end of master and workers, give (exit code, names of the last events, log)."""
        with self.guarded():
            events = [json.loads(line)["event"] for line in self.process.stdout]
            return self.process.wait(), events, self.read_log()

    def read_log(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its own session: master and workers

    def kill(self) -> None:
        self.end()
        self.process.stdout.close()
        self.process.wait()
        self.log.close()


class Client:
    """A raw connection that reads answers."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the server may have had enough
            self.sock.sendall(data)

    def get(self, path: str, fields: str = "") -> Answer:
        self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
        return self.answer()

    def _more(self) -> bool:
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def answer(self, *, head: bool = False) -> Answer | None:
        """Read one answer; None at the end of the connection."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                assert not self.buffer, self.buffer
                return None
        top, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status, fields = parse_head(top)
        length = 0 if head or status == 100 else int(fields["content-length"])
        while len(self.buffer) < length:
            assert self._more(), "cut off"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return status, fields, body

    def rest(self) -> list[Answer]:
        answers = []
        while (answer := self.answer()) is not None:
            answers.append(answer)
        return answers


def parse_head(top: bytes) -> tuple[int, dict[str, str]]:
    lines = top.decode("ascii").split("\r\n")
    assert re.fullmatch(r"HTTP/1\.1 \d{3} [A-Za-z' -]+", lines[0]), lines[0]
    fields = {}
    for line in lines[1:]:
        name, value = line.split(": ", 1)
        assert name.lower() not in fields, line
        fields[name.lower()] = value
    return int(lines[0][9:12]), fields


def assert_contract(answer: Answer | None, code: int, word: str) -> dict[str, Any]:
    """Hold an answer that the server made itself against the watch API's rules."""
    assert answer is not None
    status, fields, body = answer
    assert status == code
    assert fields["content-type"] == "application/json"
    assert fields["cache-control"] == "no-store"
    assert re.fullmatch("[a-z2-7]{12}", fields["x-request-id"])
    assert "transfer-encoding" not in fields
    assert "server" not in fields
    value = json.loads(body.decode("ascii"))
    assert (value["ok"], value["code"], value["error"]) == (False, code, word)
    assert 0 < len(value["m"]) <= 80
    return value


Start = Callable[..., Program]
"""The fixture ``start``: runs a server with settings of its own."""
