"""Devices and bare connections, as the tests use them: nothing in between that could hide what the gateway does."""

import base64
import http.client
import json
import socket
import time
import zlib
from typing import Any, Self

from tests.e2e.contract import Answer, check
from tests.e2e.program import GUARD, Program

GARMIN = "/api/v1/garmin/"
BROKEN = (OSError, http.client.HTTPException)
IDLE = 30.0
"""Seconds after which a connection is made anew."""
"""What a request raises whose connection or server went away."""


class Device:
    """One paired device; keeps one connection, so it belongs to one thread at a time."""

    def __init__(self, program: Program, token: str, ident: str = "", *, kind: str = "garmin") -> None:
        self.program = program
        self.token = token
        self.ident = ident
        self.kind = kind
        self._connection: http.client.HTTPConnection | None = None
        self._used = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def twin(self) -> "Device":
        """The same device for another thread."""
        return Device(self.program, self.token, self.ident, kind=self.kind)

    @property
    def id(self) -> str:
        """The gateway's id of the device."""
        known = json.loads(self.program.command("devices", "--json"))
        return str(next(device["id"] for device in known if device["ident"] == self.ident))

    def ask(self, method: str, path: str, body: object = None, fields: dict[str, str] | None = None) -> Answer:
        """One request below the device's prefix; every answer is held against the contract."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if time.monotonic() - self._used > IDLE:  # the gateway may have closed it meanwhile
            self.close()
        self._used = time.monotonic()
        try:
            connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=GUARD)
            self._connection = connection
            connection.request(method, f"/api/v1/{self.kind}/{path}", data, sent | (fields or {}))
            with connection.getresponse() as response:
                got = {name.lower(): value for name, value in response.getheaders()}
                answer = Answer(response.status, got, response.read())
        except BROKEN:
            self.close()
            raise
        check(answer)
        return answer

    def value(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One request that must succeed."""
        answer = self.ask(method, path, body)
        assert answer.status == 200, (path, answer.value)
        return answer.value

    def upload(self, name: str, content: bytes, nonce: str | None = None) -> Answer:
        body = {"name": name, "file": encode(content)}
        return self.ask("POST", "upload", body if nonce is None else body | {"n": nonce})

    def part(self, nonce: str, name: str, content: bytes, start: int, end: int) -> Answer:
        body = {"up": nonce, "name": name, "size": len(content), "off": start, "file": encode(content[start:end])}
        return self.ask("POST", "upload", body)

    def have(self, nonce: str) -> int:
        """How many bytes of an unfinished upload the gateway counts; asked by a part that leaves a gap."""
        answer = self.ask("POST", "upload", {"up": nonce, "off": 2**30, "file": ""})
        assert answer.status == 409, answer.value
        return int(answer.value["have"])

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        """All pages of the list."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.value("GET", f"files?max=32768{query}{cursor}")
            rows += page["files"]
            if "next" not in page:
                return rows
            cursor = f"&cursor={page['next']}"

    def download(self, key: str) -> bytes:
        """A whole file by id or name; its CRC is checked."""
        part = self.value("GET", f"download/{key}?max=32768")
        content = base64.b64decode(part["d"])
        while "next" in part:
            query = f"max=32768&off={part['next']}&v={part['v']}"
            part = self.value("GET", f"download/{part['id']}?{query}")
            content += base64.b64decode(part["d"])
        assert len(content) == part["s"]
        assert f"{zlib.crc32(content):08x}" == part["crc"]
        return content


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def pair(program: Program, ident: str = "watch", *, user: str = "", kind: str = "garmin") -> Device:
    """Pair a device as a person does; its token is still unused."""
    with Device(program, "", ident, kind=kind) as device:
        offer = device.value("POST", "pair", {"device": ident, "name": f"fenix {ident}", "app": "1.0.0"})
        program.command("pair", offer["code"], *(["--user", user] if user else []))
        ready = device.value("GET", f"pair?id={offer['id']}")
    assert ready["state"] == "ready"
    return Device(program, ready["token"], ident, kind=kind)


class Wire:
    """A bare connection that sends any bytes and reads the answers to them."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), GUARD)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> Self:
        self.sock.sendall(data)
        return self

    def _more(self) -> bool:
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def answer(self, *, head: bool = False) -> Answer:
        """One answer, byte by byte as it must be: by Content-Length, each header field once."""
        while b"\r\n\r\n" not in self.buffer:
            assert self._more(), f"closed after {self.buffer!r}"
        top, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = top.decode("ascii").split("\r\n")
        assert lines[0].startswith("HTTP/1.1 "), lines[0]
        fields: dict[str, str] = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in fields, line
            fields[name.lower()] = value
        length = 0 if head else int(fields["content-length"])
        while len(self.buffer) < length:
            assert self._more(), "cut off in the body"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(int(lines[0][9:12]), fields, body)

    def is_closed(self) -> bool:
        """Wait for the end of the connection; True when nothing more came before it."""
        try:
            return not self.buffer and self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


def send(
    device: Device, method: str, path: str, fields: str = "", body: bytes | None = None, *, anonymous: bool = False
) -> Answer:
    """One request on a connection of its own; ``path`` is below the watch's prefix unless it is absolute."""
    target = path if path.startswith("/") else GARMIN + path
    token = "" if anonymous else f"Authorization: Bearer {device.token}\r\n"
    length = "" if body is None else f"Content-Length: {len(body)}\r\n"
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\n{token}{length}{fields}\r\n"
    with Wire(device.program.port) as wire:
        wire.send(head.encode() + (body or b""))
        return wire.answer(head=method == "HEAD")


def of(document: object) -> bytes:
    """A document as it goes over the wire."""
    return json.dumps(document).encode()
