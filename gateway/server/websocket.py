"""A WebSocket connection: uvicorn's implementation over ``websockets`` without I/O, refusing in JSON.

Imported with the first upgrade only. uvicorn's other implementations rest on ``websockets.legacy`` (deprecated) and
``wsproto``.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.server import ServerProtocol
from websockets.typing import StatusLike

from gateway.auth.tokens import new_id
from gateway.errors import (
    BadRequest,
    Busy,
    Forbidden,
    GatewayError,
    Internal,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    Unauthorized,
)
from gateway.http.errors import REFUSED, status_of
from gateway.server.answers import fields_and_body, whole_answer
from gateway.server.roll import Roll, Unsent

CLOSING_SECONDS = 15.0
"""For taking what was sent before a close; then the connection is cut off."""


class Handshake(ServerProtocol):
    """The opening handshake, refused in JSON (``websockets``: plain text; uvicorn: an empty 403)."""

    refusal: GatewayError | None = None

    def reject(self, status: StatusLike, text: str) -> Response:
        """Give the answer that refuses the upgrade; ``text``, long and over several lines, is not for a watch."""
        del text
        error = self.refusal or error_of_status(int(status))
        fields, body = fields_and_body(error, new_id())
        phrase = STATUS_LINE[status_of(error)].split(b" ", 2)[2].strip().decode()
        headers = Headers([(name.decode(), value.decode()) for name, value in fields])
        return Response(status_of(error), phrase, headers, body)


class WebSocket(WebSocketsSansIOProtocol):
    """One WebSocket; at shutdown it is closed with 1012 and the app receives ``websocket.disconnect``."""

    def __init__(
        self,
        config: Config,
        server_state: Roll,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn: Handshake = Handshake(max_size=config.ws_max_size, logger=self.logger)
        self.unsent = Unsent(server_state.settings.write_timeout)
        self.early = b""
        self.cut_at = float("inf")

    def data_received(self, data: bytes) -> None:
        """Take what came in; a handshake that ``websockets`` cannot read is answered (uvicorn: silence).

        What comes before the app has accepted waits: uvicorn parses it, and fails an assertion where it is no frame.
        """
        if self.handshake_initiated and not self.handshake_complete:
            self.early += data
            self.transport.pause_reading()
            return
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            error = BadRequest("the WebSocket handshake cannot be read")
            self.transport.write(whole_answer(error, new_id(), self.default_headers, head=False))
            self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        """Send one ASGI message; a close before the accept tells by its code why the upgrade is refused."""
        if message["type"] == "websocket.close" and not self.handshake_complete:
            self.conn.refusal = error_of_status(int(message.get("code") or 0) - REFUSED)
        if message["type"] == "websocket.close":
            self.writable.set()  # a close does not wait for a reader that takes nothing (uvicorn: for ever)
            self.cut_at = self.loop.time() + CLOSING_SECONDS
        await super().send(message)
        if message["type"] == "websocket.accept" and self.early:
            early, self.early = self.early, b""
            self.transport.resume_reading()
            self.data_received(early)

    def handle_ping(self) -> None:
        """Answer a ping, unless the client takes nothing: then answers would pile up (uvicorn: they do).

        A later one is answered for all (RFC 6455, section 5.5.3).
        """
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def check(self, now: float) -> None:
        """Cut off a client that takes nothing, or that goes on taking long after a close; pings find a silent one."""
        if self.unsent.stuck(self.transport, now) or now >= self.cut_at:
            self.transport.abort()

    def refuse_as_busy(self) -> None:
        """Say that there is no room and close."""
        self.shutdown()

    def shutdown(self) -> None:
        """Close with 1012, service restart."""
        self.conn.refusal = Busy("the gateway is stopping")
        super().shutdown()


def error_of_status(status: int) -> GatewayError:
    """Give the error that an HTTP status stands for; a close without one is ``forbidden``."""
    errors: dict[int, GatewayError] = {
        400: BadRequest("the WebSocket handshake is malformed"),
        401: Unauthorized(),
        404: NotFound("there is no WebSocket here"),
        405: MethodNotAllowed("there is no WebSocket here"),
        426: BadRequest("the WebSocket handshake is malformed"),
        429: RateLimited(60),
        500: Internal("internal error"),
        503: Busy(),
    }
    return errors.get(status) or Forbidden("this WebSocket is not open to you")
