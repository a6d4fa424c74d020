"""One request and its answer on an HTTP connection."""

import asyncio
import logging
from typing import Any

from uvicorn._types import ASGI3Application, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

from gateway.auth.tokens import new_id
from gateway.errors import Busy, GatewayError, Internal
from gateway.server.answers import Fields, fields_and_body, status_on_wire

BODILESS = (204, 304)

log = logging.getLogger("gateway.server")


class Exchange(RequestResponseCycle):
    """uvicorn's request-response cycle, with answers that hold the contract.

    - what goes wrong in the app is answered in JSON (uvicorn: plain text);
    - an answer that starts before the request has come in whole says ``Connection: close`` (uvicorn: keeps the
      connection and reads the rest, however long it is, or closes at once, which resets the connection and loses the
      answer); closing is left to the connection, which lingers;
    - an app that never started is not run for a client that has gone.

    ``last`` says, once the answer has started, that the connection ends with it. An app may leave its request id under
    ``scope["state"]["request_id"]``, so that the answer to its crash bears the id of its log lines.
    """

    last = False

    def end_connection(self) -> None:
        """Make this the connection's last exchange, whether its answer has started or not."""
        if self.response_started:
            self.last = True
        else:
            self.keep_alive = False

    def cut(self) -> None:
        """Tell the app that the client is gone; nothing that it sends goes out any more."""
        if not self.response_complete:
            self.disconnected = True
        self.message_event.set()

    async def send(self, message: ASGISendEvent) -> None:
        """Send one ASGI message of the app; the steps are uvicorn's, in two functions."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self._start(message["status"], self.default_headers + list(message.get("headers", ())))
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._go_on(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"the app sent {message['type']} out of turn")

    def _start(self, status: int, fields: Fields) -> None:
        self.waiting_for_100_continue = False
        lines = [STATUS_LINE[status]]
        closing = False
        for name, value in fields:
            if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
                raise RuntimeError(f"a header field that would break the answer: {name!r}")
            lower = name.lower()
            if lower == b"content-length":
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif lower == b"connection":
                closing = b"close" in value.lower()
            elif lower == b"transfer-encoding":
                continue  # the framing is the server's (ASGI)
            lines.append(b"%s: %s\r\n" % (lower, value))
        self.last = closing or self.more_body or not self.keep_alive
        if self.last and not closing:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in BODILESS:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        self.response_started = True
        self.transport.write(b"".join(lines))

    def _go_on(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
        elif self.chunked_encoding:
            chunk = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
            self.transport.write(chunk if more else chunk + b"0\r\n\r\n")
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("the answer is not as long as its Content-Length")
            self.transport.write(body)
        if not more:
            self.response_complete = True
            self.message_event.set()
            self.on_response()  # the connection closes, or goes on

    async def run_asgi(self, app: ASGI3Application) -> None:
        """Run the app on this request, to the end of its answer."""
        try:
            if not self.disconnected:
                await app(self.scope, self.receive, self.send)
                if not self.response_complete and not self.disconnected:
                    await self._complete()
        except BaseException as exc:  # noqa: BLE001  # the outermost frame of a request's task
            await self._recover(exc)
        finally:
            self.on_response = nothing  # breaks the reference cycle with the connection

    async def _complete(self) -> None:
        if self.response_started:
            log.error("the app left %s %s half answered", self.scope["method"], self.scope["path"])
            self.transport.close()
        else:
            log.error("the app gave no answer to %s %s", self.scope["method"], self.scope["path"])
            await self._answer(Internal("internal error"))

    async def _recover(self, exc: BaseException) -> None:
        cancelled = isinstance(exc, asyncio.CancelledError)
        request_id = self._request_id()
        if not cancelled:
            log.error(
                "the app failed at %s %s",
                self.scope["method"],
                self.scope["path"],
                exc_info=exc,
                extra={"request_id": request_id},
            )
        if self.disconnected or self.response_complete:
            return
        if self.response_started:
            self.transport.close()
        else:
            await self._answer(Busy("the gateway is stopping") if cancelled else Internal("internal error"), request_id)

    async def _answer(self, error: GatewayError, request_id: str = "") -> None:
        fields, body = fields_and_body(error, request_id or self._request_id())
        status = status_on_wire(error, self.scope["query_string"])
        await self.send({"type": "http.response.start", "status": status, "headers": fields})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    def _request_id(self) -> str:
        state: dict[str, Any] = self.scope.get("state") or {}
        return str(state.get("request_id") or new_id())


def nothing() -> None:
    """Stand in for the connection's callback after the exchange."""
