"""Memory when everything happens at once: watches and phones upload, others list, pull and wait for what comes.

Each who waits follows the journal: with the cursor of one answer it asks for the next.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
import uvloop

from gateway.simwatch.sample import route, with_serial
from loadtest import processes
from loadtest.bench import posted
from loadtest.generator import Request, WrongAnswer, measure
from loadtest.subject import Subject

WATCHES = 16
PHONES = 4
FOLLOWERS = 50
PHOTO = 5 * 1024 * 1024
POINTS = 73_000  # of a GPX of 5 MB
PHOTOS = 100  # different ones; then they come again
SETTLE = 8  # seconds; freed memory goes back every five

Uploads = Callable[[Subject], Request]


@dataclass(frozen=True, slots=True)
class Phase:
    """A while under load: the peak in bytes, and what was answered meanwhile."""

    name: str
    peak: int
    told: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Memory of all processes in bytes: before, during, after."""

    idle: int
    phases: list[Phase]
    after: int


def run(subject: Subject, seconds: float) -> Shown:
    """Load a gateway with photos and then with long tracks, which a process of their own reads."""
    idle = processes.pss(subject.pid)
    phases = [
        _phase(subject, seconds, "phones send photos", _photo),
        _phase(subject, seconds, "phones send tracks", _track),
    ]
    time.sleep(SETTLE)
    return Shown(idle, phases, processes.pss(subject.pid))


def _phase(subject: Subject, seconds: float, name: str, upload: Uploads) -> Phase:
    """Send everything for so many seconds."""
    loads: list[tuple[str, Request, int]] = [
        ("watch uploads", _from_watches(subject), WATCHES),
        ("phone uploads", upload(subject), PHONES),
        ("lists", subject.get("files/list?path=/&recursive=1&limit=100"), 1),
        ("pulls", subject.get(subject.from_the_middle), 1),
        ("statuses", subject.get("sync/status"), 1),
    ]

    def send(load: tuple[str, Request, int]) -> str:
        name, request, connections = load
        measured = measure(
            subject.address, request, b'"ok":true', connections=connections, count=1 << 40, seconds=seconds
        )
        return f"{len(measured.latencies):,} {name}"

    with (
        processes.Peak(subject.pid) as peak,
        _following(subject) as answers,
        ThreadPoolExecutor(len(loads)) as threads,
    ):
        told = list(threads.map(send, loads))
    return Phase(name, peak.bytes, ", ".join([*told, f"{answers[0]:,} news"]))


def _from_watches(subject: Subject) -> Request:
    serials = iter(range(1 << 20, 1 << 30))  # others than the store's uploads have
    contents, tokens = subject.long, subject.filled.tokens

    def request(_: int) -> bytes:
        serial = next(serials)
        head = f"HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {tokens[serial % len(tokens)]}\r\n"
        return posted(head, f"run-{serial}.fit", with_serial(contents[serial // 8 % len(contents)], serial))

    return request


def _photo(subject: Subject) -> Request:
    body = os.urandom(PHOTO)

    def request(number: int) -> bytes:
        head = b"\xff\xd8\xff\xe0" + b"%012d" % (number % PHOTOS)
        return subject.post(f"files/upload?path=/photos/{number % PHOTOS}.jpg", head + body)

    return request


def _track(subject: Subject) -> Request:
    body = route(POINTS)

    def request(number: int) -> bytes:
        name = b"<name>River loop %d</name>" % (number % PHOTOS)
        path = f"files/upload?path=/documents/tracks/{number % PHOTOS}.gpx"
        return subject.post(path, body.replace(b"<name>River loop</name>", name))

    return request


@contextmanager
def _following(subject: Subject) -> Iterator[list[int]]:
    """Let many wait for news while the block runs; gives how many answers they have had."""
    answers: list[int] = [0]
    stop: Future[Callable[[], object]] = Future()
    with ThreadPoolExecutor(1) as threads:
        following = threads.submit(uvloop.run, _follow_all(subject, answers, stop))
        try:
            yield answers
        finally:
            if not following.done():
                stop.result()()
            following.result()


async def _follow_all(subject: Subject, answers: list[int], stop: "Future[Callable[[], object]]") -> None:
    """Follow the journal until somebody calls what ``stop`` is given, or a follower fails."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    stop.set_result(lambda: loop.call_soon_threadsafe(over.set))
    cursor = orjson.loads(subject.send("sync/status"))["cursor"]
    followers = [asyncio.create_task(_follow(subject, cursor, answers)) for _ in range(FOLLOWERS)]
    ended = asyncio.create_task(over.wait())
    done, _ = await asyncio.wait([ended, *followers], return_when=asyncio.FIRST_COMPLETED)
    for follower in followers:
        follower.cancel()
    for task in done:
        await task


async def _follow(subject: Subject, cursor: str, answers: list[int]) -> None:
    """Wait for news again and again, each time behind the last."""
    reader, writer = await asyncio.open_connection(*subject.address, limit=1 << 20)
    while True:
        writer.write(subject.get(f"sync/pull?wait=30&cursor={cursor}")(0))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        body = orjson.loads(await reader.readexactly(length))
        if not body["ok"]:
            raise WrongAnswer(str(body))
        cursor = body["cursor"]
        answers[0] += 1
