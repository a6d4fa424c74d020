"""Who calls a gateway through a proxy: bare connections over TLS, of which the test sees every byte."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.deploy.authority import NAME
from tests.deploy.proxies import Proxy
from tests.e2e.client import GARMIN, Wire
from tests.e2e.contract import Answer, check
from tests.e2e.program import GUARD, Program

STORE = "/api/v1/"
HSTS = "max-age=31536000"
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def trusting(proxy: Proxy, version: ssl.TLSVersion = TLS13, *protocols: str) -> ssl.SSLContext:
    """A client of one version of TLS that knows the root alone."""
    context = ssl.create_default_context(cafile=str(proxy.certificate.root))
    context.minimum_version = context.maximum_version = version
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


class Caller(Wire):
    """One connection to a proxy; ``version`` None: without TLS. ``source`` is the address that it comes from."""

    def __init__(
        self, proxy: Proxy, version: ssl.TLSVersion | None = TLS13, *protocols: str, source: str = "127.0.0.1",
        port: int = 0,
    ) -> None:  # fmt: skip
        port = port or (proxy.plain_port if version is None else proxy.port)
        self.buffer = b""
        self.sock = socket.create_connection(("127.0.0.1", port), GUARD, (source, 0))
        if version is not None:
            self.sock = trusting(proxy, version, *protocols).wrap_socket(self.sock, server_hostname=NAME)

    def rest(self) -> bytes:
        """All that comes until the connection ends."""
        pieces = [self.buffer]
        while data := self.sock.recv(1 << 20):
            pieces.append(data)
        return b"".join(pieces)

    def ask(self, line: str, *fields: str, body: bytes | None = None) -> Answer:
        """One request and its answer; ``line`` is the request's, without a version."""
        length = () if body is None else (f"Content-Length: {len(body)}",)
        self.send(head(line, *fields, *length) + (body or b""))
        return self.answer(head=line.startswith("HEAD "))


def head(line: str, *fields: str) -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", f"Host: {NAME}", *fields, "", ""]).encode()


@contextmanager
def away(gateway: Program) -> Iterator[None]:
    """Stop the gateway for a while."""
    gateway.stop()
    try:
        yield
    finally:
        gateway.start()


def own(answer: Answer, *, hidden: bool = False, most: int = 32768) -> dict[str, Any]:
    """Hold an answer of the proxy itself against the watch's contract; the gateway knows nothing of it, so no id."""
    assert "x-request-id" not in answer.fields, "the gateway answered"
    known = Answer(answer.status, answer.fields | {"x-request-id": "aaaaaaaaaaaa"}, answer.body)
    return check(known, hidden=hidden, most=most)


@dataclass
class Front:
    """A proxy with its gateway, and clients of them."""

    proxy: Proxy
    gateway: Program
    _tokens: dict[str, str] = field(default_factory=dict)

    def ask(
        self, line: str, *fields: str, body: bytes | None = None, version: ssl.TLSVersion | None = TLS13,
        source: str = "127.0.0.1",
    ) -> Answer:  # fmt: skip
        """One request on a connection of its own."""
        with Caller(self.proxy, version, source=source) as caller:
            return caller.ask(line, *fields, body=body)

    @property
    def watch(self) -> str:
        """The header field of a watch that was paired through the proxy."""
        if "watch" not in self._tokens:
            asked = json.dumps({"device": f"watch {self.proxy.name}", "name": "fenix 7"}).encode()
            offer = check(self.ask(f"POST {GARMIN}pair", body=asked))
            self.gateway.command("pair", offer["code"])
            self._tokens["watch"] = check(self.ask(f"GET {GARMIN}pair?id={offer['id']}"))["token"]
        return f"Authorization: Bearer {self._tokens['watch']}"

    @property
    def key(self) -> str:
        """The header field of a script."""
        if "key" not in self._tokens:
            made = self.gateway.command("apikey", "create", f"key {self.proxy.name}")
            self._tokens["key"] = made.decode().strip()
        return f"Authorization: Bearer {self._tokens['key']}"
