"""A plain HTTP client for tests of the API: one connection a request, nothing hidden."""

import http.client
import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import pybase64

from gateway.simwatch.localgateway import LocalGateway

_numbers = itertools.count(1)


@dataclass
class Answer:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes
    room: int = 80  # bytes of a message

    @property
    def json(self) -> dict[str, Any]:
        """The body, which must hold to the first rules of the watch API."""
        assert self.headers["content-type"] == "application/json"
        assert int(self.headers["content-length"]) == len(self.body) > 0
        assert "transfer-encoding" not in self.headers
        assert self.headers["cache-control"] == "no-store"
        assert len(self.headers["x-request-id"]) == 12
        assert self.body.isascii()
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    def failed(self, word: str, status: int) -> dict[str, Any]:
        """The error envelope, which must be this one."""
        value = self.json
        assert (value["error"], value["code"], self.status) == (word, status, status), self.body
        assert value["ok"] is False
        assert 0 < len(json.dumps(value["m"])) - 2 <= self.room
        return value

    @property
    def good(self) -> dict[str, Any]:
        """The body of a success."""
        assert self.status == 200, self.body
        value = self.json
        assert value["ok"] is True
        return value


@dataclass
class Api:
    """The watch API of a gateway, for a device that holds ``token``."""

    url: str
    token: str | None = None
    prefix: str = "/api/v1/garmin"
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Send one request to a path of the whole server."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            connection.request(method, path, body, sent | self.headers | (headers or {}))
            answer = connection.getresponse()
            fields = {k.lower(): v for k, v in answer.getheaders()}
            return Answer(answer.status, fields, answer.read(), 1000 if self.prefix == "/api/v1" else 80)
        finally:
            connection.close()

    def get(self, path: str, **query: object) -> Answer:
        """GET a path under the prefix."""
        asked = f"?{urlencode(query)}" if query else ""
        return self.call("GET", f"{self.prefix}/{path}{asked}")

    def post(self, path: str, body: object, **query: object) -> Answer:
        """POST a JSON body under the prefix."""
        asked = f"?{urlencode(query)}" if query else ""
        return self.call("POST", f"{self.prefix}/{path}{asked}", json.dumps(body).encode())

    def upload(self, name: str, data: bytes, **more: object) -> Answer:
        """Upload a file whole."""
        return self.post("upload", {"name": name, "file": base64(data), **more})


def base64(data: bytes) -> str:
    """Encode as a watch does."""
    return pybase64.b64encode(data).decode()


def pair(gateway: LocalGateway, name: str = "fenix 7", ident: str = "", prefix: str = "/api/v1/garmin") -> Api:
    """Pair a new device by the operator's command."""
    api = Api(gateway.url, prefix=prefix)
    started = api.post("pair", {"device": ident or f"device-{next(_numbers)}", "name": name, "app": "1.0.0"}).good
    gateway.command("pair", started["code"])
    ready = api.get("pair", id=started["id"]).good
    return Api(gateway.url, ready["token"], prefix)
