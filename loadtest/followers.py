"""``python -m loadtest.followers``: many who wait for what happens: memory, the cost of news, one who does not read.

Part of ``make bench``. 1,000 WebSockets and 1,000 long-polls follow one project; each is one bare connection of this
process. Then files come, each follower has to hear of each, and once more with a follower that reads nothing.
"""

import argparse
import asyncio
import os
import resource
import struct
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from gateway.simwatch.localgateway import GatewayFailed, LocalGateway
from loadtest import processes
from loadtest.bench import UNLIMITED, machine
from loadtest.generator import WrongAnswer
from loadtest.tables import Section, at_least, at_most, report

SETTINGS = UNLIMITED | {"SYNC_RATE_KEY": "0", "SYNC_MAX_CONNECTIONS": "4000", "SYNC_BODY_TIMEOUT": "60"}
MEMORY = 150
MB = 1024 * 1024
SETTLE = 8.0  # seconds; freed memory goes back every five
NEWS = 10
UPLOADS = 200
STUCK = 20
PATIENCE = 60.0
_TEXT, _PING, _PONG, _MASKED, _LENGTH_16, _LENGTH_64 = 0x81, 0x89, 0x8A, 0x80, 126, 127


@dataclass
class Home:
    """A gateway, its key, and where its journal is."""

    port: int
    pid: int
    key: str
    sent: int = 0

    def head(self, method: str, path: str, *fields: str) -> bytes:
        lines = [f"{method} /api/v1/{path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.key}", *fields, "", ""]
        return "\r\n".join(lines).encode()

    async def ask(self, method: str, path: str, body: bytes = b"") -> dict[str, object]:
        """Send one request on a connection of its own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.head(method, path, f"Content-Length: {len(body)}", "Connection: close") + body)
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        value = orjson.loads(answer.partition(b"\r\n\r\n")[2])
        if not value["ok"]:
            raise WrongAnswer(f"{path}: {value}")
        return dict(value)

    async def put(self) -> str:
        """Send a new file; gives its path."""
        self.sent += 1
        path = f"/documents/news-{self.sent}.txt"
        await self.ask("POST", f"files/upload?path={path}", os.urandom(40))
        return path

    async def cursor(self) -> str:
        return str((await self.ask("GET", "sync/status"))["cursor"])


@dataclass
class Crowd:
    """Those who follow; ``heard`` counts the changes that all of them have heard of."""

    home: Home
    heard: int = 0
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    ready: int = 0

    async def wait(self, what: str, count: int) -> None:
        """Wait until so many changes were heard of."""
        until = time.monotonic() + PATIENCE
        while self.heard < count:
            for task in self.tasks:
                if task.done():
                    raise WrongAnswer(f"{what}: a follower was sent away: {task.exception()}")
            if time.monotonic() > until:
                raise WrongAnswer(f"{what}: {self.heard} of {count} changes were heard of")
            await asyncio.sleep(0.01)

    async def socket(self, cursor: str) -> None:
        """Follow by a WebSocket."""
        reader, writer = await self._opened(cursor)
        with closing(writer):
            await _frame(reader, writer)
            self.ready += 1
            while True:
                value = orjson.loads(await _frame(reader, writer))
                self.heard += len(value["changes"])

    async def idle_socket(self, cursor: str) -> asyncio.StreamWriter:
        """Open a WebSocket and read nothing of it any more."""
        reader, writer = await self._opened(cursor)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        del reader
        return writer

    async def _opened(self, cursor: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.home.port)
        fields = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        writer.write(self.home.head("GET", f"sync/live?cursor={cursor}", *fields, key))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        if not head.startswith(b"HTTP/1.1 101"):
            raise WrongAnswer(head.decode())
        return reader, writer

    async def poll(self, cursor: str) -> None:
        """Follow by long-polls on one connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.home.port)
        self.ready += 1
        with closing(writer):
            while True:
                writer.write(self.home.head("GET", f"sync/pull?wait=60&cursor={cursor}"))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                value = orjson.loads(await reader.readexactly(length))
                cursor = value["cursor"]
                self.heard += len(value["changes"])


async def _frame(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Read one text frame, and answer the pings before it."""
    while True:
        first, length = await reader.readexactly(2)
        if length == _LENGTH_16:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
        elif length == _LENGTH_64:
            (length,) = struct.unpack(">Q", await reader.readexactly(8))
        data = await reader.readexactly(length)
        if first == _TEXT:
            return data
        if first == _PING:
            writer.write(bytes((_PONG, _MASKED | length, 0, 0, 0, 0)) + data)


async def _gathered(crowd: Crowd, sockets: int, polls: int) -> None:
    cursor = await crowd.home.cursor()
    for number in range(sockets + polls):
        follow = crowd.socket if number < sockets else crowd.poll
        crowd.tasks.append(asyncio.create_task(follow(cursor)))
        if number % 50 == 49:
            await asyncio.sleep(0.05)
    until = time.monotonic() + PATIENCE
    while crowd.ready < sockets + polls:
        if time.monotonic() > until:
            raise WrongAnswer(f"{crowd.ready} of {sockets + polls} followers are there")
        await asyncio.sleep(0.05)


async def _uploads(home: Home) -> float:
    """Send files one after the other; gives how many a second."""
    began = time.perf_counter()
    for _ in range(UPLOADS):
        await home.put()
    return UPLOADS / (time.perf_counter() - began)


async def measured(home: Home, sockets: int, polls: int) -> Section:
    """Let a crowd follow, tell it news, and let one of it read nothing."""
    alone = processes.pss(home.pid) / MB
    crowd = Crowd(home)
    await _gathered(crowd, sockets, polls)
    await asyncio.sleep(SETTLE)
    idle = processes.pss(home.pid) / MB
    spent, began = processes.seconds(home.pid), time.perf_counter()
    with processes.Peak(home.pid) as peak:
        for number in range(NEWS):
            await home.put()
            await crowd.wait(f"news {number}", (number + 1) * (sockets + polls))
    took = (time.perf_counter() - began) / NEWS * 1000
    cost = (processes.seconds(home.pid) - spent) / NEWS / (sockets + polls) * 1e6
    for task in crowd.tasks:
        task.cancel()
    await asyncio.sleep(SETTLE)
    crowd = Crowd(home)
    await _gathered(crowd, STUCK, 0)
    before = await _uploads(home)
    for task in crowd.tasks:
        task.cancel()
    await asyncio.sleep(1)
    stuck = [await crowd.idle_socket("") for _ in range(STUCK)]
    beside = await _uploads(home)
    for writer in stuck:
        writer.close()
    rows = [
        ["nobody follows, MB", f"{alone:.0f}"],
        [f"{sockets:,} WebSockets and {polls:,} long-polls idle, MB", f"{idle:.0f}"],
        ["at the most while all of them hear news, MB", f"{peak.bytes / MB:.0f}"],
        ["from a new file to the last who has heard of it, ms", f"{took:.0f}"],
        ["processor time for one to hear of one file, µs", f"{cost:.0f}"],
        [f"uploads a second beside {STUCK} who read all", f"{before:.0f}"],
        [f"uploads a second beside {STUCK} who read nothing", f"{beside:.0f}"],
    ]
    targets = [
        at_most("memory of all processes with these followers, MB", max(idle, peak.bytes / MB), MEMORY),
        at_least(f"uploads beside {STUCK} who read nothing, of those beside as many who do", beside / before, 0.8),
    ]
    return Section("Followers", ["what", "measured"], rows, targets, [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--polls", type=int, default=1000)
    parser.add_argument("--markdown", type=Path, help="write the tables there too")
    limits = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, limits.sockets + limits.polls + 500), hard))
    try:
        with LocalGateway(SETTINGS) as gateway:
            key = gateway.command("apikey", "create", "bench").decode().strip()
            home = Home(int(gateway.url.rpartition(":")[2]), gateway.pid, key)
            section = asyncio.run(measured(home, limits.sockets, limits.polls))
    except (WrongAnswer, GatewayFailed) as failure:
        sys.exit(f"The bench stopped: {failure}")
    said = " ".join(["python -m loadtest.followers", *sys.argv[1:]])
    report([section], [f"`{said}` on {machine()}."], limits.markdown)


if __name__ == "__main__":
    main()
