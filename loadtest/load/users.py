"""Watches and phones as locust's users; each looks at what it is answered, not only at the status.

A watch lives ``PACE`` times as fast as a real one: it asks for its status every five minutes, fetches a route twice and
uploads a run once a day. On the way home from a Sunday's run all do it at once: ``Sunday`` uploads far more.
"""

import hashlib
import itertools
import os
import random
import time
import zlib
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import gevent
import orjson
import pybase64
from gevent import socket
from locust import FastHttpUser, constant_pacing, task
from locust.exception import StopUser

from loadtest.load.ground import Ground

PACE: Final = 300
STATUS_SECONDS: Final = 300 / PACE
WATCH: Final = "/api/v1/garmin"
STORE: Final = "/api/v1"
PHOTOS: Final = (1, 2, 4, 8)  # MB
PIECES: Final = 20  # in which a slow link sends a run
SLOW_SECONDS: Final = 2.0
PART: Final = "off={}&v={}&max=8000"

_numbers = itertools.count(1)


class Unexpected(Exception):
    """An answer that is not what it should be."""


class Person(FastHttpUser):
    """Who has a credential out of the ground, and counts an answer that is wrong as a failure."""

    abstract = True
    ground: ClassVar[Ground]
    chance: ClassVar[random.Random] = random.Random(7)
    network_timeout = 60.0
    connection_timeout = 20.0

    def ask(self, method: str, path: str, name: str, body: bytes | None = None, status: int = 200) -> dict[str, Any]:
        """Send a request; gives the JSON object of the answer, empty where it failed."""
        headers = {"Authorization": f"Bearer {self.credential}"}
        with self.client.request(method, path, name=name, data=body, headers=headers, catch_response=True) as answer:
            if answer.status_code != status:
                answer.failure(f"{answer.status_code} {(answer.content or b'')[:120]!r}")
                return {}
            try:
                value: dict[str, Any] = orjson.loads(answer.content)
            except ValueError as error:
                answer.failure(str(error))
                return {}
            if value.get("ok") is not True:
                answer.failure(f"not ok: {answer.content[:120]!r}")
                return {}
            answer.success()
            return value

    def expect(self, holds: object, what: str) -> None:
        """Count a failure of its own where something does not hold that several answers say together."""
        error = None if holds else Unexpected(what)
        self.environment.events.request.fire(
            request_type="CHECK", name=what, response_time=0, response_length=0, exception=error, context={}
        )

    credential: str = ""


class Watch(Person):
    """A watch on a phone's link."""

    wait_time = constant_pacing(STATUS_SECONDS)
    _tokens: ClassVar[Any] = None

    def on_start(self) -> None:
        """Take a token, and begin at a moment of its own."""
        cls = type(self)
        Watch._tokens = Watch._tokens or itertools.cycle(cls.ground.watches)
        self.credential = next(Watch._tokens)
        gevent.sleep(self.chance.uniform(0, STATUS_SECONDS))

    @task(288)
    def status(self) -> None:
        """Look whether something waits."""
        told = self.ask("GET", f"{WATCH}/status", "status")
        if told and not isinstance(told.get("pending"), int):
            self.expect(holds=False, what="status says how much waits")

    @task(2)
    def sync(self) -> None:
        """Fetch the list and a route of it, part by part, and say that it is here."""
        listed = self.ask("GET", f"{WATCH}/files?all=1&max=8000", "list").get("files")
        if not listed:
            return
        file = self.chance.choice(listed)
        data, told = b"", {"next": 0}
        while told and "next" in told:
            where = PART.format(told["next"], file["v"])
            told = self.ask("GET", f"{WATCH}/download/{file['id']}?{where}", "download part")
            data += pybase64.b64decode(told.get("d", ""))
        if told:
            right = len(data) == file["s"] and f"{zlib.crc32(data):08x}" == told["crc"]
            self.expect(right, "a download has its size and checksum")
        self.ask("POST", f"{WATCH}/ack", "ack", orjson.dumps({"files": [{"id": file["id"], "v": file["v"]}]}))

    @task(2)
    def upload(self) -> None:
        """Send a run; one in four phones repeats the request, whose answer it has not heard."""
        body = self._run()
        first = self.ask("POST", f"{WATCH}/upload", "upload 100 KB", body)
        if first and self.chance.random() < 0.25:
            again = self.ask("POST", f"{WATCH}/upload", "upload repeated", body)
            if again:
                self.expect(again["id"] == first["id"], "a repeated upload is one file")

    @task(1)
    def upload_on_a_bad_link(self) -> None:
        """Send half a run, lose the link, and send it again, slowly."""
        body = self._run()
        request = self._posted(body)
        with self._connect() as link:
            link.sendall(request[: len(request) // 2])
        began = time.perf_counter()
        error: Exception | None = None
        try:
            with self._connect() as link:
                size = -(-len(request) // PIECES)
                for start in range(0, len(request), size):
                    link.sendall(request[start : start + size])
                    gevent.sleep(SLOW_SECONDS / PIECES)
                answer = _read(link)
            if b'"ok":true' not in answer:
                error = Unexpected(repr(answer[:160]))
        except OSError as failure:
            error = failure
        took = (time.perf_counter() - began - SLOW_SECONDS) * 1000
        self.environment.events.request.fire(
            request_type="POST", name="upload, slow link: after its last byte", response_time=max(took, 0),
            response_length=0, exception=error, context={},
        )  # fmt: skip

    def _run(self) -> bytes:
        number, run = next(_numbers), self.ground.run()
        name, nonce = f"run-{number}.fit", f"load-{os.getpid()}-{number}"
        return orjson.dumps({"name": name, "n": nonce, "file": pybase64.b64encode(run).decode()})

    def _connect(self) -> socket.socket:
        address = urlsplit(self.host)
        link: socket.socket = socket.create_connection((address.hostname, address.port), timeout=60)
        return link

    def _posted(self, body: bytes) -> bytes:
        head = (
            f"POST {WATCH}/upload HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {self.credential}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body


class Sunday(Watch):
    """A watch on the evening after a run: one upload for ten looks at the status."""

    tasks: ClassVar = {Watch.status: 20, Watch.sync: 2, Watch.upload: 2, Watch.upload_on_a_bad_link: 1}


class Phone(Person):
    """A phone that sends its pictures, looks at the tree and follows it."""

    wait_time = constant_pacing(10)
    _keys: ClassVar[Any] = None

    def on_start(self) -> None:
        """Take a key."""
        cls = type(self)
        Phone._keys = Phone._keys or itertools.cycle(cls.ground.phones)
        self.credential = next(Phone._keys)
        self.cursor = ""
        if self._pull() is None:
            raise StopUser
        gevent.sleep(self.chance.uniform(0, 10))

    @task(3)
    def upload(self) -> None:
        """Send a picture, and see it come back as news."""
        megabytes = self.chance.choice(PHOTOS)
        data = os.urandom(64 * 1024) * (16 * megabytes)
        data = next(_numbers).to_bytes(8, "big") + data
        path = f"/photos/{os.getpid()}-{next(_numbers)}.jpg"
        told = self.ask("POST", f"{STORE}/files/upload?path={path}", f"upload {megabytes} MB", data, 201)
        if told:
            self.expect(told["file"]["sha256"] == hashlib.sha256(data).hexdigest(), "an upload has its hash")
            seen = self._pull()
            if seen is not None:
                self.expect(path in seen, "an upload is in the journal")

    def _pull(self) -> list[str] | None:
        """Read the journal to its head; gives the paths that it names, None: it failed."""
        seen: list[str] = []
        while True:
            cursor = f"&cursor={self.cursor}" if self.cursor else ""
            told = self.ask("GET", f"{STORE}/sync/pull?limit=1000{cursor}", "pull")
            if not told:
                return None
            seen += [change["file"].get("path", "") for change in told["changes"]]
            self.cursor = told["cursor"]
            if not told["has_more"]:
                return seen

    @task(3)
    def look(self) -> None:
        """List the pictures."""
        self.ask("GET", f"{STORE}/files/list?path=/photos&limit=100", "list 100")


def _read(link: socket.socket) -> bytes:
    answer = b""
    while piece := link.recv(65536):
        answer += piece
    return answer


PROFILES: Final[dict[str, tuple[tuple[type[Person], float], ...]]] = {
    "watches": ((Watch, 1.0),),
    "sunday": ((Sunday, 1.0),),
    "phones": ((Phone, 1.0),),
    "mixed": ((Watch, 0.6), (Sunday, 0.3), (Phone, 0.1)),
    "soak": ((Watch, 0.6), (Sunday, 0.3), (Phone, 0.1)),
}
"""Who comes, and which part of all."""
