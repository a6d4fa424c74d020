"""A gateway with a filled folder, and the requests of the store API that are sent to it."""

import time
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from urllib.parse import urlsplit

import orjson

from gateway.simwatch.sample import RUN_START, activity, bench_activity, with_serial
from loadtest import processes
from loadtest.filling import Filled
from loadtest.generator import Request, WrongAnswer, measure

DAY = 86_400
DAYS = 40
SMALL_SECONDS = 425  # of a workout that is 10 KB long
LARGE = 50_000_000
PIECE = (25_000_000, 26_048_575)
QUIET = 0.03  # seconds of processor time in a second
PATIENCE = 120.0
SLICE = 50


class Subject:
    """Requests of a key, and what they have put in so far."""

    def __init__(self, url: str, pid: int, filled: Filled) -> None:
        split = urlsplit(url)
        self.url = url
        self.address = (split.hostname or "127.0.0.1", split.port or 80)
        self.pid = pid
        self.filled = filled
        self.small = [activity(SMALL_SECONDS, start=RUN_START - DAY * day) for day in range(DAYS)]
        self.long = [bench_activity(start=RUN_START - DAY * day) for day in range(DAYS)]
        self._serial = 0
        self._made: list[str] = []
        page = urlsafe_b64encode(b"/activities/2000").rstrip(b"=").decode()
        self.behind_the_middle = f"files/list?path=/activities&limit=100&cursor={page}"
        self.from_the_middle = f"sync/pull?limit=100&cursor={filled.middle}"
        self.months_back = f"activities?limit=50&to={RUN_START - 100 * DAY}"
        self.middle_piece = f"Range: bytes={PIECE[0]}-{PIECE[1]}\r\n"

    def prepare(self) -> None:
        """Put in what is to be downloaded."""
        self.send("files/upload?path=/backups/100.fit", self.long[0])
        self.send("files/upload?path=/backups/50.bin", bytes(range(250)) * (LARGE // 250))

    def get(self, path: str, head: str = "") -> Request:
        """Make a request that is the same every time."""
        ready = f"GET /api/v1/{path} {self._head()}{head}\r\n".encode()
        return lambda _: ready

    def placed(self, contents: list[bytes]) -> Request:
        """Make uploads of new files to paths of the sender's choice."""
        return lambda _: self._upload("path=/activities/", contents)

    def unplaced(self, contents: list[bytes]) -> Request:
        """Make uploads of new files that the gateway finds a place for."""
        return lambda _: self._upload("name=", contents)

    def puts(self, _: int) -> bytes:
        """Make a batch of new files whose contents are there."""
        self._serial += 1
        paths = [f"/documents/pushed/{self._serial}-{number}.txt" for number in range(len(self.filled.contents))]
        self._made += paths
        return self._push(
            {"n": f"put{self._serial}-{number}", "op": "put", "path": path, "base": 0, "sha256": digest, "size": size}
            for number, (path, (digest, size)) in enumerate(zip(paths, self.filled.contents, strict=True))
        )

    def sweep(self) -> None:
        """Take out all that was put in since the last time."""
        slices = [self._made[at : at + SLICE] for at in range(0, len(self._made), SLICE)]
        self._made = []
        requests = [
            self._push(
                {"n": f"del-{hash(path) & 0xFFFFFFFF:x}", "op": "delete", "path": path, "base": 1} for path in part
            )
            for part in slices
        ]
        if requests:
            measure(
                self.address, lambda number: requests[number - 1], b'"result":"ok"',
                connections=1, count=len(requests), seconds=60,
            )  # fmt: skip

    def files(self) -> int:
        """Ask how many files there are."""
        return int(orjson.loads(self.send("sync/status"))["files"])

    def send(self, path: str, body: bytes | None = None) -> bytes:
        """Send one request and give its answer."""
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", body)
        request.add_header("Authorization", f"Bearer {self.filled.key}")
        request.add_header("Content-Type", "application/octet-stream")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def wait_until_quiet(self) -> None:
        """Wait until the gateway has done what it does at its start."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            before = processes.seconds(self.pid)
            time.sleep(1)
            if processes.seconds(self.pid) - before <= QUIET:
                return
        raise WrongAnswer("the gateway does not come to rest")

    def _upload(self, where: str, contents: list[bytes]) -> bytes:
        self._serial += 1
        name = f"bench-{self._serial}.fit"
        self._made.append(f"/activities/{name}")
        return self.post(f"files/upload?{where}{name}", with_serial(contents[self._serial % DAYS], self._serial))

    def _push(self, changes: Iterable[dict[str, object]]) -> bytes:
        return self.post("sync/push", orjson.dumps({"changes": list(changes)}), "application/json")

    def post(self, path: str, body: bytes, kind: str = "application/octet-stream") -> bytes:
        """Make a request with a body."""
        length = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST /api/v1/{path} {self._head()}{length}".encode() + body

    def _head(self) -> str:
        return f"HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.filled.key}\r\n"
