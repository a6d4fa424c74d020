"""One HTTP/1.1 exchange over a real socket, with every byte counted and a way to break off halfway."""

import contextlib
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult

from gateway.client.wire import Incoming, dial, failures


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back: header names in lower case, ``received`` the bytes on the wire with the head."""

    status: int
    headers: dict[str, str]
    body: bytes
    received: int


def exchange(url: SplitResult, method: str, request: bytes, timeout: float) -> RawAnswer:
    """Send the request's bytes as they are and read the whole answer; raises the client's ``Unreachable``."""
    with failures(url.netloc), _connect(url, timeout) as sock:
        _send(sock, request)
        return _read(Incoming(sock), method)


def send_half(url: SplitResult, request: bytes, timeout: float) -> int:
    """Send the first half of the request and hang up; the count of bytes that went."""
    half = request[: len(request) // 2]
    try:
        with _connect(url, timeout) as sock:
            sock.sendall(half)
    except OSError:
        return 0  # the link was to break anyway
    return len(half)


def _connect(url: SplitResult, timeout: float) -> socket.socket:
    secure = url.scheme == "https"
    return dial(url.hostname or "localhost", url.port or (443 if secure else 80), secure=secure, timeout=timeout)


def _send(sock: socket.socket, request: bytes) -> None:
    # a server may refuse before it has read all; its answer is then already on the way
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        sock.sendall(request)


def _read(incoming: Incoming, method: str) -> RawAnswer:
    with incoming.response(method) as response:
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return RawAnswer(response.status, headers, body, incoming.count)
