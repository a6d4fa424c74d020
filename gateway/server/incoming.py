"""What comes in on an HTTP connection: from bytes to requests, within limits.

uvicorn's protocol puts no limit on the size of a head or on the number of requests, adds trailers to the header fields,
and on ``Upgrade:`` to anything but a WebSocket takes the body for the next request.
"""

import asyncio
import logging
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.errors import BadRequest, GatewayError, MethodNotAllowed, TooLarge
from gateway.server.roll import Roll
from gateway.server.target import read_target
from gateway.server.upgrade import asks_for_websocket, without_upgrade

PIPELINE = 16
"""Requests that may wait behind the one that is answered."""

log = logging.getLogger("gateway.server")


class Incoming(HttpToolsProtocol):
    """Parses one connection; what to do with a request, or with what is none, is for ``Connection`` to say.

    ``room`` is how many bytes may be parsed at once: before the present head is too long, or in a body. ``bodiless``
    counts bytes of a request that were no head and no body. ``deaf``: what comes in is dropped, since what came before
    cannot be followed by anything.

    Slots, because an instance dictionary of more than 30 keys is not shared: 2 KB a connection.
    """

    __slots__ = ("bodiless", "deaf", "in_head", "piece_size", "roll", "room", "settings")

    def __init__(
        self,
        config: Config,
        server_state: Roll,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False
        self.roll = server_state
        self.settings = server_state.settings
        self.in_head = False
        self.room = self.settings.head_bytes
        self.piece_size = 0
        self.bodiless = 0
        self.deaf = False

    def begin(self, version: str) -> None:
        """Run the request whose head is in ``scope``, or queue it."""
        raise NotImplementedError

    def reject(self, error: GatewayError) -> None:
        """Answer what cannot be parsed, in its turn; nothing after it is read."""
        raise NotImplementedError

    def parse(self, data: bytes) -> None:
        """Parse what came in, at most as much at a time as there is room for."""
        start, size = 0, len(data)
        while start < size and not self.deaf:
            piece = data[start : start + self.room]  # no copy when all of it fits
            start += len(piece)
            self.piece_size = len(piece)
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as upgrade:
                self._upgrade(data[start - len(piece) + upgrade.args[0] :])
                return
            except httptools.HttpParserError as exc:
                self.reject(error_of(exc))
                return
            self._account(len(piece))

    def _account(self, size: int) -> None:
        """Count what the parser took without giving anything out."""
        if self.in_head:
            self.room -= size
            if self.room <= 0:
                self.reject(TooLarge(f"the request head is longer than {self.settings.head_bytes} bytes"))
            return
        self.room = self.settings.head_bytes
        cycle = self.cycle
        if cycle is not None and cycle.more_body:
            self.room = HIGH_WATER_LIMIT
            self.bodiless += size  # chunk extensions and trailers can go on for ever, too
            if self.bodiless > HIGH_WATER_LIMIT + self.settings.head_bytes:
                self.reject(BadRequest("too much between two chunks"))

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """Start a head; uvicorn queues pipelined requests without limit, some 5 KB for each 18 bytes."""
        if len(self.pipeline) >= PIPELINE:
            self.cycle.end_connection()  # type: ignore[attr-defined]
            raise BadRequest("too many requests at once")
        self.in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field; uvicorn adds trailers to the fields of a request that is already being handled."""
        if not self.in_head:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Hand the request on, unless it asks for another protocol: then feed_data() raises HttpParserUpgrade next."""
        self.in_head = False
        self.bodiless = 0
        if self.parser.should_upgrade():
            return
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise BadRequest(f"HTTP/{version} is not spoken here")
        scope = self.scope
        scope["path"], scope["raw_path"], scope["query_string"] = read_target(self.url)
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        self.begin(version)

    def on_body(self, body: bytes) -> None:
        """Buffer a part of the body up to uvicorn's high-water mark and one read of the socket."""
        self.bodiless = 0
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        """End the request; what follows in the same piece may be a new head."""
        if self.parser.should_upgrade():
            return  # ``cycle`` is still the request before
        self.room = self.settings.head_bytes + self.piece_size
        self.cycle.more_body = False
        self.cycle.message_event.set()

    # Upgrades

    def _upgrade(self, rest: bytes) -> None:
        """Go on after a head that the parser stopped at: CONNECT, or ``Connection: upgrade``.

        uvicorn runs such a request without its body and takes the body for the next request. An upgrade that is not
        served is no error (RFC 9110, 7.8): the request is parsed once more without it.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            self.reject(MethodNotAllowed("CONNECT is not served here"))
        elif not asks_for_websocket(method, self.url, self.headers):
            version = self.parser.get_http_version()
            head = without_upgrade(method, self.url, version, self.headers)
            self.parser = httptools.HttpRequestParser(self)
            self.room = len(head) + self.settings.head_bytes
            self.parse(head + rest)
        elif self.cycle is not None and not self.cycle.response_complete:
            self.reject(BadRequest("an upgrade behind an unanswered request"))
        else:
            self.scope["method"] = method.decode("ascii")
            self._become_websocket(rest)

    def _become_websocket(self, rest: bytes) -> None:
        """Hand the connection over; the implementation is imported with the first WebSocket (2 MB)."""
        from gateway.server.websocket import WebSocket  # noqa: PLC0415

        self.ws_protocol_class = WebSocket
        transport = self.transport
        self.handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # breaks a reference cycle
        if rest and not transport.is_closing():
            transport.get_protocol().data_received(rest)  # type: ignore[attr-defined]


def error_of(exc: httptools.HttpParserError) -> GatewayError:
    """Give what a callback raised, or else the parser's own complaint."""
    cause = exc.__context__
    if isinstance(cause, GatewayError):
        return cause
    if cause is not None:
        log.error("a callback of the parser failed", exc_info=cause)
    hint = "; percent-encode it" if "char in url" in str(exc) else ""
    return BadRequest(f"malformed request: {exc}{hint}")
