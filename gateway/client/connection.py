"""One kept-alive connection: a request out, its answer in; made again when it broke."""

import contextlib
import http.client
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from gateway.client import wire
from gateway.client.address import Address
from gateway.client.errors import Dropped
from gateway.client.sources import Held, Source

PIECE: Final = 64 * 1024
_NOTHING: Final = Held(b"")

Sent = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: ``target`` as in the request's line, ``silence`` the seconds that the answer may not begin.

    ``sent`` is told the count of bytes of the body that have gone.
    """

    method: str
    target: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Source = _NOTHING
    silence: float | None = None
    sent: Sent | None = None

    def head(self, host: str) -> bytes:
        """Write what goes before the body."""
        length = {"Content-Length": str(self.body.size)} if self.body.size or self.method in {"POST", "PUT"} else {}
        fields = {"Host": host, **self.fields, **length}
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class Connection:
    """The connection to one gateway; ``timeout`` seconds without a byte end an exchange. For one thread."""

    def __init__(self, address: Address, timeout: float) -> None:
        self.address = address
        self.timeout = timeout
        self._sock: socket.socket | None = None
        self._incoming: wire.Incoming | None = None
        self._idle = False

    def exchange(self, request: Request) -> "Answer":
        """Send a request and read the head of its answer; raises ``Unreachable``."""
        try:
            with wire.failures(self.address.netloc):
                sock, incoming = self._ready()
            whole = self._send(sock, incoming, request)
            with wire.failures(self.address.netloc):
                incoming.allow(request.silence or self.timeout)
                response = incoming.response(request.method)
        except BaseException:
            self.close()
            raise
        return Answer(self, response, incoming, keep=whole and not response.will_close)

    def close(self) -> None:
        """Hang up; the next request makes a new connection."""
        sock, self._sock, self._incoming, self._idle = self._sock, None, None, False
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    def rest(self) -> None:
        """Keep the connection for the next request."""
        self._idle = True

    def _ready(self) -> tuple[socket.socket, wire.Incoming]:
        """Give the connection that is there if nothing has happened to it, else a new one."""
        if self._sock is None or self._incoming is None or not self._idle or self._incoming.has_news():
            self.close()
            address = self.address
            self._sock = wire.dial(address.host, address.port, secure=address.secure, timeout=self.timeout)
            self._incoming = wire.Incoming(self._sock)
        self._idle = False
        return self._sock, self._incoming

    def _send(self, sock: socket.socket, incoming: wire.Incoming, request: Request) -> bool:
        """Send all, or as much as the gateway wants to have: it may refuse at once, and then its answer is there."""
        sent = 0
        sock.settimeout(self.timeout)
        if not self._put(sock, request.head(self.address.netloc)):
            return False
        for piece in request.body.pieces():
            if incoming.has_news() or not self._put(sock, piece):
                return False
            sent += len(piece)
            if request.sent:
                request.sent(sent)
        return True

    def _put(self, sock: socket.socket, data: bytes) -> bool:
        with wire.failures(self.address.netloc):
            try:
                sock.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                return False  # what it said before may be on the way
        return True


class Answer:
    """An answer whose head is there; read to the end it leaves the connection to the next request."""

    def __init__(
        self, connection: Connection, response: http.client.HTTPResponse, incoming: wire.Incoming, *, keep: bool
    ) -> None:
        self.status = response.status
        self._connection = connection
        self._response = response
        self._incoming = incoming
        self._keep = keep
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def header(self, name: str) -> str:
        """Give a field of the head, empty where there is none."""
        return self._response.getheader(name) or ""

    @property
    def length(self) -> int | None:
        """How many bytes are still to come, as announced."""
        return self._response.length

    @property
    def bounded(self) -> bool:
        """Say whether its end can be told from a break."""
        return self._response.length is not None or bool(self._response.chunked)

    def read(self, most: int) -> bytes:
        """Give up to ``most`` bytes, none at the end; raises ``Unreachable`` where they break off."""
        with wire.failures(self._connection.address.netloc):
            piece = self._response.read(most)
        if not piece and self._response.length:
            raise Dropped(f"{self._connection.address.netloc} cannot be reached: the connection broke")
        return piece

    def pieces(self) -> Iterator[bytes]:
        """Read all that comes, however long; each piece must come in time."""
        while True:
            self._incoming.allow(self._connection.timeout)
            piece = self.read(PIECE)
            if not piece:
                return
            yield piece

    def close(self) -> None:
        """Let go; an answer that was not read to its end takes the connection with it."""
        if self._closed:
            return
        self._closed = True
        if self._response.isclosed() and self._keep:
            self._connection.rest()
        else:
            self._response.close()
            self._connection.close()
