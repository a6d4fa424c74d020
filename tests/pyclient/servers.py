"""What stands where a gateway should be: a proxy that cuts connections, and a server that says what it is told to."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

GUARD = 20

Conversation = Callable[[socket.socket], None]


class Listening:
    """Serves one connection after the other, each in a thread of its own, until the block ends."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._ended = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            hang_up(sock)
        for thread in self._threads:
            thread.join(GUARD)

    def keep(self, sock: socket.socket) -> socket.socket:
        with self._lock:
            self._open.append(sock)
        return sock

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ended:
                sock = self.keep(self._listener.accept()[0])
                number, self.connections = self.connections, self.connections + 1
                self._start(lambda sock=sock, number=number: self._talk(number, sock))

    def _talk(self, number: int, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            sock = self._context.wrap_socket(sock, server_side=True) if self._context else sock
            self.talk(number, sock)
        hang_up(sock)

    def talk(self, number: int, sock: socket.socket) -> None:
        raise NotImplementedError


def hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


class Cutting(Listening):
    """A proxy before a gateway: connection ``n`` ends after ``cuts[n]`` bytes of answers, those after the last never.

    ``asked`` has what each connection sent, ``passing`` is called with it before it goes on.
    """

    def __init__(self, url: str, cuts: list[int] | None = None) -> None:
        super().__init__()
        self.cuts = list(cuts or [])
        self.asked: dict[int, bytes] = {}
        self.passing: Callable[[bytes], None] = lambda _: None
        self._port = int(url.rpartition(":")[2])

    def talk(self, number: int, sock: socket.socket) -> None:
        left = self.cuts[number] if number < len(self.cuts) else None
        upstream = self.keep(socket.create_connection(("127.0.0.1", self._port), GUARD))
        self.asked[number] = b""
        self._start(lambda: self._up(number, sock, upstream))
        while (data := upstream.recv(65536)) and left != 0:
            piece = data if left is None else data[:left]
            sock.sendall(piece)
            left = None if left is None else left - len(piece)
        hang_up(upstream)

    def _up(self, number: int, sock: socket.socket, upstream: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := sock.recv(65536):
                self.asked[number] += data
                self.passing(data)
                upstream.sendall(data)
            upstream.shutdown(socket.SHUT_WR)


class Scripted(Listening):
    """Answers each request with the next of ``answers``, on whatever connection; ``heads`` has the requests."""

    def __init__(self, *answers: bytes | Conversation, context: ssl.SSLContext | None = None) -> None:
        super().__init__(context)
        self.answers = list(answers)
        self.heads: list[str] = []

    def talk(self, _number: int, sock: socket.socket) -> None:
        buffer = b""
        while self.answers:
            while b"\r\n\r\n" not in buffer:
                data = sock.recv(65536)
                if not data:
                    return
                buffer += data
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            self.heads.append(head.decode())
            lines = head.decode().lower().split("\r\n")
            length = next((int(line[16:]) for line in lines if line.startswith("content-length: ")), 0)
            while len(buffer) < length:
                buffer += sock.recv(65536)
            buffer = buffer[length:]
            answer = self.answers.pop(0)
            if callable(answer):
                answer(sock)
                return
            sock.sendall(answer)


def says(status: int, body: bytes, *fields: str) -> bytes:
    """Write an answer."""
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def scripted(*answers: bytes | Conversation, context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    with Scripted(*answers, context=context) as server:
        yield server
