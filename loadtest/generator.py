"""A load generator on one core: raw asyncio connections that send ready-made HTTP/1.1 requests one after another.

Every connection waits for its answer, checks it and sends the next; the time of a request is from its first byte's
sending to its answer's last byte. Bounded by a count and by seconds, whichever comes first.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvloop

Request = Callable[[int], bytes]
_OK = b"HTTP/1.1 20"
_LENGTH = b"content-length:"


class WrongAnswer(Exception):
    """An answer that a device could not use; the measurement is worth nothing."""


@dataclass(slots=True)
class Measured:
    """What one run of requests showed: latencies in seconds, sorted."""

    connections: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


class _Run:
    """The requests still to be sent, and the end."""

    def __init__(self, request: Request, expected: bytes, connections: int, count: int, seconds: float) -> None:
        self.request = request
        self.expected = expected
        self.left = count
        self.number = 0
        self.seconds = seconds
        self.until = 0.0  # set when all are connected
        self.open = connections
        self.measured = Measured(connections)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        if self.number >= self.left or time.perf_counter() >= self.until or self.done.done():
            return None
        self.number += 1
        return self.request(self.number)

    def closed(self) -> None:
        self.open -= 1
        if not self.open and not self.done.done():
            self.done.set_result(None)

    def fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(WrongAnswer(reason))


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._answer = bytearray()
        self._size = 0
        self._began = 0.0
        self._finished = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def go(self) -> None:
        request = self._run.next()
        if request is None:
            self._finished = True
            self._transport.close()
            return
        self._answer.clear()
        self._size = 0
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._size:
            self._size = self._whole_size()
        if self._size and len(self._answer) >= self._size:
            self._run.measured.latencies.append(time.perf_counter() - self._began)
            if self._answer.startswith(_OK) and self._run.expected in self._answer and len(self._answer) == self._size:
                self.go()
            else:
                self._run.fail(bytes(self._answer[:600]).decode(errors="replace"))

    def _whole_size(self) -> int:
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return 0
        head = bytes(self._answer[:end]).lower()
        at = head.find(_LENGTH)
        if at < 0:
            self._run.fail("an answer without Content-Length")
            return 0
        return end + 4 + int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._finished:
            self._run.fail(f"the gateway closed a connection: {exc or 'in order'}")
        self._run.closed()


async def _measure(address: tuple[str, int], run: Callable[[], _Run]) -> Measured:
    loop, running = asyncio.get_running_loop(), run()
    opened = [await loop.create_connection(lambda: _Connection(running), *address) for _ in range(running.open)]
    began = time.perf_counter()
    running.until = began + running.seconds
    for _, connection in opened:
        connection.go()
    try:
        await asyncio.wait_for(running.done, running.seconds + 60)
    finally:
        for transport, _ in opened:
            transport.abort()
    running.measured.seconds = time.perf_counter() - began
    running.measured.latencies.sort()
    return running.measured


def measure(
    address: tuple[str, int], request: Request, expected: bytes, *, connections: int, count: int, seconds: float
) -> Measured:
    """Send at most ``count`` requests for at most ``seconds``; ``request(n)`` makes the n-th, untimed."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(address, lambda: _Run(request, expected, connections, count, seconds)))
