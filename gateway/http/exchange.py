"""The outermost layer of the application: what every request has before Falcon sees it.

Falcon waits for the first piece of a body before it looks at anything, so a client that announces a body and sends
none would hold a request for ever, and ``Expect: 100-continue`` would be answered before the token was looked at.
``Exchanges`` hands it an empty first piece; the body is then read under ``http/body.py``'s deadline.
"""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from gateway.auth.tokens import new_id
from gateway.http.errors import REFUSED
from gateway.service.traffic import NOBODY, Traffic

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

SOCKET: Final = "SOCKET"
"""The method of an exchange over a WebSocket."""

_SWITCHING: Final = 101
_FORBIDDEN: Final = 403
_ERROR: Final = 400

_log: Final = logging.getLogger("gateway.access")


class Exchange:
    """What is known of one request and its answer; goes with the request as ``scope["exchange"]``.

    ``route`` is the template of its path, None: there is no such path. ``cut``: the client went away, or could not be
    understood any more, before its body had come in whole. ``error`` is the word of the one that it was told, whatever
    the status. ``uploads``: files that it brought and that were new, ``events``: changes of the tree that were pushed.
    """

    __slots__ = (
        "cut", "device", "error", "events", "id", "method", "path", "received", "route", "sent", "started", "status",
        "uploads",
    )  # fmt: skip

    def __init__(self, method: str, path: str, started: float) -> None:
        self.id = new_id()
        self.method = method
        self.path = path
        self.started = started
        self.route: str | None = None
        self.device: str | None = None
        self.status = 0
        self.received = 0
        self.cut = False
        self.sent = 0
        self.error: str | None = None
        self.uploads = 0
        self.events = 0


Count = Callable[[Exchange, float], None]
"""Hears of every exchange that is over, and how many seconds it took."""


class Exchanges:
    """Numbers, watches, counts and logs the requests to ``app``; a HEAD is a GET whose body the server leaves out."""

    def __init__(
        self, app: Application, traffic: Traffic, count: Count, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._traffic = traffic
        self._count = count
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        socket = scope["type"] == "websocket"
        exchange = Exchange(SOCKET if socket else scope["method"], scope["path"], self._clock())
        inner = {**scope, "exchange": exchange}
        scope.get("state", {})["request_id"] = exchange.id  # for what the server says of this request
        if exchange.method == "HEAD":
            inner["method"] = "GET"
        try:
            if socket:
                await self._app(inner, receive, _watch_socket(exchange, send))
            else:
                await self._app(inner, _watch_body(exchange, receive), _watch_answer(exchange, send))
        finally:
            self._write(exchange)

    def _write(self, exchange: Exchange) -> None:
        seconds = self._clock() - exchange.started
        self._count(exchange, seconds)
        level = logging.WARNING if exchange.status >= 500 or not exchange.status else logging.INFO  # noqa: PLR2004
        failed = exchange.error is not None or exchange.status >= _ERROR or not exchange.status
        self._traffic.count(
            exchange.device or NOBODY, exchange.received, exchange.sent, exchange.uploads, failed=failed
        )
        if not _log.isEnabledFor(level):
            return
        fields = {
            "id": exchange.id,
            "method": exchange.method,
            "path": exchange.path.partition("?")[0][:200],  # an escaped one: whoever escapes too much has secrets there
            "status": exchange.status,
            "ms": round(seconds * 1000, 1),
            "device": exchange.device,
            "in": exchange.received,
            "out": exchange.sent,
        }
        _log.log(level, "request", extra={"fields": fields})


def _watch_socket(exchange: Exchange, send: Send) -> Send:
    async def watched(message: Message) -> None:
        if message["type"] == "websocket.accept":
            exchange.status = _SWITCHING
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", exchange.id.encode())]
        elif message["type"] == "websocket.close" and not exchange.status:
            exchange.status = max(0, message.get("code", 0) - REFUSED) or _FORBIDDEN
        exchange.sent += len(message.get("text") or "")
        await send(message)

    return watched


def _watch_body(exchange: Exchange, receive: Receive) -> Receive:
    first = True

    async def watched() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": b"", "more_body": True}
        message = await receive()
        exchange.received += len(message.get("body", b""))
        exchange.cut |= message["type"] == "http.disconnect"
        return message

    return watched


def _watch_answer(exchange: Exchange, send: Send) -> Send:
    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", exchange.id.encode())]
        else:
            exchange.sent += len(message.get("body", b""))
        await send(message)

    return watched
