"""Who gets through to a resource of the store API, in an application of three resources."""

import asyncio
import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import falcon.asgi
import pytest

from gateway.errors import GatewayError
from gateway.http.exchange import Exchanges
from gateway.http.failures import Failures
from gateway.http.limits import Limit
from gateway.http.media import handlers
from gateway.http.middleware import Answers, Authentication
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.keys import read_wish
from gateway.service.traffic import Traffic
from tests.service.harness import Services


class Reading:
    scopes: ClassVar = {"GET": Scope.READ, "POST": Scope.UPLOAD}

    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"user": req.context.access.user}

    async def on_post(self, req: Request, resp: Response) -> None:
        resp.media = {"key": req.context.access.actor.sender, "folder": req.context.access.folder}


class Uploading(Reading):
    query_key = True


class Forgotten:
    async def on_get(self, _req: Request, resp: Response) -> None:
        resp.media = {}


class Server:
    """The middleware over real services, spoken to as the server does."""

    def __init__(self, folder: Path) -> None:
        self.services = Services(folder)
        pool = ThreadPoolExecutor(1)
        work = Work(pool, pool, pool, self.services.store.write)
        guard = Authentication(self.services.devices, self.services.accesses, work, (Limit(0), Limit(0)))
        app: Any = falcon.asgi.App(request_type=Request, middleware=[guard, Answers()])
        app.resp_options.media_handlers.update(handlers())
        app.add_error_handler(GatewayError, Failures(lambda *_: None))
        for path, resource in (("/api/read", Reading()), ("/api/up", Uploading()), ("/api/none", Forgotten())):
            app.add_route(path, resource)
        self._app = Exchanges(app, Traffic(), lambda _exchange, _seconds: None)
        self.body = b""

    def key(self, *scopes: str, folder: str | None = None) -> str:
        wish = read_wish("script", scopes, folder)
        return str(self.services.write(self.services.keys.make(self.services.owner, wish)).secret)

    def ask(
        self, path: str, method: str = "GET", header: str | None = None, shown: str | None = None, **query: str
    ) -> int:
        text = "&".join(f"{name.replace('_', '-')}={quote(value)}" for name, value in query.items())
        fields = {b"authorization": header, b"x-api-key": shown}
        headers = [(name, value.encode("latin-1")) for name, value in fields.items() if value is not None]
        return asyncio.run(
            self._ask({"method": method, "path": path, "query_string": text.encode(), "headers": headers})
        )

    async def _ask(self, asked: dict[str, Any]) -> int:
        status = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
            else:
                self.body = message.get("body", b"")

        about = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""}
        await self._app(about | asked, receive, send)
        return int(status[0])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.services.store.close()


def test_a_key_in_the_query_only_for_uploads_and_only_if_it_can_do_nothing_else(server: Server) -> None:
    upload = server.key("upload", folder="/activities")
    token = server.services.register().pair.access_token
    assert server.ask("/api/up", "POST", api_key=upload) == 200
    assert server.ask("/api/up", "GET", api_key=upload) == 403
    assert server.ask("/api/read", "POST", api_key=upload) == 401
    for scopes in (("write",), ("upload", "read"), ("upload", "write"), ("read",), tuple(Scope)):
        assert server.ask("/api/up", "POST", api_key=server.key(*scopes)) == 401
    for wrong in (token, "", upload[3:], f"{upload}x", f" {upload}", "wg_" + "x" * 5000, "\ufffd"):
        assert server.ask("/api/up", "POST", api_key=wrong) == 401


def test_the_header_wins_over_the_query(server: Server) -> None:
    upload, read = server.key("upload"), server.key("read")
    assert server.ask("/api/up", "POST", f"Bearer {upload}", api_key="nonsense") == 200
    assert server.ask("/api/up", "POST", f"Bearer {read}", api_key=upload) == 403
    assert server.ask("/api/up", "POST", "Bearer wrong", api_key=upload) == 401
    assert server.ask("/api/up", "POST", "", api_key=upload) == 401
    password = base64.b64encode(f"me:{upload}".encode()).decode()
    assert server.ask("/api/up", "POST", f"Basic {password}") == 200


def test_a_key_has_a_header_of_its_own(server: Server) -> None:
    upload, read = server.key("upload"), server.key("read")
    token = server.services.register().pair.access_token
    assert server.ask("/api/read", shown=read) == 200
    assert server.ask("/api/up", "POST", shown=f" {upload} ") == 200
    assert server.ask("/api/up", "POST", shown=read, api_key=upload) == 403  # it wins over the query
    assert server.ask("/api/read", header=f"Bearer {upload}", shown=read) == 403  # and gives way to the usual one
    for wrong in ("", token, read[3:], f"{read}x", f"Bearer {read}", "wg_" + "x" * 5000):
        assert server.ask("/api/read", shown=wrong) == 401
    assert server.ask("/api/up", "POST", shown="", api_key=upload) == 401
    assert server.ask("/api/none", shown=read) == 401


def test_what_to_do_is_said(server: Server) -> None:
    send, unknown = "send a key: Authorization: Bearer wg_...", "this key is not known, or was revoked"
    basic = "Basic authentication takes any user name, and a key as the password"

    def said(**shown: str | None) -> str:
        assert server.ask("/api/up", "POST", **shown) == 401  # type: ignore[arg-type]
        message: str = json.loads(server.body)["m"]
        return message

    wrong = base64.b64encode(b"me:secret").decode()
    assert [said(), said(header="Digest x"), said(header="Bearer"), said(shown=""), said(api_key="")] == [send] * 5
    assert [said(header="Bearer x"), said(header="Bearer wg_x"), said(shown="x"), said(shown="wg_x"), said(api_key="x"),
            said(api_key="wg_x"), said(header=f"Basic {wrong}")] == [unknown] * 7  # fmt: skip
    assert said(header="Basic !") == basic
    assert said(header="Bearer a.b.c") == "sign in again"
    assert server.ask("/api/none") == 401
    assert json.loads(server.body)["m"] == "sign in again"  # a watch


def test_write_implies_upload_and_nothing_else_does(server: Server) -> None:
    expected = {"read": (200, 403), "write": (403, 200), "upload": (403, 200), "account": (403, 403)}
    for scope, (get, post) in expected.items():
        header = f"Bearer {server.key(scope)}"
        assert (server.ask("/api/up", "GET", header), server.ask("/api/up", "POST", header)) == (get, post)


def test_a_resource_that_says_nothing_wants_a_watch(server: Server) -> None:
    for credential in (server.key("read"), server.services.register().pair.access_token):
        assert server.ask("/api/none", header=f"Bearer {credential}") == 401
    assert server.ask("/api/none") == 401


def test_a_use_is_noted(server: Server) -> None:
    key = server.key("read")
    server.ask("/api/read", header=f"Bearer {key}")
    server.services.write(lambda _: None)  # behind the note, which nobody waits for
    assert server.services.keys.all()[0].last_used == server.services.now
