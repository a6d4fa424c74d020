"""An HTTP connection that holds the contract whatever the client sends, and however slowly.

uvicorn as it comes answers a malformed request in plain text, and in the place of a request that is still being
answered; gives a client all the time it wants for a head, and for taking its answer; and closes so that an answer that
came before the whole request is lost.
"""

import asyncio
import logging
from enum import Enum
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gateway.auth.tokens import new_id
from gateway.errors import BadRequest, Busy, GatewayError
from gateway.server.answers import whole_answer
from gateway.server.exchange import Exchange
from gateway.server.incoming import Incoming
from gateway.server.roll import Roll, Unsent

NEVER = float("inf")

log = logging.getLogger("gateway.server")


class Phase(Enum):
    """What a connection waits for; each phase but BUSY has a deadline."""

    IDLE = 1  # the first byte of a request
    HEAD = 2  # the rest of a head
    BUSY = 3  # the app
    LINGER = 4  # the client to take the last answer


IDLE, HEAD, BUSY, LINGER = Phase  # an attribute of an Enum is slow to look up


class Connection(Incoming):
    """One client connection.

    ``cycle`` is the newest request, ``running`` the one that the app works on, ``pipeline`` those between (newest
    left). ``refusal`` is answered once all before it are.
    """

    __slots__ = ("deadline", "lingered", "phase", "refusal", "running", "unsent")

    def __init__(
        self,
        config: Config,
        server_state: Roll,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.phase = IDLE
        self.deadline = NEVER
        self.unsent = Unsent(self.settings.write_timeout)
        self.lingered = 0
        self.refusal: GatewayError | None = None
        self.running: Exchange | None = None

    # The transport's callbacks

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection in and give it until ``head_timeout`` for its first head."""
        super().connection_made(transport)
        self._wait(IDLE, self.settings.head_timeout)
        self.roll.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell every request of the connection; uvicorn tells the newest only, and a pipelined one waits for ever."""
        if self.running is not None:
            self.running.cut()
        for exchange, _ in self.pipeline:
            exchange.cut()  # type: ignore[attr-defined]
        self.roll.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came in, unless nothing more is wanted."""
        if self.phase is LINGER:
            self._drop(len(data))
            return
        if self.phase is IDLE:
            self.roll.idle.pop(self, None)
            self.phase = HEAD
            self.deadline = self.loop.time() + self.settings.head_timeout
        self.parse(data)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the WebSocket."""
        self.roll.forget(self)
        super().handle_websocket_upgrade()

    # One request after the other

    def begin(self, version: str) -> None:
        """Run the request, or queue it behind the one that runs."""
        before = self.cycle
        self.cycle = exchange = self._exchange(version)
        self.phase = BUSY
        self.deadline = NEVER
        if before is None or before.response_complete:
            self._start_asgi_task(exchange, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))

    def _exchange(self, version: str) -> Exchange:
        return Exchange(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and version == "1.1",
            keep_alive=version == "1.1" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        assert isinstance(cycle, Exchange)
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Close, go on with the next request, or wait for one."""
        self.server_state.total_requests += 1
        done = self.running
        if self.transport.is_closing() or done is None:
            return
        if done.last:
            if done.more_body or self.deaf or self.flow.read_paused:
                self._linger()
            else:
                self.transport.close()
        elif self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.refusal is not None:
            self._refuse(self.refusal)
        else:
            self._await_request()

    def _await_request(self) -> None:
        self.flow.resume_reading()
        self.cycle = self.running = None  # type: ignore[assignment]  # 3 KB
        if self.in_head:
            self._wait(HEAD, self.settings.head_timeout)
        else:
            self.scope = self.headers = None  # type: ignore[assignment]
            self._wait(IDLE, self.settings.keep_alive)
            self.roll.idle[self] = None

    # Refusals

    def reject(self, error: GatewayError) -> None:
        """Answer what cannot be parsed, in its turn; nothing after it is read."""
        self.deaf = True
        broken = self.cycle
        if broken is None or broken.response_complete:
            self._refuse(error)
        elif not broken.more_body:
            self.refusal = error
        elif broken is self.running:
            self._break_off(self.running, error)
        else:
            self.pipeline.popleft()
            self.refusal = error

    def _break_off(self, exchange: Exchange, error: GatewayError) -> None:
        """Answer in the place of the app, whose request's body turned out to be malformed."""
        exchange.cut()
        if exchange.response_started:
            self.transport.close()
        else:
            self._refuse(error, exchange.scope["query_string"])

    def _refuse(self, error: GatewayError, query: bytes = b"") -> None:
        request_id = new_id()
        log.info("refused %s: %s", _written(self.client), error.message, extra={"request_id": request_id})
        head = bool(self.in_head and self.url and self.parser.get_method() == b"HEAD")
        if self.in_head and self.url:
            query = self.url.partition(b"?")[2]
        common = self.server_state.default_headers
        self.transport.write(whole_answer(error, request_id, common, query, head=head))
        self._linger()

    def refuse_as_busy(self) -> None:
        """Say that there is no room and close."""
        self._refuse(Busy("too many connections"))

    def _linger(self) -> None:
        """Close in a way that lets the answer arrive: first our half, then, when the client has read, the rest."""
        for cycle in (self.cycle, self.running):
            if cycle is not None:
                cycle.body = bytearray()  # up to one read of the socket, which nobody will take any more
        self._wait(LINGER, self.settings.linger_timeout)
        self.flow.resume_reading()
        self.transport.write_eof()

    def _drop(self, size: int) -> None:
        self.lingered += size
        if self.lingered > self.settings.linger_bytes:
            self.transport.close()

    # Deadlines

    def _wait(self, phase: Phase, seconds: float) -> None:
        self.phase = phase
        self.deadline = self.loop.time() + seconds

    def check(self, now: float) -> None:
        """Act on a deadline that has passed; called by the sweep, so that no request starts a timer of its own."""
        stuck = self.unsent.stuck(self.transport, now)
        if stuck:
            self.transport.abort()
        elif stuck is None and now >= self.deadline and not self.transport.is_closing():
            if self.phase is HEAD:
                self._refuse(BadRequest("the request head took too long"))
            else:
                self.transport.close()

    def shutdown(self) -> None:
        """Close when idle, else after the requests that have come in; a lingering connection gets a last moment."""
        if self.phase is LINGER:
            self.deadline = min(self.deadline, self.loop.time() + 1)
        elif self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.end_connection()  # type: ignore[attr-defined]


def _written(client: tuple[str, int] | None) -> str:
    """Write an address as people do."""
    if client is None:
        return "?"
    host, port = client
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
