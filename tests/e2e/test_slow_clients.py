"""Slow and broken clients hold up nobody, cost little memory, and are cut off when their time is over."""

import itertools
import json
import resource
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e import content
from tests.e2e.client import Device, Wire, pair
from tests.e2e.conftest import Make
from tests.e2e.program import GUARD, Program, wait_until

MEMORY = 150 * 1024 * 1024
SPARE = 15 * 1024 * 1024
"""What threads, heaps and caches keep of a busy time."""
ROUNDS = 12


@pytest.fixture
def program(make: Make) -> Program:
    return make({"SYNC_HEAD_TIMEOUT": "3", "SYNC_BODY_TIMEOUT": str(10 * int(GUARD))}).start()


class Drip:
    """Connections that each send a byte a second, for ever; ``closed`` holds what came back on those that ended."""

    def __init__(self, port: int, rest: Iterator[bytes] | None = None) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._open: dict[socket.socket, bytearray] = {}
        self._rest = rest or itertools.repeat(b"a")
        self.closed: list[bytes] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def add(self, count: int, beginning: bytes) -> None:
        for _ in range(count):
            sock = socket.create_connection(("127.0.0.1", self._port), GUARD)
            sock.sendall(beginning)
            self._open[sock] = bytearray()
            self._selector.register(sock, selectors.EVENT_READ)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join(GUARD)
            for sock in self._open:
                sock.close()
            self._selector.close()

    @property
    def over(self) -> bool:
        return not self._open

    def _run(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(timeout=1.0):
                self._read(key.fileobj)
            if not self._stop.wait(0.2):
                byte = next(self._rest)
                for sock in tuple(self._open):
                    self._send(sock, byte)

    def _read(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(65536)
        except ConnectionError:
            data = b""
        if data:
            self._open[sock] += data
        else:
            self._end(sock)

    def _send(self, sock: socket.socket, byte: bytes) -> None:
        try:
            sock.sendall(byte)
        except ConnectionError:
            self._end(sock)

    def _end(self, sock: socket.socket) -> None:
        self._selector.unregister(sock)
        self.closed.append(bytes(self._open.pop(sock)))
        sock.close()


def work_on(program: Program, watch: Device, serials: Iterator[int]) -> None:
    """What a normal watch does, with the sizes that compete for places in memory."""
    serial = next(serials)
    data = content.large(serial)
    key = watch.upload(f"{serial}.fit", data).value["id"]
    assert watch.download(key) == data
    assert [file["n"] for file in watch.listed()] == ["loop.json"]
    assert program.pss() < MEMORY


@pytest.fixture
def watch(program: Program, tmp_path: Path) -> Iterator[Device]:
    route = tmp_path / "loop.json"
    route.write_text('{"a":1}')
    with pair(program) as device:
        program.command("add", str(route), "--to", "/routes")
        yield device


def work_until(program: Program, watch: Device, over: Callable[[], bool]) -> None:
    """At least ``ROUNDS`` times, and until the gateway has got rid of the slow ones."""
    serials = itertools.count(1)
    for _ in range(ROUNDS):
        work_on(program, watch, serials)
    wait_until(lambda: over() or work_on(program, watch, serials), "the slow ones are cut off")


def test_heads_that_drip(program: Program, watch: Device) -> None:
    drip = Drip(program.port)
    drip.add(60, b"GET /api/v1/garmin/status HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    drip.add(20, b"")
    with drip.running():
        work_on(program, watch, itertools.count(5000))
        assert not drip.over
        work_until(program, watch, lambda: drip.over)
    for answer in drip.closed:
        assert answer == b"" or b'"error":"' in answer
    workers = program.workers()
    program.stop()
    assert len(workers) == 1


def upload_head(watch: Device, length: int = 140_000) -> bytes:
    return (
        f"POST /api/v1/garmin/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {watch.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_bodies_that_drip(program: Program, watch: Device) -> None:
    """More of them than there are places in memory; their time ends long after every guard, so that others can only
    work if these make way."""
    serials = itertools.count(1)
    work_on(program, watch, serials)
    idle = program.pss()
    drip = Drip(program.port)
    start = b'{"name":"slow.fit","file":"'
    drip.add(60, upload_head(watch) + start)
    drip.add(35, upload_head(watch) + start + b"A" * 20_000)
    drip.add(15, upload_head(watch) + start + b"A" * 120_000)
    with drip.running():
        for _ in range(ROUNDS):
            work_on(program, watch, serials)
        assert not drip.over
    assert words(drip) <= {"busy"}
    wait_until(lambda: work_on(program, watch, serials) or program.pss() < idle + SPARE, "their memory is given back")
    program.stop()


def test_a_thousand_that_drip(program: Program, watch: Device) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    serials = itertools.count(1)
    drip = Drip(program.port)
    drip.add(1000, upload_head(watch) + b'{"name":"slow.fit","file":"')
    with drip.running():
        for _ in range(ROUNDS):
            work_on(program, watch, serials)
        assert not drip.over
    assert words(drip) <= {"busy"}
    program.stop()


def words(drip: Drip) -> set[str]:
    return {json.loads(answer.partition(b"\r\n\r\n")[2])["error"] for answer in drip.closed if answer}


def test_bodies_have_an_end(make: Make) -> None:
    program = make({"SYNC_BODY_TIMEOUT": "3"}).start()
    with pair(program) as watch:
        drip = Drip(program.port)
        drip.add(30, upload_head(watch) + b"{")
        drip.add(30, upload_head(watch) + b"{" * 50_000)
        with drip.running():
            wait_until(lambda: drip.over, "the slow ones are cut off")
    assert len(drip.closed) == 60
    assert "bad_request" in words(drip)
    assert words(drip) <= {"bad_request", "busy"}
    program.stop()


def test_clients_that_vanish_halfway(program: Program, watch: Device) -> None:
    body = json.dumps({"name": "half.fit", "file": "A" * 130_000}).encode()
    serials = itertools.count(1)
    for turn in range(60):
        with Wire(program.port) as wire:
            wire.send(upload_head(watch, len(body)) + body[: 1 + turn * 2000])
            if turn % 2:
                wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not an end
        if turn % 10 == 0:
            work_on(program, watch, serials)
    assert {row["path"] for row in json.loads(program.command("list", "--json", "/activities"))} == {
        f"/activities/{serial}.fit" for serial in range(1, 7)
    }
    program.stop()


def test_clients_that_never_read(program: Program, watch: Device) -> None:
    """Each asks for far more than its socket holds, and takes nothing of it."""
    serials = itertools.count(1)
    key = watch.upload("big.fit", content.large(9999)).value["id"]
    head = f"GET /api/v1/garmin/download/{key}?max=32768 HTTP/1.1\r\nHost: x\r\n"
    request = f"{head}Authorization: Bearer {watch.token}\r\n\r\n".encode()
    deaf = [socket.socket() for _ in range(60)]
    try:
        for sock in deaf:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(("127.0.0.1", program.port))
            sock.setblocking(False)
        for _ in range(ROUNDS):
            for sock in deaf:
                try:
                    sock.send(request * 10)
                except BlockingIOError:
                    continue
                except ConnectionError:
                    continue
            work_on(program, watch, serials)
    finally:
        for sock in deaf:
            sock.close()
    program.stop()


def test_idle_connections_give_way(make: Make) -> None:
    """More connections than there may be: newcomers are served, the idlest go."""
    program = make({"SYNC_MAX_CONNECTIONS": "20"}).start()
    with pair(program) as watch:
        assert watch.value("GET", "status")["ok"]
        wires = []
        try:
            for _ in range(60):
                wires.append(Wire(program.port))
                wires[-1].send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert wires[-1].answer().status == 200
            watch.close()
            assert watch.value("GET", "status")["ok"]
            assert sum(wire.is_closed() for wire in wires[:30]) == 30
        finally:
            for wire in wires:
                wire.sock.close()
    program.stop()
