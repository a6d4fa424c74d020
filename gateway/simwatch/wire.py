"""One HTTP/1.1 exchange over a real socket, with every byte counted and a way to break off halfway."""

import contextlib
import http.client
import io
import socket
import ssl
from dataclasses import dataclass
from typing import cast
from urllib.parse import SplitResult


class WireError(Exception):
    """There is no answer."""


class Dropped(WireError):
    """The connection could not be made or broke before the answer was complete."""


class TimedOut(WireError):
    """The server said nothing for too long."""


class NotTrusted(WireError):
    """The certificate is not publicly trusted, or its chain is incomplete."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back: header names in lower case, ``received`` the bytes on the wire with the head."""

    status: int
    headers: dict[str, str]
    body: bytes
    received: int


class _Counted(io.RawIOBase):
    """The receiving side of a socket; stands in for the socket that ``HTTPResponse`` reads from."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer type is 3.12's
        got = self._sock.recv_into(buffer)
        self.count += got
        return got

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def exchange(url: SplitResult, method: str, request: bytes, timeout: float) -> RawAnswer:
    """Send the request's bytes as they are and read the whole answer."""
    try:
        with _connect(url, timeout) as sock:
            _send(sock, request)
            return _read(sock, method)
    except TimeoutError as error:
        raise TimedOut(str(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(str(error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise Dropped(f"{type(error).__name__}: {error}") from error


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
    host = url.hostname or "localhost"
    secure = url.scheme == "https"
    sock = socket.create_connection((host, url.port or (443 if secure else 80)), timeout)
    if not secure:
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _send(sock: socket.socket, request: bytes) -> None:
    # a server may refuse before it has read all; its answer is then already on the way
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        sock.sendall(request)


def _read(sock: socket.socket, method: str) -> RawAnswer:
    counted = _Counted(sock)
    with http.client.HTTPResponse(cast("socket.socket", counted), method=method) as response:
        response.begin()
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return RawAnswer(response.status, headers, body, counted.count)
